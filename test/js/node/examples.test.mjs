// Everything that the documentation shows runs: the examples, and each block of JavaScript in the READMEs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { transformSync } from 'esbuild';
import { path } from '../../../tools/paths.mjs';

const run = (file) => spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 60_000 });

const examples = readdirSync(path('examples')).filter((file) => file.endsWith('.mjs'));
assert.ok(examples.length > 0);
for (const name of examples) {
  test(`examples/${name} prints what it says`, () => {
    const file = path(`examples/${name}`);
    const [, expected] = readFileSync(file, 'utf8').split('// prints:\n');
    const { status, stdout, stderr } = run(file);
    assert.equal(status, 0, stderr);
    assert.equal(stdout, expected.replaceAll(/^\/\/ ?/gm, ''));
  });
}

/**
 * What a comment behind console.log says is printed: all of it, or what stands on one side of a colon, on whose other side
 * is a remark. Three dots stand for anything.
 */
function says(comment, printed) {
  const parts = comment.split(': ');
  const claims = parts.flatMap((_, i) => [parts.slice(0, i + 1).join(': '), parts.slice(i).join(': ')]);
  const pattern = (claim) => claim.split('...').map(escaped).join('.+');
  return claims.some((claim) => new RegExp(`^${pattern(claim)}$`).test(printed));
}
const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const pages = readdirSync(path('docs')).filter((name) => name.endsWith('.md'));
for (const document of ['README.md', 'js/README.md', ...pages.map((name) => `docs/${name}`)]) {
  const text = readFileSync(path(document), 'utf8');
  const all = [...text.matchAll(/(?:<!-- in browsers: (\S+) -->\n)?```js\n(.*?)```/gs)];
  const blocks = all.filter(([, elsewhere]) => !elsewhere).map(([, , code]) => code);

  for (const [, elsewhere, code] of all.filter(([, elsewhere]) => elsewhere))
    test(`${document}: ${elsewhere} runs what is shown`, () => {
      const indented = code.replaceAll(/^(?=.)/gm, '  ');
      assert.ok(readFileSync(path(elsewhere), 'utf8').includes(indented), code);
    });

  test(`${document} has examples, and says of each other block what it is`, () => {
    assert.ok(blocks.length > 0 || document.startsWith('docs/'));
    assert.doesNotMatch(text, /```\n[^`]*(import|const) .*;\n/, 'no JavaScript without its name');
  });

  for (const [i, code] of blocks.entries()) {
    const [first] = code.split('\n').filter((line) => line && !line.startsWith('import'));
    test(`${document}, example ${i + 1}: ${first}`, () => {
      // Each line that is printed begins with the number of its console.log.
      const comments = [];
      const numbered = code.replaceAll(/console\.log\((.*)\);(?: \/\/ (.*))?$/gm, (_, values, comment) => {
        comments.push(comment);
        return `console.log('#${comments.length - 1}', ${values});`;
      });
      assert.equal(comments.length, code.split('console.log').length - 1, 'each stands on a line of its own');
      // Inside of the repository, for the package to find itself; `using` for engines that do not have it.
      const folder = mkdtempSync(path('test/js/readme-'));
      try {
        const file = join(folder, 'example.mjs');
        writeFileSync(file, transformSync(numbered, { target: 'es2022', format: 'esm' }).code);
        const { status, stdout, stderr } = run(file);
        assert.equal(status, 0, `${code}\n${stderr}`);
        for (const [number, comment] of comments.entries()) {
          const mark = `#${number} `;
          const lines = stdout.split('\n').filter((line) => line.startsWith(mark));
          assert.ok(lines.length > 0, `nothing was printed: ${comment ?? number}`);
          for (const line of comment === undefined ? [] : lines) {
            const printed = line.slice(mark.length);
            assert.ok(says(comment, printed), `said: ${comment}\nprinted: ${printed}`);
          }
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
}

test('a comment is held to every word', () => {
  for (const [comment, printed] of [
    ['héllo', 'héllo'],
    ['... 100 string', '4896 100 string'],
    ['1: `later` is gone', '1'],
    ['and still right: 0.5', '0.5'],
    ['ptr: no block begins at ...: was it freed?', 'ptr: no block begins at 16: was it freed?'],
  ])
    assert.ok(says(comment, printed), comment);
  for (const [comment, printed] of [
    ['héllo', 'hello'],
    ['... 100 string', '100 string'],
    ['before', 'before that'],
    ['what it is', '1'],
    ['ptr: no block begins at ...: was it freed?', 'ptr: a block begins at 16: was it freed?'],
  ])
    assert.ok(!says(comment, printed), comment);
});

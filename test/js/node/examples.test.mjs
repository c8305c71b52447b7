// Everything that the documentation shows runs: the examples, and each block of JavaScript in the READMEs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { transformSync } from 'esbuild';
import { path } from '../../../tools/paths.mjs';

const run = (file) => spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 60_000 });

for (const name of readdirSync(path('examples')).filter((file) => file.endsWith('.mjs'))) {
  test(`examples/${name} prints what it says`, () => {
    const file = path(`examples/${name}`);
    const [, expected] = readFileSync(file, 'utf8').split('// prints:\n');
    const { status, stdout, stderr } = run(file);
    assert.equal(status, 0, stderr);
    assert.equal(stdout, expected.replaceAll(/^\/\/ ?/gm, ''));
  });
}

for (const document of ['README.md', 'js/README.md']) {
  const text = readFileSync(path(document), 'utf8');
  const blocks = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);

  test(`${document} has examples, and says of each other block what it is`, () => {
    assert.ok(blocks.length > 0);
    assert.doesNotMatch(text, /```\n[^`]*(import|const) .*;\n/, 'no JavaScript without its name');
  });

  for (const [i, code] of blocks.entries()) {
    const [first] = code.split('\n').filter((line) => line && !line.startsWith('import'));
    test(`${document}, example ${i + 1}: ${first}`, () => {
      // Inside of the repository, for the package to find itself; `using` for engines that do not have it.
      const folder = mkdtempSync(path('test/js/readme-'));
      try {
        const file = join(folder, 'example.mjs');
        writeFileSync(file, transformSync(code, { target: 'es2022', format: 'esm' }).code);
        const { status, stdout, stderr } = run(file);
        assert.equal(status, 0, `${code}\n${stderr}`);
        // What a comment says in numbers is printed.
        const said = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, words]) => words);
        const printed = stdout.split('\n');
        for (const words of said.filter((words) => /^((\d+|true|false) ?)+$/.test(words))) {
          assert.ok(printed.includes(words), `${words}: printed were ${printed}`);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
}

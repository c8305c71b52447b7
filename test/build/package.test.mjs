// The `heaplet` command as a user has it: the package that npm packs, installed into a project whose folder has a space
// in its name, and the commands of the README typed there into a shell.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clang } from '../../tools/clang.mjs';
import { findEmscripten, missing as noEmscripten } from '../../tools/emscripten.mjs';
import { path } from '../../tools/paths.mjs';
import { runCommand } from '../../tools/wasi.mjs';
import { findWasiSdk, missing as noWasiSdk } from '../../tools/wasi-sdk.mjs';
import { profiles } from '../../wasm/build/modules.mjs';

const emscripten = findEmscripten();
const sdk = findWasiSdk();
const scratch = mkdtempSync(join(tmpdir(), 'heaplet-'));
const project = join(scratch, 'my project');

function run(command, args, options = {}) {
  const env = { ...(emscripten?.env ?? process.env), ...options.env };
  const result = spawnSync(command, args, { cwd: project, encoding: 'utf8', ...options, env });
  return { ...result, text: `${command} ${args.join(' ')}\n${result.stdout}${result.stderr}` };
}

function succeeds(command, args, options) {
  const result = run(command, args, options);
  assert.equal(result.status, 0, result.text);
  return result.stdout;
}

const shell = (line) => succeeds('sh', ['-c', line]);

before(() => {
  mkdirSync(project);
  const [{ filename }] = JSON.parse(
    succeeds('npm', ['pack', '--json', '--pack-destination', scratch], { cwd: path('.') }),
  );
  writeFileSync(join(project, 'package.json'), '{ "private": true }');
  // The package has no dependencies, so that nothing is fetched.
  succeeds('npm', ['install', '--offline', '--no-audit', '--no-fund', join(scratch, filename)]);
  copyFileSync(path('test/c/objects.cpp'), join(project, 'app.cpp'));
  copyFileSync(path('test/c/double_free.c'), join(project, 'mistake.c'));
});
after(() => rmSync(scratch, { recursive: true, force: true }));

test('the flags name files of the package, without a space', () => {
  for (const profile of profiles) {
    for (const toolchain of ['--wasi', '--emscripten', '--freestanding']) {
      const printed = shell(`npx --offline heaplet flags ${toolchain} --profile ${profile}`).trim();
      const library = printed.split(' ').at(-1);
      assert.ok(!library.includes('my project') && library.endsWith(`${profile}/libheaplet.a`), printed);
      assert.ok(existsSync(join(project, library)), printed);
    }
  }
  const traced = shell('npx --offline heaplet flags --emscripten --tracing').trim().split(' ');
  for (const file of [traced.at(-1), traced[traced.indexOf('--js-library') + 1]])
    assert.ok(existsSync(join(project, file)), traced.join(' '));
  const port = shell('npx --offline heaplet flags --emscripten --port').match(
    /^--use-port=(.*):profile=fast\n$/,
  );
  assert.ok(existsSync(join(project, port[1])));
});

test('the headers, alone and beside a library', () => {
  const include = '-Inode_modules/heaplet/dist/include';
  assert.equal(shell('npx --offline heaplet flags --include'), `${include}\n`);
  assert.deepEqual(JSON.parse(shell('npx --offline heaplet flags --include --json')), [include]);
  const both = shell('npx --offline heaplet flags --wasi --include --profile small').trim().split(' ');
  assert.deepEqual(both, [include, 'node_modules/heaplet/dist/wasi/small/libheaplet.a']);
});

test('where the path from here has a space too, --json is asked for', () => {
  const command = join(project, 'node_modules/heaplet/bin/heaplet.mjs');
  const refused = run(process.execPath, [command, 'flags', '--wasi'], { cwd: scratch });
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /a shell would take this path apart; use --json: .*my project/);
  const [library] = JSON.parse(
    succeeds(process.execPath, [command, 'flags', '--wasi', '--json'], { cwd: scratch }),
  );
  assert.ok(existsSync(library));
});

test('what is wrong is said on stderr, and nothing is on stdout for a shell to use', () => {
  for (const args of [
    'flags',
    'flags --wasi --profile tiny',
    'flag --wasi',
    'flags --wasi extra',
    'flags --include --profile small',
    'flags --include --port',
    '--flags',
  ]) {
    const { status, stdout, stderr } = run('sh', ['-c', `npx --offline heaplet ${args}`]);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^heaplet: .*\nTry heaplet --help\n$/);
  }
  const help = shell('npx --offline heaplet --help');
  assert.equal(shell('npx --offline heaplet'), help);
  for (const line of help.split('\n')) assert.ok(line.length <= 80, line);
});

test('the examples run where they are installed', () => {
  const examples = readdirSync(join(project, 'node_modules/heaplet/examples'));
  const programs = examples.filter((name) => name.endsWith('.mjs'));
  assert.ok(programs.length >= 5, `${examples}`);
  for (const name of programs) succeeds(process.execPath, [`node_modules/heaplet/examples/${name}`]);
});

/** The blocks of C++ in a document of the package, and the first command beside them that names one of the headers. */
function snippets(document) {
  const text = readFileSync(join(project, 'node_modules/heaplet', document), 'utf8');
  const blocks = [...text.matchAll(/^( *)```cpp\n(.*?)```/gms)].map(([, , code]) => code);
  return { blocks, command: text.match(/^c\+\+ (.*) -c \S+ (\$\(npx heaplet flags --include\))/m) };
}

// What README.md shows, with something to do: it says by its result whether it works.
const programs = {
  'README.md': (code) =>
    `${code}\nint main() {\n start();\n if (!voice) return 1;\n *static_cast<char*>(voice) = 1;\n stop();\n}\n`,
  'src/README.md': (code) =>
    `#include <heaplet/tlsf.hpp>\n${code}\nstatic_assert(real_time.quick_blocks == 64);\nint main() {}\n`,
};

test('the C++ of the READMEs, compiled as they say, by the npm compiler for WASI and by the system', async () => {
  const [, standard, include] = snippets('README.md').command;
  const folder = shell(`echo ${include.replace('npx', 'npx --offline')}`)
    .trim()
    .replace(/^-I/, '');
  const headers = (name) => readFileSync(join(project, folder, name));
  const names = readdirSync(join(project, folder, 'heaplet'));
  const tree = {
    'heaplet.h': headers('heaplet.h'),
    heaplet: Object.fromEntries(names.map((name) => [name, headers(`heaplet/${name}`)])),
  };
  const native = spawnSync('c++', ['--version'], { stdio: 'ignore' }).status === 0;
  for (const [document, program] of Object.entries(programs)) {
    const { blocks } = snippets(document);
    assert.equal(blocks.length, 1, `${document}: a block of C++ that is not compiled here`);
    const source = program(blocks[0]);
    const flags = [...standard.split(' '), '-Wall', '-Wextra', '-Werror'];
    const args = ['--target=wasm32-wasip1', ...flags, '-fno-exceptions', '-Iinclude'];
    const wasm = await clang(['clang++', ...args, 'voices.cpp', '-o', 'voices.wasm'], {
      'voices.cpp': source,
      include: tree,
    });
    assert.equal(runCommand(wasm, ['voices']), 0, document);
    if (!native) continue;
    writeFileSync(join(project, 'voices.cpp'), source);
    shell(`c++ ${flags.join(' ')} voices.cpp ${include.replace('npx', 'npx --offline')} -o voices`);
    succeeds(join(project, 'voices'), []);
  }
});

test('a program by wasi-sdk', { skip: !sdk && noWasiSdk }, () => {
  const compiler = `${sdk.clangxx} --target=${sdk.target} -Wno-deprecated -std=c++20 -fno-exceptions -O2`;
  shell(`${compiler} app.cpp $(npx --offline heaplet flags --wasi --include --profile small) -o app.wasm`);
  assert.equal(runCommand(readFileSync(join(project, 'app.wasm')), ['app']), 0);
});

test('a program by Emscripten, and one with a mistake', { skip: !emscripten && noEmscripten }, () => {
  const flags = (profile) => `$(npx --offline heaplet flags --emscripten --include --profile ${profile})`;
  shell(`'${emscripten.emxx}' -std=c++20 -O2 app.cpp ${flags('small')} -fno-exceptions -o app.cjs`);
  succeeds(process.execPath, [...emscripten.nodeFlags, 'app.cjs']);
  shell(`'${emscripten.emcc}' mistake.c -O2 ${flags('hardened')} -o mistake.cjs`);
  const { status, stderr } = run(process.execPath, [...emscripten.nodeFlags, 'mistake.cjs']);
  assert.notEqual(status, 0);
  assert.match(stderr, /^heaplet: double free$/m);
});

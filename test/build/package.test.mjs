// The `heaplet` command as a user has it: the package that npm packs, installed into a project whose folder has a space
// in its name, and the commands of the README typed there into a shell.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findEmscripten, missing as noEmscripten } from '../../tools/emscripten.mjs';
import { path } from '../../tools/paths.mjs';
import { runCommand } from '../../tools/wasi.mjs';
import { findWasiSdk, missing as noWasiSdk } from '../../tools/wasi-sdk.mjs';
import { profiles } from '../../wasm/build/modules.mjs';
import { Project } from './installed.mjs';

const emscripten = findEmscripten();
const sdk = findWasiSdk();
/** @type {Project} */
let installed;
let project;
const run = (...args) => installed.run(...args);
const succeeds = (...args) => installed.succeeds(...args);
const shell = (line) => installed.shell(line);

before(() => {
  installed = new Project();
  project = installed.folder;
  copyFileSync(path('test/c/objects.cpp'), join(project, 'app.cpp'));
  copyFileSync(path('test/c/double_free.c'), join(project, 'mistake.c'));
});
after(() => installed.remove());

test('the flags name files of the package, without a space', () => {
  for (const profile of profiles) {
    for (const toolchain of ['--wasi', '--emscripten', '--freestanding']) {
      const printed = shell(`npx heaplet flags ${toolchain} --profile ${profile}`).trim();
      const library = printed.split(' ').at(-1);
      assert.ok(!library.includes('my project') && library.endsWith(`${profile}/libheaplet.a`), printed);
      assert.ok(existsSync(join(project, library)), printed);
    }
  }
  const kinds = ['--tracing', '--trace', '--trace --threads', '--trace --wasm-workers'];
  const stacks = '--profile hardened --stacks';
  for (const kind of [...kinds, stacks, `${stacks} --threads`, `${stacks} --wasm-workers`]) {
    const traced = shell(`npx heaplet flags --emscripten ${kind}`).trim().split(' ');
    const libraries = traced.filter((_, i) => traced[i - 1] === '--js-library');
    for (const file of [traced.at(-1), ...libraries])
      assert.ok(existsSync(join(project, file)), traced.join(' '));
  }
  const port = shell('npx heaplet flags --emscripten --port').match(/^--use-port=(.*):profile=fast\n$/);
  assert.ok(existsSync(join(project, port[1])));
});

test('the headers, alone and beside a library', () => {
  const include = '-Inode_modules/heaplet/dist/include';
  assert.equal(shell('npx heaplet flags --include'), `${include}\n`);
  assert.deepEqual(JSON.parse(shell('npx heaplet flags --include --json')), [include]);
  const both = shell('npx heaplet flags --wasi --include --profile small').trim().split(' ');
  assert.deepEqual(both, [include, 'node_modules/heaplet/dist/wasi/small/libheaplet.a']);
});

test('where the path from here has a space too, --json is asked for', () => {
  const command = join(project, 'node_modules/heaplet/bin/heaplet.mjs');
  const refused = run(process.execPath, [command, 'flags', '--wasi'], { cwd: installed.outside });
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /a shell would take this path apart; use --json: .*my project/);
  const [library] = JSON.parse(
    succeeds(process.execPath, [command, 'flags', '--wasi', '--json'], { cwd: installed.outside }),
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
  const help = shell('npx heaplet --help');
  assert.equal(shell('npx heaplet'), help);
  for (const line of help.split('\n')) assert.ok(line.length <= 80, line);
});

test('the examples run where they are installed', () => {
  const examples = readdirSync(join(project, 'node_modules/heaplet/examples'));
  const programs = examples.filter((name) => name.endsWith('.mjs'));
  assert.ok(programs.length >= 5, `${examples}`);
  for (const name of programs) succeeds(process.execPath, [`node_modules/heaplet/examples/${name}`]);
});

test('a program by wasi-sdk', { skip: !sdk && noWasiSdk }, () => {
  const compiler = `${sdk.clangxx} --target=${sdk.target} -Wno-deprecated -std=c++20 -fno-exceptions -O2`;
  shell(`${compiler} app.cpp $(npx heaplet flags --wasi --include --profile small) -o app.wasm`);
  assert.equal(runCommand(readFileSync(join(project, 'app.wasm')), ['app']), 0);
});

test('a program by Emscripten, and one with a mistake', { skip: !emscripten && noEmscripten }, () => {
  const flags = (profile) => `$(npx heaplet flags --emscripten --include --profile ${profile})`;
  shell(`'${emscripten.emxx}' -std=c++20 -O2 app.cpp ${flags('small')} -fno-exceptions -o app.cjs`);
  succeeds(process.execPath, [...emscripten.nodeFlags, 'app.cjs']);
  shell(`'${emscripten.emcc}' mistake.c -O2 ${flags('hardened')} -o mistake.cjs`);
  const { status, stderr } = run(process.execPath, [...emscripten.nodeFlags, 'mistake.cjs']);
  assert.notEqual(status, 0);
  assert.match(stderr, /^heaplet: double free: 10 bytes at 0x/m);
});

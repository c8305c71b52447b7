// The package as it is installed: its entries, what dist/ holds, its types, its files.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PROFILES } from '../support.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const node = (...args) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });

for (const profile of PROFILES) {
  test(`dist/heaplet-${profile}.wasm keeps its contract`, async () => {
    const wasm = readFileSync(join(root, `dist/heaplet-${profile}.wasm`));
    const module = new WebAssembly.Module(wasm);
    assert.deepEqual(WebAssembly.Module.imports(module), [{ module: 'env', name: 'memory', kind: 'memory' }]);
    const exports = Object.fromEntries(
      WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]),
    );
    for (const name of ['malloc', 'free', 'calloc', 'realloc', 'aligned_alloc', 'malloc_usable_size']) {
      assert.equal(exports[name], 'function', name);
    }
    assert.equal(exports.memory, 'memory');
  });
}

for (const [entry, profile] of [
  ['', 'fast'],
  ['/core', 'fast'],
  ['/fast', 'fast'],
  ['/small', 'small'],
  ['/hardened', 'hardened'],
]) {
  test(`heaplet${entry} brings the profile ${profile} alone`, () => {
    const others = PROFILES.filter((other) => other !== profile);
    const { status, stderr } = node(
      '--input-type=module',
      '-e',
      `import assert from 'node:assert/strict';
       import { Heap, OutOfMemoryError } from 'heaplet${entry}';
       const heap = Heap.create();
       heap.free(heap.malloc(10));
       assert.ok(Heap.create({ profile: '${profile}' }));
       for (const profile of ${JSON.stringify(others)}) {
         assert.throws(() => Heap.create({ profile }), { message: /^profile: expected one of ${profile}, got/ });
       }
       assert.equal(typeof OutOfMemoryError, 'function');`,
    );
    assert.equal(status, 0, stderr);
  });
}

test('the types accept what is right and refuse what is wrong', () => {
  const { status, stdout } = node('node_modules/typescript/bin/tsc', '-p', 'test/js/types');
  assert.equal(status, 0, stdout);
});

test('js/API.md is what the types say', () => {
  const { status, stderr } = node('tools/api.mjs', '--check');
  assert.equal(status, 0, stderr);
});

test('npm pack holds what is needed and nothing else', () => {
  const npm = spawnSync('npm', ['pack', '--dry-run', '--json'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  assert.equal(npm.status, 0, npm.stderr);
  const files = JSON.parse(npm.stdout)[0].files.map(({ path }) => path);
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const targets = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? target : Object.values(target),
  );
  for (const target of targets.filter((target) => !target.includes('*'))) {
    assert.ok(files.includes(target.slice(2)), `${target} is packed`);
  }
  const needed = [
    /^(js|dist|src)\/[\w./-]+$/,
    /^bin\/heaplet\.mjs$/,
    /^wasm\/[\w.-]+\.(cpp|h|hpp|py)$/,
    /^(package|profiles)\.json$/,
    /^(README\.md|LICENSE|CHANGELOG\.md|CMakeLists\.txt)$/,
  ];
  for (const file of files)
    assert.ok(
      needed.some((pattern) => pattern.test(file)),
      file,
    );
  assert.ok(files.every((file) => !/test|bench|examples|demo|build\//.test(file)));
});

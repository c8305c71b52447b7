// A program whose host takes pages back: what it holds after 5 times 64 MB.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { clang } from '../../tools/clang.mjs';
import { findEmscripten, missing, runEmscripten } from '../../tools/emscripten.mjs';
import { tree } from '../../tools/files.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { instantiate, runCommand } from '../../tools/wasi.mjs';
import { heapletFlags as flags } from '../support/flags.mjs';

const page = 65536;
const profiles = ['lean', 'fast', 'hardened', 'realtime'];

const heaplet = (...args) =>
  spawnSync(process.execPath, [path('bin/heaplet.mjs'), 'flags', ...args, '--json'], { encoding: 'utf8' });

const compile = (profile, ...args) => {
  const library = readFileSync(flags('--wasi', '--discard', '--profile', profile).at(-1));
  const files = {
    'discard.c': tree('test/c')['discard.c'],
    'heaplet.h': tree('wasm')['heaplet.h'],
    'libheaplet.a': library,
  };
  const base = ['clang', '--target=wasm32-wasip1', '-O1', '-Wall', '-I.', '-fno-builtin', 'discard.c'];
  return clang([...base, ...args, 'libheaplet.a', '-o', 'discard.wasm'], files);
};

for (const profile of profiles) {
  test(`WASI, ${profile}: at most 5 MB are held, as the host counts them`, async () => {
    const wasm = await compile(profile, '-mexec-model=reactor', '-Wl,--export=churn');
    /** @type {WebAssembly.Memory} */
    let memory;
    let discarded = new Set();
    const env = {
      heaplet_discard(start, bytes) {
        assert.ok(start % page === 0 && bytes % page === 0 && bytes > 0, `${start}, ${bytes}`);
        new Uint8Array(memory.buffer, start, bytes).fill(0);
        for (let at = 0; at < bytes; at += page) discarded.add((start + at) / page);
      },
    };
    const { exports } = instantiate(new WebAssembly.Module(wasm), { env }, (exports) => {
      memory = exports.memory;
    });
    for (let round = 0; round < 5; round++) {
      discarded = new Set(); // of this round: each page that was written to must come again
      assert.equal(exports.churn(), 0);
      assert.ok(memory.buffer.byteLength > 64_000_000);
      assert.ok(memory.buffer.byteLength - discarded.size * page <= 5_000_000, `${discarded.size} pages`);
    }
  });
}

test('WASI: the program defines the hook itself', async () => {
  const wasm = await compile('fast', '-DWITH_MAIN', '-DOWN_HOOK');
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm));
  assert.ok(imports.every(({ module }) => module !== 'env'));
  assert.equal(runCommand(wasm, ['discard']), 0);
});

const emscripten = findEmscripten();
test('Emscripten: without a hook the pages are 0', { skip: !emscripten && missing }, () => {
  const program = join(folder('build/test-c'), 'discard.cjs');
  runEmscripten(emscripten, [
    ...['emcc', '-O1', '-fno-builtin', '-DWITH_MAIN', `-I${path('wasm')}`, '-sALLOW_MEMORY_GROWTH=1'],
    ...[path('test/c/discard.c'), ...flags('--emscripten', '--discard'), '-o', program],
  ]);
  const { status, stderr } = spawnSync(process.execPath, [...emscripten.nodeFlags, program], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});

test('the command names what does not go together', () => {
  const refused = (...args) => {
    const { status, stdout, stderr } = heaplet(...args);
    assert.deepEqual([status, stdout], [1, '']);
    return stderr;
  };
  assert.match(refused('--wasi', '--discard', '--profile', 'small'), /--discard: small has no place for it/);
  assert.match(refused('--emscripten', '--discard', '--threads'), /there is no library for both/);
  assert.match(refused('--emscripten', '--discard', '--port'), /--port and --discard/);
  assert.match(refused('--wasi', '--discard', '--pool'), /--discard and --pool/);
});

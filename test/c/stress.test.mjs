// `small` in programs, under stress and under Emscripten's own checks: it has a heap of its own there, whose natively
// tested code (test/fuzz/small_fuzz.cpp) here meets the real break and the real memory.grow.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { clang } from '../../tools/clang.mjs';
import { findEmscripten, missing, runEmscripten } from '../../tools/emscripten.mjs';
import { tree } from '../../tools/files.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { runCommand } from '../../tools/wasi.mjs';
import { buildObject } from '../../wasm/build/modules.mjs';

const page = 65536;
const seed = process.env.HEAPLET_SEED ?? String(1 + Math.floor(Math.random() * 1e9));

// Whose memory ends may refuse a block; any other may not.
const argumentsOf = (name) => [seed, ...(name === 'a memory that ends' ? [] : ['growing'])];

const wasi = {
  'growing memory': [],
  'the stack first': ['-Wl,--stack-first'],
  'a memory that ends': [`-Wl,--initial-memory=${40 * page}`, `-Wl,--max-memory=${70 * page}`],
};
for (const [name, flags] of Object.entries(wasi)) {
  test(`wasi: small under stress, ${name}, seed ${seed}`, async () => {
    const files = {
      'stress.c': tree('test/c')['stress.c'],
      'heaplet.h': tree('wasm')['heaplet.h'],
      'heaplet.o': await buildObject({ profile: 'small' }),
    };
    const args = ['clang', '--target=wasm32-wasip1', '-O1', '-Wall', '-I.', '-fno-builtin', ...flags];
    const program = await clang([...args, 'stress.c', 'heaplet.o', '-o', 'stress.wasm'], files);
    assert.equal(runCommand(program, ['stress', ...argumentsOf(name)]), 0);
  });
}

const emscripten = findEmscripten();
const settings = {
  'growing memory': ['-sALLOW_MEMORY_GROWTH=1'],
  // Assertions that null is never written, and that nobody reads or writes beyond the break.
  "Emscripten's checks": ['-sALLOW_MEMORY_GROWTH=1', '-sSAFE_HEAP=1', '-sASSERTIONS=2'],
  'a memory that ends': [`-sINITIAL_MEMORY=${70 * page}`, '-sTOTAL_STACK=65536', '-sABORTING_MALLOC=0'],
};
for (const [name, flags] of Object.entries(settings)) {
  test(`Emscripten: small under stress, ${name}, seed ${seed}`, { skip: !emscripten && missing }, () => {
    const program = join(folder('build/test-c'), `stress-${name.replace(/\W/g, '-')}.cjs`);
    const sources = [path('test/c/stress.c'), path('dist/emscripten/small/libheaplet.a')];
    runEmscripten(emscripten, [
      ...['emcc', '-O1', '-fno-builtin', `-I${path('wasm')}`, '-sMALLOC=none'],
      ...[...flags, ...sources, '-o', program],
    ]);
    const args = [...emscripten.nodeFlags, program, ...argumentsOf(name)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr.slice(-2000));
  });
}

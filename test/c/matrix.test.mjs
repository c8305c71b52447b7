// The C matrix on every platform: natively with sanitizers, under wasi, under Emscripten, in each profile; with memory
// that may grow, that has a maximum, and that cannot grow at all.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { clang } from '../../tools/clang.mjs';
import { findEmscripten, runEmscripten, missing as withoutEmscripten } from '../../tools/emscripten.mjs';
import { tree } from '../../tools/files.mjs';
import { compilesFor } from '../../tools/native.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { runCommand } from '../../tools/wasi.mjs';
import { buildObject, profiles } from '../../wasm/build/modules.mjs';

const parts = ['matrix', 'platform'];
const out = folder('build/test-c');

/** Runs a program. @returns {string} what it printed, if it returned 0 */
function run(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}${error ?? ''}`);
  return stdout;
}

// Natively the family's memory always has a limit (native_memory.hpp).
const native = ['-g', '-O1', '-Wall', '-Wextra', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
for (const bits of [64, 32]) {
  const skip = !compilesFor(bits) && `no g++ that compiles for ${bits} bits with sanitizers`;
  for (const profile of profiles) {
    test(`native ${bits} bits, ${profile}`, { skip }, () => {
      const flags = [`-m${bits}`, ...native, `-I${path('.')}`, `-I${path('wasm')}`];
      const objects = [
        ['gcc', 'test/c/matrix.c'],
        ['gcc', 'test/c/platform.c'],
        ['g++', 'test/c/native_main.cpp', '-std=c++20'],
        [
          'g++',
          'wasm/malloc.cpp',
          '-std=c++20',
          `-DHEAPLET_PROFILE=${profile}`,
          '-DHEAPLET_COALESCE_POOLS=1',
          '-DHEAPLET_NATIVE_MEMORY="test/c/native_memory.hpp"',
        ],
      ].map(([compiler, source, ...more], i) => {
        const object = join(out, `${profile}-${bits}-${i}.o`);
        run(compiler, ...flags, ...more, '-c', path(source), '-o', object);
        return object;
      });
      const program = join(out, `native-${profile}-${bits}`);
      run('g++', ...flags, ...objects, '-o', program);
      assert.match(run(program), /^0 faults$/m);
      assert.match(run(program, 'limited'), /^0 faults$/m);
    });
  }
}

// Under wasi each layout of memory takes part too: the stack first or between data and heap, an initial memory of
// what the data needs or of far more.
const page = 65536;
const wasi = {
  'growing, stack first': { flags: ['-Wl,--stack-first'], limited: false },
  'with a maximum': { flags: [`-Wl,--max-memory=${256 * page}`], limited: true },
  'that cannot grow': {
    flags: [`-Wl,--initial-memory=${200 * page}`, `-Wl,--max-memory=${200 * page}`],
    limited: true,
  },
};
const target = '--target=wasm32-wasip1';

async function wasiObjects() {
  const files = { c: tree('test/c'), 'heaplet.h': tree('wasm')['heaplet.h'] };
  const entries = parts.map(async (name) => {
    const args = ['clang', target, '-O1', '-fno-builtin', '-Wall', '-Wextra', '-Werror', '-I.'];
    return [`${name}.o`, await clang([...args, '-c', `c/${name}.c`, '-o', `${name}.o`], files)];
  });
  return Object.fromEntries(await Promise.all(entries));
}

for (const profile of profiles) {
  for (const [memory, { flags, limited }] of Object.entries(wasi)) {
    test(`wasi, ${profile}, memory ${memory}`, async () => {
      const files = { 'heaplet.o': await buildObject({ profile }), ...(await wasiObjects()) };
      const args = ['clang', target, ...flags, ...Object.keys(files), '-o', 'matrix.wasm'];
      assert.equal(runCommand(await clang(args, files), ['matrix', ...(limited ? ['limited'] : [])]), 0);
    });
  }
}

for (const profile of profiles) {
  test(`wasi, ${profile}, memory grown before the first malloc`, async () => {
    const files = { 'heaplet.o': await buildObject({ profile }), 'early.c': tree('test/c')['early.c'] };
    const args = ['clang', target, '-O1', '-fno-builtin', ...Object.keys(files), '-o', 'early.wasm'];
    assert.equal(runCommand(await clang(args, files), ['early']), 0);
  });
}

const emscripten = findEmscripten();
const settings = {
  growing: { flags: ['-sALLOW_MEMORY_GROWTH=1'], limited: false },
  'with a maximum': { flags: ['-sALLOW_MEMORY_GROWTH=1', `-sMAXIMUM_MEMORY=${400 * page}`], limited: true },
  'that cannot grow': { flags: [`-sINITIAL_MEMORY=${400 * page}`, '-sABORTING_MALLOC=0'], limited: true },
};
const skip = !emscripten && withoutEmscripten;

// The matrix's own objects are the same for every profile.
const objects = parts.map((name) => join(out, `emscripten-${name}.o`));
before(() => {
  for (const [i, object] of emscripten ? objects.entries() : []) {
    const flags = ['-O1', '-fno-builtin', '-Wall', '-Wextra', `-I${path('wasm')}`];
    runEmscripten(emscripten, ['emcc', ...flags, '-c', path(`test/c/${parts[i]}.c`), '-o', object]);
  }
});

for (const profile of profiles) {
  test(`Emscripten ${emscripten?.version ?? ''}, ${profile}`, { skip }, async (t) => {
    const library = join(out, `emscripten-${profile}.o`);
    writeFileSync(library, await buildObject({ profile, target: 'emscripten' }));
    for (const [memory, { flags, limited }] of Object.entries(settings)) {
      await t.test(`memory ${memory}`, () => {
        const program = join(out, `emscripten-${profile}.cjs`);
        runEmscripten(emscripten, [
          'emcc',
          '-O1',
          '-sMALLOC=none',
          ...flags,
          ...objects,
          library,
          '-o',
          program,
        ]);
        const args = [...emscripten.nodeFlags, program, ...(limited ? ['limited'] : [])];
        assert.match(run(process.execPath, ...args), /^0 faults$/m);
      });
    }
  });
}

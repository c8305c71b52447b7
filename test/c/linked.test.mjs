// What a program does not call is not in it, and the libc's own malloc is not in it either: read from the names of the
// functions in linked modules.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { clang } from '../../tools/clang.mjs';
import { findEmscripten, missing as noEmscripten, runEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { profiles } from '../../wasm/build/modules.mjs';

/** Which of the family a program calls, and which functions of the library are then in the module: malloc always is. */
const programs = {
  pair: { calls: 'free(malloc(n))', functions: ['free', 'malloc'] },
  zeroed: { calls: 'free(calloc(n, n))', functions: ['calloc', 'free', 'malloc'] },
  resized: { calls: 'free(realloc(0, n))', functions: ['free', 'malloc', 'realloc'] },
  aligned: { calls: 'free(aligned_alloc(64, n))', functions: ['aligned_alloc', 'free', 'malloc'] },
};

const family = [
  ...['malloc', 'free', 'calloc', 'realloc', 'reallocarray', 'aligned_alloc', 'memalign', 'posix_memalign'],
  ...['valloc', 'pvalloc', 'mallinfo', 'mallinfo2', 'malloc_usable_size', 'malloc_stats', 'malloc_footprint'],
];
/** The toolchains' own allocators, the streams, and what only the statistics need. */
const others = /^(dl|em|emscripten_builtin_|__libc_)(malloc|free)$|printf|__stdio|Walker|Stats|each_block/;

const sourceOf = (calls) => `
#include <stdlib.h>
volatile size_t n = 100;
int main(void) { ${calls}; return 0; }
`;

/** The functions that a module's name section names. */
function namesIn(wasm) {
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(wasm), 'name');
  assert.ok(section, 'the module has names');
  return new Set(
    Buffer.from(section)
      .toString('latin1')
      .match(/[A-Za-z_][\w:]*/g),
  );
}

/** Checks what is in a module. One name may stand for several: the others are its aliases. */
function check(wasm, { functions }) {
  const names = namesIn(wasm);
  const linked = family.filter((name) => names.has(`heaplet_${name}`));
  assert.deepEqual(linked.sort(), [...functions].sort());
  assert.deepEqual(
    [...names].filter((name) => others.test(name)),
    [],
  );
}

for (const profile of profiles) {
  for (const [name, program] of Object.entries(programs)) {
    test(`wasi, ${profile}: ${name} has what it calls`, async () => {
      const files = {
        'program.c': Buffer.from(sourceOf(program.calls)),
        'libheaplet.a': readFileSync(path(`dist/wasi/${profile}/libheaplet.a`)),
      };
      const args = ['clang', '--target=wasm32-wasip1', '-O1', '-fno-builtin', ...Object.keys(files)];
      check(await clang([...args, '-o', 'program.wasm'], files), program);
    });
  }
}

test('wasi: a program that only allocates imports no stream, and the statistics are linked where they are called', async () => {
  const wasm = async (calls) => {
    const files = {
      'program.c': Buffer.from(sourceOf(`void malloc_stats(void); ${calls}`)),
      'libheaplet.a': readFileSync(path('dist/wasi/fast/libheaplet.a')),
    };
    const args = ['clang', '--target=wasm32-wasip1', '-O1', '-fno-builtin', ...Object.keys(files)];
    return clang([...args, '-o', 'program.wasm'], files);
  };
  const imports = (code) => WebAssembly.Module.imports(new WebAssembly.Module(code)).map(({ name }) => name);
  assert.deepEqual(imports(await wasm('free(malloc(n))')), ['proc_exit']);
  const stats = await wasm('malloc_stats()');
  assert.ok(imports(stats).includes('fd_write'));
  assert.ok(namesIn(stats).has('heaplet_malloc_stats'));
});

const emscripten = findEmscripten();
for (const profile of profiles) {
  test(`Emscripten, ${profile}: a program has what it calls`, { skip: !emscripten && noEmscripten }, () => {
    for (const [name, program] of Object.entries(programs)) {
      const [source, output] = [`${name}.c`, `linked-${name}.cjs`].map((file) =>
        join(folder('build/test-c'), file),
      );
      writeFileSync(source, sourceOf(program.calls));
      const library = path(`dist/emscripten/${profile}/libheaplet.a`);
      // At -O1: a higher level inlines one function into another.
      const args = ['emcc', '-O1', '-fno-builtin', '--profiling-funcs', '-sMALLOC=none', source, library];
      runEmscripten(emscripten, [...args, '-o', output]);
      check(readFileSync(output.replace(/cjs$/, 'wasm')), program);
    }
  });
}

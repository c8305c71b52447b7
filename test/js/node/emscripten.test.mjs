// Real modules with a malloc and a growing memory of their own: Heap.fromModule over it, and Heap.over in a block of it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { findEmscripten, missing, runEmscripten } from '../../../tools/emscripten.mjs';
import { path } from '../../../tools/paths.mjs';

const source = `
#include <stdlib.h>
#include <string.h>
char* greet(const char* name) {
  char* text = malloc(strlen(name) + 7);
  strcpy(text, "hello ");
  return strcat(text, name);
}
double sum(const double* numbers, int count) {
  double total = 0;
  for (int i = 0; i < count; ++i) total += numbers[i];
  return total;
}
`;

const program = `
import { createRequire } from 'node:module';
import { Heap } from 'heaplet';
const module = await createRequire(import.meta.url)('./module.cjs')();
const heap = Heap.fromModule(module);
const kept = heap.from(new Float64Array([1, 2, 3.5]));
const text = heap.scope((arena) => {
  const ptr = module._greet(arena.cstring('héllo').ptr);
  const read = heap.readCString(ptr);
  heap.free(ptr);
  return read;
});
heap.alloc(Uint8Array, 40_000_000).view.fill(1); // Emscripten's memory grows, and its own views with it
console.log(text, module._sum(kept.ptr, kept.length), kept.view[2], module.HEAPU8.length > 40_000_000);
`;

const emscripten = findEmscripten();

/** A heap beside a program that takes all pages of its memory for its own: inside of a block of the program's malloc. */
const recipe = `
import { createRequire } from 'node:module';
import { Heap } from 'heaplet';
const module = await createRequire(import.meta.url)('./module.cjs')();
const program = Heap.fromModule(module);
const length = 1 << 20;
const base = Math.ceil(program.malloc(length + 15) / 16) * 16;
const heap = Heap.over(program.memory, { base, length });
const texts = [];
for (let i = 0; i < 1000; i++) {
  texts.push(heap.cstring('text ' + i));
  const ptr = module._malloc(40_000); // 40 MB in all: the program's memory grows
  module.HEAPU8.fill(255, ptr, ptr + 40_000);
}
const right = texts.every((text, i) => heap.readCString(text) === 'text ' + i);
const inside = texts.every(({ ptr }) => ptr > base && ptr < base + length);
console.log(right, inside, heap.check(), module._greet(texts[7].ptr) > 0);
`;

function runs(main, output) {
  const folder = mkdtempSync(path('test/js/emscripten-'));
  try {
    writeFileSync(join(folder, 'module.c'), source);
    writeFileSync(join(folder, 'main.mjs'), main);
    const settings = [
      'MODULARIZE=1',
      'ALLOW_MEMORY_GROWTH=1',
      'EXPORTED_FUNCTIONS=_malloc,_free,_greet,_sum',
      'EXPORTED_RUNTIME_METHODS=wasmMemory',
    ];
    const flags = ['-O2', '--no-entry', ...settings.map((setting) => `-s${setting}`)];
    runEmscripten(emscripten, ['emcc', join(folder, 'module.c'), ...flags, '-o', join(folder, 'module.js')]);
    // The package around it is one of ES modules, Emscripten's program is not.
    renameSync(join(folder, 'module.js'), join(folder, 'module.cjs'));
    const run = spawnSync(process.execPath, [...emscripten.nodeFlags, join(folder, 'main.mjs')], {
      encoding: 'utf8',
    });
    assert.equal(run.stdout, output, run.stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const skip = emscripten ? false : missing;

test('over an Emscripten Module', { skip }, () => runs(program, 'hello héllo 6.5 3.5 true\n'));

test('Heap.over inside of a block of an Emscripten program', { skip }, () =>
  runs(recipe, 'true true true true\n'),
);

test('Heap.over inside of a block of an AssemblyScript module of the runtime stub', async () => {
  const { compileString } = await import('assemblyscript/asc');
  const text = `
    export function reserve(bytes: usize): usize { return heap.alloc(bytes); }
    export function work(): i32 {
      let sum = 0;
      for (let i = 0; i < 1000; i++) {
        const bytes = new Uint8Array(40_000);
        bytes.fill(255);
        sum += bytes[i];
      }
      return sum;
    }`;
  const { binary, error, stderr } = await compileString(text, { runtime: 'stub', optimizeLevel: 2 });
  assert.ok(binary, `${error} ${stderr}`);
  const env = { abort: () => assert.fail('the module has aborted') };
  const { instance } = await WebAssembly.instantiate(binary, { env });
  const { memory, reserve, work } = instance.exports;
  const length = 1 << 20;
  const heap = Heap.over(memory, { base: reserve(length), length });
  const before = memory.buffer.byteLength;
  const text1 = heap.cstring('before');
  assert.equal(work(), 255 * 1000);
  assert.ok(memory.buffer.byteLength > before + 30_000_000, 'its memory has grown');
  assert.equal(heap.readCString(text1), 'before');
  assert.equal(heap.readCString(heap.cstring('after')), 'after');
  assert.equal(work(), 255 * 1000);
  assert.ok(heap.check());
});

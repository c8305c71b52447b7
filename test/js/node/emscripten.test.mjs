// Heap.fromModule over a real Emscripten module: its own malloc, its own growing memory.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
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

test('over an Emscripten Module', { skip: emscripten ? false : missing }, () => {
  const folder = mkdtempSync(path('test/js/emscripten-'));
  try {
    writeFileSync(join(folder, 'module.c'), source);
    writeFileSync(join(folder, 'main.mjs'), program);
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
    assert.equal(run.stdout, 'hello héllo 6.5 3.5 true\n', run.stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

// A heap of JavaScript's in the memory of a program whose malloc is heaplet's: neither writes where the other one is.
//
//   node beside.mjs PROGRAM    a module's factory, with _malloc and _free
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Heap } from '../../../js/index.js';

const program = process.argv[2];
let memory;
const create = createRequire(import.meta.url)(program);
const { _malloc, _free } = await create({
  instantiateWasm(imports, done) {
    const module = new WebAssembly.Module(readFileSync(program.replace(/cjs$/, 'wasm')));
    const instance = new WebAssembly.Instance(module, imports);
    memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
    done(instance);
    return instance.exports;
  },
});

// Before the program's first malloc.
const heap = Heap.over(memory);
const bytes = 100_000;
const theirs = [];
const ours = [];
for (let i = 0; i < 300; i++) {
  const block = heap.malloc(bytes);
  new Uint8Array(memory.buffer, block, bytes).fill(i % 100);
  theirs.push(block);
  const own = _malloc(bytes) >>> 0;
  assert.notEqual(own, 0);
  new Uint8Array(memory.buffer, own, bytes).fill(100 + (i % 100));
  ours.push(own);
}
const isFull = (start, tag) => new Uint8Array(memory.buffer, start, bytes).every((byte) => byte === tag);
for (const [i, block] of theirs.entries()) {
  assert.ok(isFull(block, i % 100), `block ${i} of JavaScript's changed`);
  heap.free(block);
}
for (const [i, block] of ours.entries()) {
  assert.ok(isFull(block, 100 + (i % 100)), `block ${i} of the program's changed`);
  _free(block);
}

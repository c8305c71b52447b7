// Copies into a heap that fail: nothing is taken, and nothing is moved.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { Heap as CoreHeap } from 'heaplet/core';
import { bumpModule } from './support.mjs';

function detached(array) {
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

/** Typed arrays of which no copy can be made. */
const broken = () => [
  detached(new Uint8Array(100)),
  detached(new Float64Array(1)),
  detached(new Uint8Array(0)),
  // Its elements cannot be what it says they are.
  Object.defineProperty(new BigInt64Array(4), Symbol.toStringTag, { value: 'Uint8ClampedArray' }),
];

test('from: a source that cannot be copied is refused, and its block is not lost', () => {
  const heap = Heap.create();
  for (const source of broken().slice(0, 3)) {
    assert.throws(() => heap.from(source), TypeError);
    assert.throws(() => heap.transfer(source), TypeError);
  }
  assert.throws(() => heap.from({ ...new Uint8Array(1) }), TypeError);
  assert.equal(heap.stats().usedBlocks, 0);
  const arena = heap.arena();
  for (const source of broken().slice(0, 3)) assert.throws(() => arena.from(source), TypeError);
  assert.equal(CoreHeap.create().arena().from(new Uint8Array(2)).length, 2);
});

test('from: no block is lost of a module whose blocks do not fit the type', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = bumpModule(memory, 1028); // aligned to 4
  const heap = Heap.fromModule(module);
  assert.throws(() => heap.from(new Float64Array(4)), RangeError);
  assert.deepEqual(module.freed, [1028]);
});

test('from: an empty view of this memory, which has to grow for the copy', () => {
  const heap = Heap.create();
  const view = new Uint8Array(heap.memory.buffer, 2000, 0);
  heap.malloc(120_000);
  while (view.buffer === heap.memory.buffer && view.buffer.byteLength > 0) {
    assert.equal(heap.from(view).length, 0);
  }
});

test("transfer: another memory's buffer cannot be detached: refused, and nothing is taken", () => {
  const heap = Heap.create();
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { buffer } = memory;
  for (const source of [buffer, new Uint8Array(buffer), new Float64Array(buffer), heap.memory.buffer]) {
    assert.throws(() => heap.transfer(source), { name: 'TypeError', message: /^source: .*heap\.from/ });
  }
  assert.equal(buffer.byteLength, 65536);
  assert.equal(heap.stats().usedBlocks, 0);
  assert.ok(heap.check());
});

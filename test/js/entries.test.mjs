// Each entry's default profile is its own, whatever else is imported (here all of them are).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { Heap as CoreHeap } from 'heaplet/core';
import { Heap as HardenedHeap } from 'heaplet/hardened';
import { Heap as SmallHeap } from 'heaplet/small';

/** Whether a heap finds a double free. */
function looks(heap) {
  const ptr = heap.malloc(16);
  heap.malloc(16);
  heap.free(ptr);
  try {
    heap.free(ptr);
    return false;
  } catch (error) {
    if (/** @type {any} */ (error).name === 'HeapFaultError') return true;
    throw error;
  }
}

const memory = () => new WebAssembly.Memory({ initial: 4 });

test('heaplet/hardened is hardened, beside any other entry', () => {
  assert.ok(looks(HardenedHeap.create()));
  assert.ok(looks(HardenedHeap.create({ profile: undefined })));
  assert.ok(looks(HardenedHeap.over(memory())));
  assert.ok(looks(HardenedHeap.over(memory(), { base: 1024 })));
  const { create, over } = HardenedHeap;
  assert.ok(looks(create()) && looks(over(memory())));
  assert.ok(!looks(HardenedHeap.create({ profile: 'fast' })));
});

test('the other entries are what they were', () => {
  for (const heap of [Heap.create(), Heap.over(memory()), CoreHeap.create()]) assert.ok(!looks(heap));
  assert.ok(looks(Heap.create({ profile: 'hardened' })));
  assert.equal(`${Heap.create()}`, 'Heap fast, 128 KiB, 0 blocks in use');
  assert.equal(`${HardenedHeap.create()}`, 'Heap hardened, 128 KiB, 0 blocks in use');
  // The modules' first blocks lie at different places.
  const first = (profile) => Heap.create({ profile }).malloc(16);
  assert.equal(SmallHeap.create().malloc(16), first('small'));
  assert.notEqual(SmallHeap.create().malloc(16), CoreHeap.create().malloc(16));
});

test('all heaps of the full entries are of one class', () => {
  for (const heap of [Heap.create(), HardenedHeap.create(), HardenedHeap.attach(Heap.over(memory()))]) {
    assert.ok(heap instanceof Heap && heap instanceof HardenedHeap);
  }
  assert.ok(CoreHeap.create() instanceof CoreHeap);
  assert.ok(SmallHeap.create() instanceof SmallHeap);
  assert.ok(!(CoreHeap.create() instanceof Heap));
});

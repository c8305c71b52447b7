// alignedRealloc, from JavaScript and from a module that imports aligned_realloc.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Heap, OutOfMemoryError } from 'heaplet';
import { BAD_NUMBERS, PAGE, random, refuses } from './support.mjs';

const heaps = {
  fast: () => Heap.create(),
  hardened: () => Heap.create({ profile: 'hardened' }),
  small: () => Heap.create({ profile: 'small' }),
  'debug mode': () => Heap.create({ debug: true }),
  'over another module': () => Heap.fromModule(Heap.create().imports().env),
};

for (const [name, create] of Object.entries(heaps)) {
  describe(name, () => {
    test('200 blocks keep their alignment and their bytes through any sizes', () => {
      const heap = create();
      const { aligned_realloc } = heap.imports().env;
      const pick = random(7);
      const bytes = (ptr, length) => new Uint8Array(heap.memory.buffer, ptr, length);
      const blocks = Array.from({ length: 200 }, (_, i) => {
        const alignment = 2 ** pick(11);
        const ptr = heap.alignedRealloc(0, alignment, 50);
        bytes(ptr, 50).fill(i);
        return { ptr, alignment, kept: 50, byte: i };
      });
      for (let step = 0; step < 2000; step++) {
        const block = blocks[pick(blocks.length)];
        const size = pick(pick(10) === 0 ? 20_000 : 400);
        block.ptr =
          step % 2
            ? aligned_realloc(block.ptr, block.alignment, size) >>> 0
            : heap.alignedRealloc(block.ptr, block.alignment, size);
        assert.equal(block.ptr % block.alignment, 0, `${block.ptr} of ${block.alignment}`);
        assert.ok(heap.usableSize(block.ptr) >= size);
        block.kept = Math.min(block.kept, size);
        assert.ok(bytes(block.ptr, block.kept).every((byte) => byte === block.byte));
        bytes(block.ptr, size).fill(block.byte);
        block.kept = size;
      }
      for (const { ptr } of blocks) heap.free(ptr);
      if (name !== 'small' && name !== 'over another module') {
        assert.equal(heap.stats().usedBlocks, 0);
        assert.ok(heap.check());
      }
    });

    test('a block that malloc gave gets the alignment', () => {
      const heap = create();
      const ptrs = [1, 2, 3, 4].map(() => heap.malloc(100));
      for (const ptr of ptrs) assert.equal(heap.alignedRealloc(ptr, 4096, 90) % 4096, 0);
    });
  });
}

test('what is refused leaves the block as it was; shrinking is never refused', () => {
  const heap = Heap.create({ maximum: 4 * PAGE });
  const ptr = heap.alignedAlloc(128, 1000);
  new Uint8Array(heap.memory.buffer, ptr, 1000).fill(5);
  assert.throws(() => heap.alignedRealloc(ptr, 128, 5 * PAGE), OutOfMemoryError);
  const { aligned_realloc } = heap.imports().env;
  assert.equal(aligned_realloc(ptr, 128, 5 * PAGE), 0);
  assert.equal(aligned_realloc(ptr, 0, 10), 0);
  assert.equal(aligned_realloc(ptr, 96, 1000), 0);
  assert.ok(new Uint8Array(heap.memory.buffer, ptr, 1000).every((byte) => byte === 5));
  assert.throws(() => {
    for (;;) heap.malloc(64);
  }, OutOfMemoryError);
  for (const size of [900, 100, 0]) assert.equal(heap.alignedRealloc(ptr, 128, size), ptr);
});

test('arguments are checked by name', () => {
  const heap = Heap.create();
  const ptr = heap.alignedAlloc(64, 10);
  for (const [bad, ErrorClass] of BAD_NUMBERS) {
    refuses(() => heap.alignedRealloc(bad, 64, 8), ErrorClass, 'ptr');
    refuses(() => heap.alignedRealloc(ptr, 64, bad), ErrorClass, 'size');
    refuses(() => heap.alignedRealloc(ptr, bad, 8), ErrorClass, 'alignment');
  }
  for (const bad of [0, 3, 24]) refuses(() => heap.alignedRealloc(ptr, bad, 8), RangeError, 'alignment');
});

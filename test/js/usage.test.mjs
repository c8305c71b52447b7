// heap.usage(): what is counted is what the walker finds, in O(1).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { Heap as Hardened } from 'heaplet/hardened';
import { Heap as Small } from 'heaplet/small';
import { PAGE } from './support.mjs';

/** What a heap has counted, which its walker finds to be right. */
function checked(heap) {
  const usage = heap.usage();
  const { usedBytes, usedBlocks, keptBytes, keptBlocks, poolBytes } = heap.stats();
  assert.deepEqual(
    [usage.usedBytes, usage.usedBlocks, usage.footprint],
    [usedBytes + keptBytes, usedBlocks + keptBlocks, poolBytes],
  );
  heap.check();
  return usage;
}

for (const [profile, make] of Object.entries({
  fast: () => Heap.create({ maximum: 1 << 24 }),
  hardened: () => Hardened.create({ maximum: 1 << 24 }),
})) {
  test(`${profile}: what is in use, and its peak`, () => {
    const heap = make();
    assert.deepEqual(checked(heap), {
      usedBytes: 0,
      usedBlocks: 0,
      peakBytes: 0,
      peakBlocks: 0,
      footprint: heap.stats().poolBytes,
      growths: 0,
      refusals: 0,
      largestRequest: 0,
    });
    const blocks = Array.from({ length: 500 }, (_, i) => heap.malloc((i * 37) % 3000));
    const all = checked(heap);
    assert.equal(all.usedBlocks, 500);
    assert.deepEqual([all.peakBytes, all.peakBlocks], [all.usedBytes, 500]);
    for (let i = 0; i < 500; i += 2) heap.free(blocks[i]);
    const half = checked(heap);
    assert.deepEqual([half.usedBlocks, half.peakBytes, half.peakBlocks], [250, all.peakBytes, 500]);
    for (let i = 1; i < 500; i += 2) blocks[i] = heap.realloc(blocks[i], (i * 53) % 2000);
    heap.calloc(10, 10);
    heap.alignedAlloc(256, 1000);
    assert.equal(checked(heap).usedBlocks, 252);
    for (let i = 1; i < 500; i += 2) heap.free(blocks[i]);
    assert.equal(checked(heap).usedBlocks, 2);
  });

  test(`${profile}: growths, refusals and the largest request`, () => {
    const heap = make();
    heap.malloc(10 * PAGE);
    assert.deepEqual([checked(heap).growths, heap.usage().refusals], [1, 0]);
    assert.equal(heap.usage().largestRequest, 10 * PAGE);
    assert.throws(() => heap.malloc(1 << 25), RangeError);
    const usage = checked(heap);
    assert.deepEqual([usage.growths, usage.refusals > 0, usage.largestRequest], [1, true, 1 << 25]);
  });
}

test('a snapshot brings back what was counted when it was taken', () => {
  const heap = Heap.create();
  heap.malloc(1000);
  const snapshot = heap.snapshot();
  const before = heap.usage();
  heap.malloc(50_000);
  heap.restore(snapshot);
  assert.deepEqual(checked(heap), before);
});

test("another module's figures, where it exports them; else an error says so", () => {
  const heap = Heap.create();
  const { malloc, free } = heap.imports().env;
  const exports = { memory: heap.memory, malloc, free };
  const counting = { ...exports, heaplet_usage_figure: (number) => [-16, 2, 3, 4, 5, 6, 7, 8][number] };
  assert.deepEqual(Heap.fromModule(counting).usage(), {
    usedBytes: 2 ** 32 - 16,
    usedBlocks: 2,
    peakBytes: 3,
    peakBlocks: 4,
    footprint: 5,
    growths: 6,
    refusals: 7,
    largestRequest: 8,
  });
  assert.throws(() => Heap.fromModule(exports).usage(), { name: 'TypeError', message: /^usage: / });
  assert.ok(Small.create()); // whose profile counts nothing
  assert.throws(() => Heap.create({ profile: 'small' }).usage(), { name: 'TypeError', message: /^usage: / });
});

test('a shared heap counts what its threads keep', () => {
  const heap = Heap.create({ shared: true, maximum: 1 << 24 });
  const blocks = Array.from({ length: 500 }, (_, i) => heap.malloc((i * 37) % 3000));
  assert.ok(checked(heap).usedBlocks >= 500);
  for (const ptr of blocks) heap.free(ptr);
  // Its own a thread gives back before it looks.
  const other = Heap.attach(heap.share());
  const { keptBlocks } = other.stats();
  assert.ok(keptBlocks > 0);
  assert.equal(checked(other).usedBlocks, keptBlocks);
});

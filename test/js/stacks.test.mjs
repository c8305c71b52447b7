// Where a leak was allocated: the program's own lines, however many of the package's lie above them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';

/** Ways to a block, from shallow to deep. */
const ways = {
  malloc: (heap) => heap.malloc(10),
  alloc: (heap) => heap.alloc(Uint8Array, 10),
  from: (heap) => heap.from(new Uint8Array(10)),
  utf16: (heap) => heap.utf16('text'),
  cstring: (heap) => heap.cstring('text'),
  transfer: (heap) => heap.transfer(new Uint8Array(10)),
  alignedRealloc: (heap) => heap.alignedRealloc(0, 256, 10),
  arena: (heap) => heap.arena().alloc(Uint8Array, 10),
  'arena.cstring': (heap) => heap.arena().cstring('text'),
  'arena.from': (heap) => heap.arena().from(new Float64Array(10_000)),
};

for (const [name, way] of Object.entries(ways)) {
  test(`leaks: the stack of ${name} reaches the program`, () => {
    const heap = Heap.create({ debug: true });
    function culpritOne() {
      const result = way(heap);
      return [result]; // no tail call: those are in no stack
    }
    function culpritTwo() {
      const result = culpritOne();
      return [result];
    }
    const limit = Error.stackTraceLimit;
    culpritTwo();
    assert.equal(Error.stackTraceLimit, limit);
    const [{ stack }] = heap.leaks();
    assert.match(stack, /culpritOne/);
    assert.match(stack, /culpritTwo/);
    assert.doesNotMatch(
      stack.split('\n')[0],
      /\/js\/(heap|core-heap|content-heap|copy|debug|arena|core-arena)\.js/,
    );
  });
}

test('leaks: stacks are captured where the program wants none of its own, and its limit stays', () => {
  if (!('stackTraceLimit' in Error)) return;
  const limit = Error.stackTraceLimit;
  try {
    for (const wanted of [0, 1, Number.POSITIVE_INFINITY]) {
      Error.stackTraceLimit = wanted;
      const heap = Heap.create({ debug: true });
      heap.cstring('text');
      assert.equal(Error.stackTraceLimit, wanted);
      assert.match(heap.leaks()[0].stack, /stacks\.test/);
    }
  } finally {
    Error.stackTraceLimit = limit;
  }
});

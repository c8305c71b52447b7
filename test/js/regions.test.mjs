// Regions that overlap are refused, whoever has made the other heap.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { PAGE } from './support.mjs';
import { noThreads, Thread } from './threads.mjs';

const memoryOf = (initial) => new WebAssembly.Memory({ initial, maximum: 100 });
const refused = { name: 'RangeError', message: /^base: a heap lies at \d+ already/ };

test('a region that another heap uses any of is refused', () => {
  for (const [first, second] of [
    [{ base: 1024 }, { base: 131072 }], // the first has all up to the end
    [{ base: 131072 }, { base: 1024 }],
    [{ base: 1024, length: PAGE }, { base: 16 }],
    [
      { base: 1024, length: PAGE },
      { base: 16, length: PAGE },
    ],
    [
      { base: 1024, length: PAGE },
      { base: PAGE, length: PAGE },
    ],
    [
      { base: 1024, length: PAGE },
      { base: 1024 + PAGE - 16, length: PAGE },
    ],
    [
      { base: PAGE, length: 2 * PAGE },
      { base: PAGE + 16384, length: 16384 },
    ], // inside
    [
      { base: PAGE + 16384, length: 16384 },
      { base: PAGE, length: 2 * PAGE },
    ], // around
    [{ base: 16, profile: 'hardened' }, { base: 2 * PAGE }],
  ]) {
    const memory = memoryOf(4);
    const heap = Heap.over(memory, first);
    const before = new Uint8Array(memory.buffer).slice();
    assert.throws(() => Heap.over(memory, second), refused, JSON.stringify([first, second]));
    const state = heap.base + 512; // below is the stack of those who look
    assert.deepEqual(
      new Uint8Array(memory.buffer).subarray(state),
      before.subarray(state),
      'nothing has changed',
    );
    assert.ok(heap.malloc(100) && heap.check());
    heap.close();
    assert.ok(Heap.over(memory, second).malloc(100), "a heap that was closed is in nobody's way");
  }
});

test('regions side by side touch nobody', () => {
  const memory = memoryOf(4);
  const bases = [16, 16 + PAGE, 16 + 2 * PAGE];
  const heaps = bases.map((base) => Heap.over(memory, { base, length: PAGE }));
  for (const heap of heaps) assert.ok(heap.malloc(60_000) && heap.check());
});

test('what a heap has grown by is its own', () => {
  const memory = memoryOf(2);
  const heap = Heap.over(memory, { base: 1024 });
  heap.free(heap.malloc(5 * PAGE));
  const theirs = memory.grow(2) * PAGE;
  assert.throws(() => Heap.over(memory, { base: 4 * PAGE, length: 8192 }), refused);
  assert.ok(Heap.over(memory, { base: theirs, length: 2 * PAGE }).malloc(PAGE));
});

test('a block of another heap is a region, once', () => {
  for (const outer of [Heap.create(), Heap.over(memoryOf(4), { base: 1024 })]) {
    const { memory } = outer;
    const base = outer.malloc(20_000);
    assert.throws(() => Heap.over(memory, { base, length: 30_000 }), refused, 'more than the block');
    const inner = Heap.over(memory, { base, length: 10_000 });
    assert.throws(() => Heap.over(memory, { base: base + 4096, length: 10_000 }), refused);
    assert.ok(
      Heap.over(memory, { base: base + 10_000, length: 10_000 }).malloc(100),
      'the rest of the block',
    );
    inner.close();
    assert.ok(Heap.over(memory, { base: base + 512, length: 9000 }).malloc(100));
    outer.free(outer.malloc(500));
    const gone = outer.malloc(8000);
    outer.free(gone);
    assert.throws(() => Heap.over(memory, { base: gone, length: 8000 }), refused, 'a block that was freed');
    assert.ok(outer.check());
  }
});

const shared = (() => {
  try {
    return !noThreads && new WebAssembly.Memory({ initial: 4, maximum: 10, shared: true });
  } catch {
    return false;
  }
})();

test('a heap that another thread has made is seen in the memory', {
  skip: shared ? false : noThreads || 'no memory can be shared here',
}, async () => {
  const thread = new Thread('heap.mjs');
  try {
    await thread.ask({ task: 'over', memory: shared, options: { base: 1024 } });
    assert.throws(() => Heap.over(shared, { base: 131072 }), refused);
    assert.throws(() => Heap.over(shared, { base: 16 }), refused);
    assert.ok(Heap.attach({ memory: shared, base: 1024 }).malloc(10));
  } finally {
    await thread.terminate();
  }
});

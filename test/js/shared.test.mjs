// One heap, many threads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { noSharedMemory, PAGE } from './support.mjs';
import { noThreads, Thread } from './threads.mjs';

const MiB = 1 << 20;
const create = (options) => Heap.create({ shared: true, maximum: 256 * MiB, ...options });

const alone = noSharedMemory ? { skip: noSharedMemory } : {};
const together = noThreads ? { skip: noThreads } : alone;

function threads(count, file) {
  const all = Array.from({ length: count }, () => new Thread(file));
  return { all, end: () => Promise.all(all.map((thread) => thread.terminate())) };
}

test('a shared heap works on one thread as any other', alone, () => {
  const heap = create();
  assert.ok(!(heap.memory.buffer instanceof ArrayBuffer));
  const handle = heap.alloc(Float64Array, 100);
  handle.view.fill(1.5);
  heap.malloc(10 * PAGE);
  assert.ok(handle.view.every((x) => x === 1.5));
  assert.deepEqual([...handle.copy().subarray(0, 2)], [1.5, 1.5]);
  assert.ok(handle.copy().buffer instanceof ArrayBuffer);
  handle.free();
  const zeros = heap.calloc(100, 10);
  assert.ok(heap.adopt(Uint8Array, zeros, 1000).view.every((byte) => byte === 0));
  assert.ok(heap.usableSize(heap.realloc(zeros, 5000)) >= 5000);
  assert.equal(heap.alignedAlloc(4096, 10) % 4096, 0);
  assert.throws(() => heap.calloc(65536, 65537), { name: 'OutOfMemoryError' });
  assert.ok(heap.check());
});

test('views are right after another instance grew the memory', alone, () => {
  const heap = create({ initial: 2 * PAGE });
  const other = Heap.attach(heap.share());
  const before = heap.alloc(Uint8Array, 100);
  before.view.fill(1);
  const far = other.alloc(Uint8Array, 20 * PAGE);
  far.view.fill(2);
  const seen = heap.adopt(Uint8Array, far.ptr, far.length);
  assert.equal(seen.view[20 * PAGE - 1], 2);
  assert.ok(before.view.every((x) => x === 1));
});

test('strings go in and out of shared memory', alone, () => {
  const heap = create();
  for (const string of ['', 'héllo', '日本語 👋🏽', 'x'.repeat(10_000)]) {
    const [utf8, utf16, c] = [heap.utf8(string), heap.utf16(string), heap.cstring(string)];
    assert.equal(heap.readUtf8(utf8.ptr, utf8.byteLength), string);
    assert.equal(heap.readUtf16(utf16.ptr, utf16.length), string);
    assert.equal(heap.readCString(c.ptr), string);
    heap.scope((arena) => assert.equal(heap.readCString(arena.cstring(string).ptr), string));
  }
});

test('maximum: a shared heap needs one', () => {
  assert.throws(() => Heap.create({ shared: true }), {
    name: 'TypeError',
    message: /^maximum: a shared memory/,
  });
  assert.throws(() => Heap.create({ shared: 1, maximum: MiB }), {
    name: 'TypeError',
    message: /^shared: expected/,
  });
});

test('share: refuses a memory that is not shared', () => {
  assert.throws(() => Heap.create().share(), { name: 'TypeError', message: /^memory: it is not shared/ });
});

test('a block that one thread wrote another reads and frees', together, async () => {
  const heap = create();
  const { all, end } = threads(2, 'heap.mjs');
  try {
    const message = heap.share();
    for (const thread of all) assert.equal(await thread.ask({ task: 'attach', message }), heap.base);
    const [a, b] = all;
    const ptr = await a.ask({ task: 'write', text: 'from a' });
    assert.equal(await b.ask({ task: 'read', ptr }), 'from a');
    assert.equal(heap.readCString(ptr), 'from a');
    assert.equal(heap.stats().usedBlocks, 1);
    await b.ask({ task: 'free', ptr });
    assert.equal(heap.stats().usedBlocks, 0);
    const grown = await a.ask({ task: 'grow', bytes: 30 * PAGE });
    const handle = heap.adopt(Uint8Array, grown.ptr, grown.length);
    assert.equal(handle.view[grown.length - 1], 7);
    handle.free();
    assert.ok(heap.check());
  } finally {
    await end();
  }
});

test("five threads free each other's blocks, and nothing is lost", {
  ...together,
  timeout: 60_000,
}, async () => {
  const heap = create({ initial: MiB });
  const slots = 500;
  const table = heap.calloc(slots, 4);
  const { all, end } = threads(5, 'stress.mjs');
  try {
    const message = heap.share();
    const results = await Promise.all(
      all.map((thread, i) => thread.ask({ message, table, slots, rounds: 150, seed: 1000 + i })),
    );
    for (const { allocated, arena } of results) assert.deepEqual([allocated, arena], [7500, 150]);
    const sum = (name) => results.reduce((total, result) => total + result[name], 0);
    assert.ok(heap.check());
    const left = [...heap.adopt(Int32Array, table, slots).view].filter((ptr) => ptr !== 0);
    assert.equal(left.length, sum('allocated') - sum('freed'));
    assert.equal(heap.stats().usedBlocks, left.length + 1);
    for (const ptr of left) heap.free(ptr >>> 0);
    heap.free(table);
    assert.equal(heap.stats().usedBlocks, 0);
    assert.ok(heap.check());
  } finally {
    await end();
  }
});

test('no thread starves', { ...together, timeout: 60_000 }, async () => {
  const heap = create();
  const { all, end } = threads(4, 'heap.mjs');
  try {
    for (const thread of all) await thread.ask({ task: 'attach', message: heap.share() });
    // Each goes on until all have had their share: one that starves keeps the others from ever ending.
    const counts = heap.calloc(all.length, 4);
    const done = all.map((thread, index) =>
      thread.ask({ task: 'shares', counts, index, threads: all.length, share: 2000 }),
    );
    const mine = heap.adopt(Int32Array, counts, all.length);
    assert.deepEqual(await Promise.all(done), [null, null, null, null]);
    assert.ok(mine.view.every((count) => count >= 2000));
    mine.free();
    assert.equal(heap.stats().usedBlocks, 0);
  } finally {
    await end();
  }
});

test('who finds the mark of one that waits for long lets it go first', alone, () => {
  const heap = create();
  const words = new Int32Array(heap.memory.buffer, heap.base, 4);
  Atomics.store(words, 2, 12345); // somebody who does not come: dead, say
  heap.malloc(1);
  assert.deepEqual([words[1], words[2]], [0, 0], 'its mark is gone, and nobody holds the lock');
});

/** What a worker sends of an error is its stack, which tells the message or, in Firefox, where it was thrown. */
const closed = /heap: used after its release|^Error: ended@/;

test('close ends the heap on other threads, which then leave its place alone', together, async () => {
  const heap = create();
  const { all, end } = threads(2, 'heap.mjs');
  try {
    const message = heap.share();
    for (const thread of all) await thread.ask({ task: 'attach', message });
    const [idle, busy] = all;
    const ptr = await idle.ask({ task: 'write', text: 'x' });
    busy.post({ task: 'churn', seed: 1 });
    await busy.next(); // it is at it
    const failing = busy.next();
    const { memory, base } = message;
    heap.close();
    await assert.rejects(failing, closed);
    const place = () => new Uint8Array(memory.buffer, base, 2 * PAGE - base);
    place().fill(0xaa);
    for (const call of [
      { task: 'write', text: 'y' },
      { task: 'free', ptr },
      { task: 'grow', bytes: 10 },
    ])
      await assert.rejects(idle.ask(call), closed);
    assert.ok(place().every((byte) => byte === 0xaa));
    // Nor is another heap at the same place taken for the old one.
    const next = Heap.over(memory, { base });
    await assert.rejects(busy.ask({ task: 'write', text: 'y' }), closed);
    assert.equal(next.stats().usedBlocks, 0);
    assert.ok(next.check());
  } finally {
    await end();
  }
});

test('close ends a heap whose lock is held by the dead', alone, () => {
  const heap = create();
  const other = Heap.attach(heap.share());
  const words = new Int32Array(heap.memory.buffer, heap.base, 4);
  Atomics.store(words, 1, (12345 << 2) | 2); // as it was marked by another thread
  heap.close();
  for (const one of [heap, other]) assert.throws(() => one.malloc(1), { name: 'ReferenceError' });
});

// A worker sleeps for up to ten seconds: too long for a test. What is awaited here is the page's main thread.
const onPage = typeof document === 'undefined' ? { skip: 'not the main thread of a page' } : alone;

test('a lock that is never released makes a page throw, not hang', { ...onPage, timeout: 60_000 }, () => {
  const heap = create();
  const state = new Int32Array(heap.memory.buffer, heap.base, 4);
  Atomics.store(state, 1, 1);
  const held = { name: 'Error', message: /^heap: its lock was held for 1000 ms/ };
  assert.throws(() => heap.malloc(1), held);
  assert.equal(state[1] & 2, 2, 'it is marked as broken');
  assert.throws(() => heap.malloc(1), held);
  Atomics.store(state, 1, 0);
  assert.ok(heap.malloc(1) && heap.check());
});

test('workers that are terminated while they wait leave nothing behind', {
  ...together,
  timeout: 60_000,
}, async () => {
  const heap = create();
  const message = heap.share();
  const state = new Int32Array(message.memory.buffer, message.base, 4);
  const thread = new Thread('heap.mjs');
  await thread.ask({ task: 'attach', message });
  Atomics.store(state, 1, 1); // held by this thread, as far as the worker can see
  thread.post({ task: 'write', text: 'x' });
  while (Atomics.load(state, 2) === 0) await new Promise((done) => setTimeout(done, 1));
  await thread.terminate();
  assert.notEqual(Atomics.load(state, 2), 0, 'the worker has left its mark');
  Atomics.store(state, 1, 0);
  heap.free(heap.malloc(100)); // the mark of the dead holds nobody up, and goes
  // Where a worker ends some time after it was told to, it may have come first.
  while (state[1] !== 0 || state[2] !== 0) await new Promise((done) => setTimeout(done, 1));
  assert.ok(heap.check());
});

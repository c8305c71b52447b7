// stats, check, blocks, leaks, and the debug mode.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { collector } from './garbage.mjs';
import { PAGE } from './support.mjs';

for (const profile of ['fast', 'hardened']) {
  test(`${profile}: blocks and stats tell what is there`, () => {
    const heap = Heap.create({ profile });
    assert.equal(heap.stats().usedBlocks, 0);
    const ptrs = [100, 1, 5000].map((size) => heap.malloc(size));
    heap.free(ptrs[1]);
    const used = heap.blocks().filter(({ state }) => state === 'used');
    assert.deepEqual(
      used.map(({ ptr }) => ptr),
      [ptrs[0], ptrs[2]].sort((a, b) => a - b),
    );
    for (const { ptr, size } of used) assert.equal(size, heap.usableSize(ptr));
    const stats = heap.stats();
    assert.equal(stats.usedBlocks, 2);
    assert.ok(stats.usedBytes >= 5100 && stats.usedBytes < 5100 * (33 / 32) + 100);
    assert.ok(stats.usedBytes + stats.freeBytes <= stats.poolBytes);
    assert.ok(stats.poolBytes > stats.usedBytes + stats.freeBytes - 100);
    assert.ok(stats.largestFree > PAGE);
    heap.malloc(10 * PAGE);
    assert.ok(heap.stats().poolBytes > 10 * PAGE);
    assert.equal(heap.check(), true);
  });

  test(`${profile}: check finds what is broken, and changes nothing`, () => {
    const heap = Heap.create({ profile });
    const ptrs = Array.from({ length: 10 }, () => heap.malloc(2000));
    for (let i = 0; i < 10; i += 2) heap.free(ptrs[i]);
    const bytes = new Uint8Array(heap.memory.buffer);
    const before = Uint8Array.from(bytes);
    assert.ok(heap.check());
    // Below the state is the stack of wasm.
    const state = heap.base + 512;
    assert.deepEqual(bytes.subarray(state), before.subarray(state));
    assert.deepEqual(
      bytes.subarray(0, heap.base + 16),
      before.subarray(0, heap.base + 16),
      'nor below the stack',
    );
    new DataView(heap.memory.buffer).setUint32(ptrs[1] - 4, 0x7654320, true);
    assert.throws(() => heap.check(), { name: 'Error', message: /^heap: [a-z' ]+ \(at \d+\)$/ });
  });
}

test('hardened: of a block in use that can be used which was asked for', () => {
  const heap = Heap.create({ profile: 'hardened' });
  const sizes = [0, 1, 100, 5000, 300_000];
  for (const size of sizes) heap.malloc(size);
  for (const alignment of [32, 4096]) heap.alignedAlloc(alignment, 50);
  heap.realloc(heap.malloc(9000), 700);
  const asked = [...sizes, 50, 50, 700].sort((a, b) => a - b);
  const told = (blocks) => blocks.map(({ size }) => size).sort((a, b) => a - b);
  assert.deepEqual(told(heap.blocks().filter(({ state }) => state === 'used')), asked);
  assert.deepEqual(told(heap.leaks()), asked);
  // And of a free one what a request may have.
  const largest = Math.max(...told(heap.blocks().filter(({ state }) => state === 'free')));
  assert.ok(heap.stats().largestFree <= largest);
});

test('leaks lists what is in use, with stacks in debug mode', () => {
  const plain = Heap.create();
  const ptr = plain.malloc(100);
  assert.deepEqual(
    plain.leaks().map((leak) => [leak.ptr, leak.stack]),
    [[ptr, undefined]],
  );
  const heap = Heap.create({ debug: true });
  function culprit() {
    const handle = heap.alloc(Float64Array, 10);
    handle.view.fill(0); // so that the call before is no tail call: those are not in every engine's stack
    return handle;
  }
  const kept = culprit();
  heap.alloc(Uint8Array, 5).free();
  heap.scope((arena) => arena.utf8('x'));
  const moved = heap.realloc(heap.calloc(3, 4), 50);
  const aligned = heap.alignedAlloc(256, 7);
  const leaks = heap.leaks().sort((a, b) => a.size - b.size);
  assert.deepEqual(
    leaks.map(({ ptr, size }) => [ptr, size]),
    [
      [aligned, 7],
      [moved, 50],
      [kept.ptr, 80],
    ],
  );
  for (const { stack } of leaks) {
    assert.match(stack, /inspect\.test/);
    assert.doesNotMatch(stack.split('\n')[0], /js\/heap\.js|core-heap\.js|debug\.js/);
  }
  assert.match(leaks[2].stack, /culprit/);
  for (const { ptr } of leaks) heap.free(ptr);
  assert.deepEqual(heap.leaks(), []);
});

test('debug mode refuses to free what is not in use, and the heap is sound after', () => {
  const heap = Heap.create({ debug: true });
  const ptr = heap.malloc(100);
  heap.free(ptr);
  for (const bad of [ptr, ptr + 16, 16, 2 ** 32 - 16]) {
    assert.throws(() => heap.free(bad), { name: 'RangeError', message: /^ptr: no block in use begins at / });
    assert.throws(() => heap.realloc(bad, 10), { name: 'RangeError', message: /^ptr: no block in use/ });
  }
  heap.free(0);
  const { malloc, free } = heap.imports().env;
  free(malloc(10));
  assert.ok(heap.check());
  assert.deepEqual(heap.leaks(), []);
});

/** Heaps in debug mode that others use too: nobody knows all their blocks. */
const others = [
  ["another module's heap", () => Heap.fromModule(Heap.create().imports().env, { debug: true })],
  ['a shared heap', () => Heap.create({ shared: true, maximum: 1 << 24, debug: true })],
  [
    'a heap that was restored',
    () => {
      const heap = Heap.create({ debug: true });
      heap.restore(heap.snapshot());
      return heap;
    },
  ],
];

for (const [what, make] of others) {
  test(`debug mode of ${what} refuses a second free`, (t) => {
    let heap;
    try {
      heap = make();
    } catch (error) {
      return t.skip(`not here: ${error.message}`);
    }
    const twice = {
      name: 'RangeError',
      message: /^ptr: no block in use begins at \d+: was it freed before\?$/,
    };
    for (const size of [1, 100, 3000, 200_000]) {
      const ptr = heap.malloc(size);
      const kept = heap.malloc(size);
      heap.free(ptr);
      assert.throws(() => heap.free(ptr), twice);
      assert.throws(() => heap.realloc(ptr, 10), twice);
      const next = heap.malloc(size);
      assert.notEqual(next, ptr, 'the old pointer stays a wrong one');
      assert.throws(() => heap.free(ptr), twice);
      const { free } = heap.imports().env;
      assert.throws(() => free(ptr), twice);
      heap.free(next);
      heap.free(kept);
    }
    const ptr = heap.malloc(40);
    heap.malloc(40); // in its way
    const moved = heap.realloc(ptr, 5000);
    assert.notEqual(moved, ptr);
    assert.throws(() => heap.free(ptr), twice, 'it has moved');
    assert.equal(heap.leaks().length, 2);
    heap.free(moved);
    const handle = heap.alloc(Uint8Array, 10);
    heap.free(handle.ptr);
    assert.throws(() => handle.free(), twice);
  });

  test(`debug mode of ${what} loses nothing`, (t) => {
    let heap;
    try {
      heap = make();
    } catch (error) {
      return t.skip(`not here: ${error.message}`);
    }
    // Others may allocate and free what is not known here.
    const { memory } = heap;
    for (let i = 0; i < 1000; i++) heap.free(heap.malloc(i));
    const grown = memory.buffer.byteLength;
    for (let i = 0; i < 1000; i++) heap.free(heap.malloc(10_000));
    assert.ok(memory.buffer.byteLength <= grown + 20 * PAGE, 'what is held back is little');
    assert.deepEqual(heap.leaks(), []);
    if (what.includes('module')) return;
    const ptr = heap.malloc(10);
    heap.free(ptr);
    assert.equal(heap.stats().usedBlocks, 0);
    assert.ok(heap.check());
    const full = heap.stats().largestFree - 100;
    if (what.includes('shared')) {
      // What is held back is given back before there is no room.
      for (let i = 0; i < 20; i++) heap.free(heap.malloc(1 << 23));
      for (let i = 0; i < 20; i++) heap.free(heap.alignedAlloc(256, 1 << 23));
      for (let i = 0; i < 20; i++) heap.free(heap.calloc(1 << 23, 1));
    } else heap.free(heap.malloc(full));
    const snapshot = heap.snapshot();
    heap.free(heap.malloc(10));
    heap.restore(snapshot);
    assert.equal(heap.stats().usedBlocks, 0);
  });
}

test('debug mode of a shared heap takes back what another instance has allocated', (t) => {
  let heap;
  try {
    heap = Heap.create({ shared: true, maximum: 1 << 24, debug: true });
  } catch (error) {
    return t.skip(`not here: ${error.message}`);
  }
  const other = Heap.attach(heap.share());
  for (let i = 0; i < 500; i++) {
    const mine = heap.malloc(50);
    const theirs = other.malloc(50);
    heap.free(theirs);
    other.free(mine);
    if (i % 100 === 0) assert.ok(heap.check());
  }
  assert.equal(heap.stats().usedBlocks, 0);
});

test('debug mode over another module, and for options', () => {
  const heap = Heap.fromModule(Heap.create().imports().env, { debug: true });
  const ptr = heap.malloc(10);
  assert.deepEqual(
    heap.leaks().map((leak) => leak.ptr),
    [ptr],
  );
  heap.free(ptr);
  assert.deepEqual(heap.leaks(), []);
  assert.throws(() => Heap.create({ debug: 1 }), {
    name: 'TypeError',
    message: /^debug: expected true or false/,
  });
});

test('what is forgotten is reported in debug mode, where the garbage can be collected', async (t) => {
  const collect = await collector();
  if (!collect) return t.skip('no way to collect garbage');
  const { warn } = console;
  const warnings = [];
  console.warn = (text) => warnings.push(text);
  try {
    const heap = Heap.create({ debug: true });
    const forget = () => {
      for (let i = 0; i < 10; i++) heap.alloc(Uint8Array, 123);
      for (let i = 0; i < 10; i++) heap.arena().alloc(Uint8Array, 123);
      heap.alloc(Uint8Array, 77).free();
      heap.arena(); // takes nothing
      const done = heap.arena();
      done.utf8('x');
      done.free();
    };
    forget();
    const end = performance.now() + 5000;
    const seen = (what) =>
      warnings.some((text) => text.startsWith(`heaplet: ${what} was forgotten, not freed`));
    const all = () => seen('a handle of 123 bytes') && seen('an arena');
    while (!all() && performance.now() < end) {
      collect();
      await new Promise((done) => setTimeout(done, 10));
    }
    assert.ok(all(), `warned: ${warnings}`);
    for (const text of warnings) {
      assert.match(
        text,
        /^heaplet: (a handle of 123 bytes|an arena) was forgotten.*made at\n.*inspect\.test/s,
      );
    }
    assert.ok(warnings.length <= 20);
    assert.equal(heap.stats().usedBlocks, 20, 'nothing is freed behind the back');
  } finally {
    console.warn = warn;
  }
});

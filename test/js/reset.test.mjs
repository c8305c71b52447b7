// heap.reset and the end of `using heap`.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Heap, OutOfMemoryError } from 'heaplet';
import { bumpModule, PAGE, random } from './support.mjs';

for (const profile of ['fast', 'hardened']) {
  describe(`reset, ${profile}`, () => {
    test('the heap is empty, keeps its memory, and gives it all out again', () => {
      const heap = Heap.create({ profile, maximum: 40 * PAGE });
      const first = heap.malloc(100);
      for (let i = 0; i < 1000; i++) heap.malloc(2000);
      const { byteLength } = heap.memory.buffer;
      const { largestFree } = Heap.create({ profile, initial: byteLength }).stats();
      heap.reset();
      assert.equal(heap.stats().usedBlocks, 0);
      assert.deepEqual(heap.leaks(), []);
      assert.equal(heap.stats().largestFree, largestFree, 'in one piece');
      assert.equal(heap.memory.buffer.byteLength, byteLength);
      assert.ok(heap.check());
      assert.equal(heap.malloc(100), first, 'from the start');
      for (let i = 0; i < 1000; i++) heap.malloc(2000);
      assert.equal(heap.memory.buffer.byteLength, byteLength);
      heap.reset();
      assert.ok(heap.malloc(30 * PAGE), 'it still grows');
      assert.throws(() => heap.malloc(20 * PAGE), OutOfMemoryError);
    });

    test('with memory that others have taken in between', () => {
      const heap = Heap.create({ profile });
      const theirs = [];
      for (let i = 0; i < 10; i++) {
        heap.malloc(3 * PAGE);
        theirs.push(heap.memory.grow(1) * PAGE);
      }
      const pick = random(1);
      const bytes = () => new Uint8Array(heap.memory.buffer);
      for (const at of theirs) bytes().fill(7, at, at + PAGE);
      heap.reset();
      assert.equal(heap.stats().usedBlocks, 0);
      const { byteLength } = heap.memory.buffer;
      for (let i = 0; i < 10; i++) {
        const ptr = heap.malloc(2 * PAGE + pick(PAGE / 2));
        bytes().fill(1, ptr, ptr + 2 * PAGE);
      }
      assert.equal(heap.memory.buffer.byteLength, byteLength, 'all pools are used again');
      for (const at of theirs)
        assert.ok(
          bytes()
            .subarray(at, at + PAGE)
            .every((byte) => byte === 7),
        );
      assert.ok(heap.check());
    });

    test('calloc clears what was used before', () => {
      const heap = Heap.create({ profile });
      for (let i = 0; i < 10; i++) new Uint8Array(heap.memory.buffer, heap.malloc(10_000), 10_000).fill(255);
      heap.reset();
      const ptr = heap.calloc(1, 100_000);
      assert.ok(new Uint8Array(heap.memory.buffer, ptr, 100_000).every((byte) => byte === 0));
    });

    test('a heap with a length stays inside of it', () => {
      const memory = new WebAssembly.Memory({ initial: 4 });
      const heap = Heap.over(memory, { base: PAGE, length: PAGE, profile });
      new Uint8Array(memory.buffer, 2 * PAGE).fill(9);
      for (let i = 0; i < 3; i++) {
        heap.malloc(40_000);
        assert.throws(() => heap.malloc(40_000), OutOfMemoryError);
        heap.reset();
      }
      assert.ok(new Uint8Array(memory.buffer, 2 * PAGE).every((byte) => byte === 9));
      assert.ok(heap.check());
    });
  });
}

test('reset ends handles, marks and arenas, also of a heap that goes back to a snapshot from before', () => {
  const heap = Heap.create();
  const handle = heap.alloc(Uint8Array, 10);
  const arena = heap.arena();
  const text = arena.utf8('x');
  const snapshot = heap.snapshot();
  heap.reset();
  for (const use of [() => handle.view, () => text.ptr, () => arena.utf8('y')])
    assert.throws(use, ReferenceError);
  handle.free();
  arena.free();
  const fresh = heap.alloc(Uint8Array, 10);
  assert.equal(fresh.view.length, 10);
  heap.restore(snapshot);
  assert.throws(() => fresh.view, ReferenceError);
  assert.equal(heap.stats().usedBlocks, 2);
  assert.ok(heap.check());
});

test('reset in debug mode: what was in use is no leak, and no block to free', () => {
  const heap = Heap.create({ debug: true });
  const ptr = heap.malloc(100);
  heap.reset();
  assert.deepEqual(heap.leaks(), []);
  assert.throws(() => heap.free(ptr), { name: 'RangeError', message: /^ptr: no block in use/ });
  heap.free(heap.malloc(10));
  assert.ok(heap.check());
});

test('reset is not for heaps that cannot be looked into', () => {
  const module = bumpModule(new WebAssembly.Memory({ initial: 1 }));
  for (const heap of [Heap.fromModule(module), Heap.create({ profile: 'small' })]) {
    assert.throws(() => heap.reset(), { name: 'TypeError', message: /^reset: / });
    assert.ok(heap.malloc(10));
  }
});

const dispose = { skip: Symbol.dispose ? false : 'this engine has no Symbol.dispose' };

test('Symbol.dispose ends a heap and its handles', dispose, () => {
  const module = bumpModule(new WebAssembly.Memory({ initial: 1 }));
  for (const heap of [Heap.create(), Heap.create({ profile: 'small' }), Heap.fromModule(module)]) {
    const handle = heap.alloc(Uint8Array, 10);
    heap[Symbol.dispose]();
    heap[Symbol.dispose]();
    for (const use of [() => heap.malloc(1), () => handle.view, () => heap.alloc(Uint8Array, 1)]) {
      assert.throws(use, ReferenceError);
    }
  }
  const memory = new WebAssembly.Memory({ initial: 2 });
  for (let i = 0; i < 3; i++) Heap.over(memory, { base: 1024, length: PAGE })[Symbol.dispose]();
  assert.throws(() => Heap.attach({ memory, base: 1024 }), RangeError);
});

test('Symbol.dispose of a heap that was attached leaves it to the others', dispose, () => {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const heap = Heap.over(memory, { base: 1024 });
  const other = Heap.attach({ memory, base: 1024 });
  const ptr = other.malloc(10);
  other[Symbol.dispose]();
  assert.throws(() => other.malloc(1), ReferenceError);
  assert.equal(heap.stats().usedBlocks, 1);
  heap.free(ptr);
  assert.ok(heap.check());
});

test('`using heap`, where the engine has it', (t) => {
  let scoped;
  try {
    scoped = new Function('Heap', '{ using heap = Heap.create(); return heap.alloc(Uint8Array, 4); }');
  } catch {
    return t.skip('this engine has no `using`');
  }
  assert.throws(() => scoped(Heap).ptr, ReferenceError);
});

// What an option may come from, and what becomes of a memory that the engine refuses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap, OutOfMemoryError } from 'heaplet';
import { Heap as CoreHeap } from 'heaplet/core';
import { Heap as SmallHeap } from 'heaplet/small';
import { PAGE } from './support.mjs';

/** Calls a function while every object seems to have these properties. */
function polluted(properties, call) {
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true });
  }
  try {
    return call();
  } finally {
    for (const name of Object.keys(properties)) delete Object.prototype[name];
  }
}

test('what somebody has put into Object.prototype is no option', () => {
  const bad = {
    ...{
      initial: 50 * PAGE,
      maximum: 60 * PAGE,
      shared: true,
      resizable: true,
      debug: true,
      profile: 'none',
    },
    ...{ base: 7, length: 1, chunkSize: 1, address: 'i64', index: 'i64' },
  };
  polluted(bad, () => {
    for (const Class of [Heap, CoreHeap, SmallHeap]) {
      for (const options of [undefined, {}]) {
        const heap = Class.create(options);
        assert.equal(heap.memory.buffer.byteLength, 2 * PAGE);
        assert.ok(heap.memory.buffer instanceof ArrayBuffer);
        heap.arena(options).alloc(Uint8Array, 10);
        heap.memory.grow(70);
      }
    }
    const heap = Heap.create({});
    heap.malloc(10);
    assert.equal(Object.keys(heap.leaks()[0]).join(), 'ptr,size', 'no stack: not in debug mode');
    const memory = new WebAssembly.Memory({ __proto__: null, initial: 2 });
    assert.equal(Heap.over(memory, {}).base, 2 * PAGE);
    const other = Heap.fromModule(heap.imports().env, {});
    assert.ok(other.malloc(10));
    assert.throws(() => other.leaks(), TypeError, 'not in debug mode');
  });
});

/** Calls a function where the engine grants no memory with a maximum above `most` pages. */
function stingy(most, call) {
  const { Memory } = WebAssembly;
  function Stingy(limits) {
    if ((limits.maximum ?? 65536) > most) throw new RangeError('too large for this phone');
    return new Memory(limits);
  }
  Stingy.prototype = Memory.prototype;
  WebAssembly.Memory = Stingy;
  try {
    return call();
  } finally {
    WebAssembly.Memory = Memory;
  }
}

test('a memory that the engine refuses: the error says which, and why', () => {
  stingy(100, () => {
    for (const Class of [Heap, CoreHeap, SmallHeap]) {
      assert.throws(
        () => Class.create({ initial: 3 * PAGE, maximum: 2 ** 30 }),
        (error) => {
          assert.ok(error instanceof OutOfMemoryError);
          assert.equal(error.cause.message, 'too large for this phone');
          assert.match(error.message, /initial 196608\b.*maximum 1073741824\b/);
          return true;
        },
      );
      assert.throws(() => Class.create(), { name: 'OutOfMemoryError', message: /maximum/ });
      assert.ok(Class.create({ maximum: 100 * PAGE }).malloc(10));
    }
    assert.throws(() => Heap.create({ shared: true, maximum: 2 ** 32 }), {
      name: 'OutOfMemoryError',
      message: /maximum 4294967296\b/,
    });
  });
});

test('of several maxima the first that the engine grants', () => {
  stingy(100, () => {
    const heap = Heap.create({ maximum: [2 ** 32, 2 ** 30, 100 * PAGE, 10 * PAGE] });
    heap.memory.grow(98);
    assert.throws(() => heap.memory.grow(1));
    assert.throws(() => Heap.create({ maximum: [2 ** 32, 2 ** 30] }), {
      name: 'OutOfMemoryError',
      message: /maximum 1073741824\b/,
    });
  });
  const first = Heap.create({ maximum: [5 * PAGE, 2 * PAGE] });
  first.memory.grow(3);
  assert.throws(() => first.memory.grow(1));
  for (const [maximum, name] of [
    [[], 'TypeError'],
    [['1 MB'], 'TypeError'],
    [[PAGE], 'RangeError'],
    [[2 ** 32 + 1, 4 * PAGE], 'RangeError'],
  ]) {
    assert.throws(() => Heap.create({ maximum }), { name, message: /^maximum: expected/ });
  }
});

test('OutOfMemoryError of a block and of a growth', () => {
  const heap = Heap.create({ maximum: 3 * PAGE });
  assert.throws(() => heap.malloc(5 * PAGE), { message: `out of memory: no room for ${5 * PAGE} bytes` });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  assert.throws(
    () => Heap.over(memory),
    (error) => error instanceof OutOfMemoryError && error.cause instanceof Error,
  );
});

// The entry heaplet/core, whose wasm is another module than that of heaplet.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet/core';
import { testRawCalls } from './raw.mjs';
import { PAGE } from './support.mjs';

testRawCalls('core', (options) => Heap.create(options));

test('handles, arenas, strings and imports of a core heap', () => {
  const heap = Heap.create();
  const handle = heap.alloc(Float64Array, 10);
  handle.view.fill(0.5);
  heap.scope((arena) => {
    const text = arena.utf8('héllo');
    const numbers = arena.from(new Int32Array([1, 2, 3]));
    heap.malloc(10 * PAGE); // the memory grows
    assert.equal(new TextDecoder().decode(text.copy()), 'héllo');
    assert.deepEqual([...numbers.view], [1, 2, 3]);
    arena.reset();
    assert.throws(() => text.view, ReferenceError);
  });
  assert.ok(handle.view.every((number) => number === 0.5));
  handle.free();
  const { memory, malloc, free, ...rest } = heap.imports().env;
  assert.equal(memory, heap.memory);
  free(malloc(10));
  assert.deepEqual(Object.keys(rest).sort(), ['aligned_alloc', 'calloc', 'malloc_usable_size', 'realloc']);
});

test('two core heaps are two', () => {
  const [one, two] = [Heap.create(), Heap.create()];
  assert.equal(one.malloc(100), two.malloc(100));
  assert.notEqual(one.memory, two.memory);
});

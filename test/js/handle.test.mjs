// Handles: typed arrays that stay right through any growth.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap, OutOfMemoryError } from 'heaplet';
import { BAD_NUMBERS, bumpModule, PAGE, refuses, TYPES } from './support.mjs';

test('every kind of typed array', () => {
  const heap = Heap.create();
  for (const Type of TYPES) {
    const handle = heap.alloc(Type, 100);
    assert.equal(handle.length, 100);
    assert.equal(handle.byteLength, 100 * Type.BYTES_PER_ELEMENT);
    assert.ok(handle.view instanceof Type);
    assert.equal(handle.view.length, 100);
    assert.equal(handle.view.byteOffset, handle.ptr);
    assert.equal(handle.view.buffer, heap.memory.buffer);
    const value = Type.name.startsWith('Big') ? 7n : 7;
    handle.view.fill(value);
    heap.memory.grow(1);
    assert.ok(handle.view.every((element) => element === value));
    handle.free();
  }
});

test('the view is one object until the memory grows', () => {
  const heap = Heap.create();
  const handle = heap.alloc(Float32Array, 16);
  const view = handle.view;
  assert.equal(handle.view, view);
  heap.memory.grow(1);
  assert.equal(view.length, 0);
  assert.notEqual(handle.view, view);
  assert.equal(handle.view, handle.view);
});

test('the view is right after a growth by malloc, by another handle, by an arena, by the user, by nothing', () => {
  const heap = Heap.create();
  const handle = heap.alloc(Uint32Array, 4);
  handle.view.set([1, 2, 3, 4]);
  const arena = heap.arena();
  const growths = [
    () => heap.malloc(10 * PAGE),
    () => heap.alloc(Uint8Array, 20 * PAGE),
    () => arena.alloc(Float64Array, 10 * PAGE),
    () => heap.memory.grow(1),
    () => heap.memory.grow(0), // detaches too
  ];
  for (const grow of growths) {
    const { buffer } = heap.memory;
    grow();
    assert.notEqual(heap.memory.buffer, buffer);
    assert.deepEqual([...handle.view], [1, 2, 3, 4]);
    handle.view[3] = 4;
    assert.equal(new Uint32Array(heap.memory.buffer, handle.ptr, 4)[3], 4);
  }
});

test('an empty handle has a place and an empty view, also after growth', () => {
  const heap = Heap.create();
  const handle = heap.alloc(Float64Array, 0);
  for (let i = 0; i < 2; i++) {
    assert.ok(handle.ptr > 0);
    assert.equal(handle.view.length, 0);
    assert.equal(handle.view.byteOffset, handle.ptr);
    assert.equal(handle.view.buffer, heap.memory.buffer);
    assert.equal(handle.view, handle.view, 'the same one until the memory grows');
    heap.memory.grow(1);
  }
  handle.free();
  assert.throws(() => handle.view, ReferenceError);
});

test('free gives the block back, once', () => {
  const heap = Heap.create();
  const handle = heap.alloc(Uint8Array, 5000);
  const { ptr } = handle;
  handle.free();
  handle.free();
  const other = heap.alloc(Uint8Array, 5000);
  handle.free();
  assert.equal(other.ptr, ptr);
  assert.notEqual(heap.malloc(5000), ptr);
});

test('after free, ptr and view throw; the lengths stay', () => {
  const heap = Heap.create();
  for (const length of [0, 10]) {
    for (const looked of [false, true]) {
      const handle = heap.alloc(Int16Array, length);
      if (looked) handle.view;
      handle.free();
      assert.throws(() => handle.ptr, { name: 'ReferenceError', message: /^handle: / });
      assert.throws(() => handle.view, { name: 'ReferenceError', message: /^handle: / });
      heap.memory.grow(1);
      assert.throws(() => handle.view, { name: 'ReferenceError' });
      assert.equal(handle.length, length);
      assert.equal(handle.byteLength, length * 2);
    }
  }
});

test('Symbol.dispose frees, where the engine has it', { skip: !Symbol.dispose }, () => {
  const heap = Heap.create();
  const handle = heap.alloc(Uint8Array, 10);
  handle[Symbol.dispose]();
  handle[Symbol.dispose]();
  assert.throws(() => handle.ptr, ReferenceError);
});

test('`using` frees at the end of the block, where the engine has it', async (t) => {
  let scoped;
  try {
    scoped = new Function('heap', '{ using handle = heap.alloc(Uint8Array, 10); return handle; }');
  } catch {
    return t.skip('this engine has no `using`');
  }
  assert.throws(() => scoped(Heap.create()).ptr, ReferenceError);
});

test('Type: refuses what is no typed array class', () => {
  const heap = Heap.create();
  const bad = [
    undefined,
    null,
    'Uint8Array',
    1,
    {},
    [],
    Array,
    DataView,
    ArrayBuffer,
    Object,
    () => {},
    new Uint8Array(1),
  ];
  for (const Type of bad) {
    assert.throws(() => heap.alloc(Type, 1), {
      name: 'TypeError',
      message: /^Type: expected a typed array class/,
    });
    assert.throws(() => heap.arena().alloc(Type, 1), { name: 'TypeError', message: /^Type: expected/ });
  }
});

test('length: refuses what is no whole number', () => {
  const heap = Heap.create();
  for (const [bad, ErrorClass] of BAD_NUMBERS) {
    refuses(() => heap.alloc(Uint8Array, bad), ErrorClass, 'length');
    refuses(() => heap.alloc(Float64Array, bad), ErrorClass, 'length');
  }
});

test('a length whose bytes pass 2 ** 32 is out of memory, and nothing is lost', () => {
  const heap = Heap.create({ maximum: 1 << 20 });
  assert.throws(() => heap.alloc(Float64Array, 2 ** 30), { name: 'OutOfMemoryError', size: 2 ** 33 });
  assert.throws(() => heap.alloc(Float64Array, 2 ** 17), OutOfMemoryError);
  const handle = heap.alloc(Float64Array, 2 ** 16);
  handle.view.fill(1);
});

test('above 2 ** 31', () => {
  const heap = Heap.create();
  heap.malloc(2.5 * 2 ** 30);
  const handle = heap.alloc(Float64Array, 10_000);
  assert.ok(handle.ptr > 2 ** 31);
  handle.view.fill(1.5);
  heap.memory.grow(1);
  assert.equal(handle.view.byteOffset, handle.ptr);
  assert.ok(handle.view.every((x) => x === 1.5));
  handle.free();
});

test('on a shared memory: its old buffers do not detach, its new handles lie beyond them', () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 100, shared: true });
  const heap = Heap.fromModule(bumpModule(memory));
  const before = heap.alloc(Uint8Array, 100);
  before.view.fill(1);
  const after = heap.alloc(Uint8Array, 2 * PAGE);
  after.view.fill(2);
  before.view[99] = 3;
  assert.equal(after.view.length, 2 * PAGE);
  assert.equal(new Uint8Array(memory.buffer)[before.ptr + 99], 3);
  assert.equal(new Uint8Array(memory.buffer)[after.ptr + 2 * PAGE - 1], 2);
});

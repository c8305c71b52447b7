// Strings, typed arrays and buffers, into a heap and out of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { BAD_NUMBERS, PAGE, TYPES } from './support.mjs';

const STRINGS = ['', 'a', 'héllo', '日本語', '👋🏽', '\ufeffbom', 'x'.repeat(100_000), '日'.repeat(20_000)];

test('utf8, utf16 and C strings, in and out', () => {
  const heap = Heap.create();
  const arena = heap.arena();
  for (const owner of [heap, arena]) {
    for (const string of STRINGS) {
      const [utf8, utf16, c] = [owner.utf8(string), owner.utf16(string), owner.cstring(string)];
      assert.equal(heap.readUtf8(utf8.ptr, utf8.byteLength), string);
      assert.equal(utf16.length, string.length);
      assert.equal(heap.readUtf16(utf16.ptr, utf16.length), string);
      assert.equal(c.view[c.length - 1], 0);
      assert.equal(heap.readCString(c.ptr), string);
    }
  }
});

test('utf16 keeps half a surrogate pair, utf8 replaces it', () => {
  const heap = Heap.create();
  for (const string of ['\ud800', 'a\udc00b', '\udc00\ud800']) {
    const [utf8, utf16] = [heap.utf8(string), heap.utf16(string)];
    assert.equal(heap.readUtf16(utf16.ptr, utf16.length), string);
    assert.equal(heap.readUtf8(utf8.ptr, utf8.byteLength), string.replace(/[\ud800-\udfff]/g, '\ufffd'));
  }
});

test('a string is read from its handle, whichever memory that lies in', () => {
  const [heap, other] = [Heap.create(), Heap.create()];
  other.malloc(1000);
  const arena = other.arena();
  for (const string of STRINGS) {
    for (const owner of [heap, other, arena]) {
      assert.equal(heap.readUtf8(owner.utf8(string)), string);
      assert.equal(heap.readUtf16(owner.utf16(string)), string);
      assert.equal(heap.readCString(owner.cstring(string)), string);
    }
  }
  assert.throws(() => heap.readCString(heap.from(new Uint8Array([65, 66]))), {
    name: 'RangeError',
    message: /^ptr: no zero/,
  });
  assert.throws(() => heap.readUtf16(heap.from(new Uint8Array(3))), RangeError);
  const freed = heap.utf8('x');
  freed.free();
  assert.throws(() => heap.readUtf8(freed), ReferenceError);
});

test('a zero may be in a string, but not in a C string', () => {
  const heap = Heap.create();
  const text = heap.utf8('a\0b');
  assert.equal(heap.readUtf8(text.ptr, 3), 'a\0b');
  assert.equal(heap.readCString(text.ptr), 'a');
  for (const owner of [heap, heap.arena()]) {
    assert.throws(() => owner.cstring('a\0b'), { name: 'RangeError', message: /^string: .* at 1$/ });
  }
});

test('string: refuses what is none', () => {
  const heap = Heap.create();
  for (const owner of [heap, heap.arena()]) {
    for (const name of ['utf8', 'utf16', 'cstring']) {
      for (const bad of [undefined, null, 1, 1n, ['a'], {}, new String('a'), Symbol('a')]) {
        assert.throws(() => owner[name](bad), { name: 'TypeError', message: /^string: expected a string/ });
      }
    }
  }
});

test('reading refuses what is no place and what passes the end', () => {
  const heap = Heap.create();
  const end = heap.memory.buffer.byteLength;
  for (const [bad, ErrorClass] of BAD_NUMBERS) {
    for (const call of [
      () => heap.readUtf8(bad, 1),
      () => heap.readUtf16(bad, 1),
      () => heap.readCString(bad),
      () => heap.readUtf8(16, bad),
      () => heap.readUtf16(16, bad),
    ]) {
      assert.throws(
        call,
        (error) => error instanceof ErrorClass && /^(ptr|byteLength|length): /.test(error.message),
      );
    }
  }
  assert.throws(() => heap.readUtf8(end - 4, 5), {
    name: 'RangeError',
    message: /^byteLength: the memory ends/,
  });
  assert.throws(() => heap.readUtf16(end - 4, 3), {
    name: 'RangeError',
    message: /^length: the memory ends/,
  });
  assert.throws(() => heap.readUtf16(17, 1), {
    name: 'RangeError',
    message: /^ptr: expected a multiple of 2/,
  });
  assert.throws(() => heap.readCString(end), { name: 'RangeError', message: /^ptr: the memory ends/ });
  new Uint8Array(heap.memory.buffer).fill(1, end - 100);
  assert.throws(() => heap.readCString(end - 10), { name: 'RangeError', message: /^ptr: no zero/ });
});

test('from and copy: every kind of typed array', () => {
  const heap = Heap.create();
  for (const Type of TYPES) {
    const source = Type.from(Type.name.startsWith('Big') ? [1n, 2n, 3n] : [1, 2, 3]);
    const handle = heap.from(source);
    const copy = handle.copy();
    assert.deepEqual(handle.view, source);
    assert.deepEqual(copy, source);
    assert.notEqual(copy.buffer, heap.memory.buffer);
    handle.free();
    assert.throws(() => handle.copy(), ReferenceError);
  }
});

test('transfer takes a buffer whole and detaches it', () => {
  const heap = Heap.create();
  const { buffer } = new Uint8Array([1, 2, 3]);
  const handle = heap.transfer(buffer);
  assert.deepEqual([...handle.view], [1, 2, 3]);
  assert.equal(buffer.byteLength, 0);
  const floats = new Float64Array([0.5, 1.5]);
  const moved = heap.transfer(floats);
  assert.deepEqual([...moved.view], [0.5, 1.5]);
  assert.ok(moved.view instanceof Float64Array);
  assert.equal(floats.length, 0);
});

test('transfer refuses a part of a buffer, this memory, and what is none; the source stays', () => {
  const heap = Heap.create({ maximum: 1 << 20 });
  const part = new Uint8Array(new ArrayBuffer(10), 2, 4).fill(1);
  for (const bad of [
    part,
    heap.alloc(Uint8Array, 10).view,
    heap.memory.buffer,
    [1],
    'text',
    null,
    undefined,
    {},
  ]) {
    assert.throws(() => heap.transfer(bad), { name: 'TypeError', message: /^source: expected/ });
  }
  assert.equal(part.length, 4);
  const large = new Uint8Array(2 << 20);
  assert.throws(() => heap.transfer(large), { name: 'OutOfMemoryError' });
  assert.equal(large.length, 2 << 20);
  const gone = new ArrayBuffer(8);
  structuredClone(gone, { transfer: [gone] });
  assert.throws(() => heap.transfer(gone), { name: 'TypeError', message: /^source: expected/ });
  assert.equal(heap.stats().usedBlocks, 1);
});

test('adopt: a handle for a pointer', () => {
  const heap = Heap.create();
  const ptr = heap.malloc(800);
  const handle = heap.adopt(Float64Array, ptr, 100);
  handle.view.fill(1.5);
  heap.memory.grow(1);
  assert.equal(handle.view[99], 1.5);
  handle.free();
  assert.equal(heap.stats().usedBlocks, 0);
  for (const [bad, ErrorClass] of [...BAD_NUMBERS, [0, RangeError], [4, RangeError]]) {
    assert.throws(
      () => heap.adopt(Float64Array, bad, 1),
      (error) => error instanceof ErrorClass && /^ptr: expected/.test(error.message),
    );
  }
  assert.throws(() => heap.adopt(Array, 16, 1), { name: 'TypeError', message: /^Type: / });
  assert.throws(() => heap.adopt(Uint8Array, 16, PAGE * 10), {
    name: 'RangeError',
    message: /^length: the memory ends/,
  });
  assert.throws(() => heap.adopt(Uint8Array, 16, -1), { name: 'RangeError', message: /^length: expected/ });
});

const resizable = Boolean(WebAssembly.Memory.prototype.toResizableBuffer);

test('resizable: no view ever detaches, where the engine has it', () => {
  if (!resizable) {
    assert.throws(() => Heap.create({ resizable: true }), {
      name: 'TypeError',
      message: /^resizable: this engine/,
    });
    return;
  }
  const heap = Heap.create({ resizable: true, maximum: 1 << 24 });
  const handle = heap.alloc(Uint8Array, 100);
  const { view } = handle;
  const { buffer } = heap.memory;
  view.fill(7);
  heap.malloc(1 << 20);
  assert.equal(heap.memory.buffer, buffer);
  assert.equal(handle.view, view);
  assert.equal(view.length, 100);
  assert.ok(view.every((byte) => byte === 7));
  for (const string of STRINGS) {
    const text = heap.scope((arena) =>
      heap.readUtf8(arena.utf8(string).ptr, new TextEncoder().encode(string).length),
    );
    assert.equal(text, string);
  }
  assert.ok(heap.check());
});

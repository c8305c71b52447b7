// Arenas: mark and rewind, nested scopes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { random } from './support.mjs';

const used = (heap) => heap.stats().usedBlocks;

test('rewind releases what came after the mark, and its room is used again', () => {
  const heap = Heap.create();
  const arena = heap.arena({ chunkSize: 1024 });
  const before = arena.utf8('before');
  const mark = arena.mark();
  const blocks = used(heap);
  for (let round = 0; round < 3; round++) {
    const first = arena.alloc(Uint8Array, 16);
    const many = Array.from({ length: 50 }, () => arena.alloc(Uint8Array, 200));
    const big = arena.alloc(Uint8Array, 10_000);
    assert.ok(used(heap) > blocks);
    const { ptr } = first;
    mark.rewind();
    assert.equal(used(heap), blocks);
    for (const handle of [first, ...many, big]) assert.throws(() => handle.view, ReferenceError);
    assert.equal(heap.readUtf8(before.ptr, 6), 'before');
    const again = arena.alloc(Uint8Array, 16);
    assert.equal(again.ptr, ptr);
    mark.rewind();
  }
  arena.free();
  assert.equal(used(heap), 0);
});

test('a mark of an empty arena', () => {
  const heap = Heap.create();
  const arena = heap.arena();
  const mark = arena.mark();
  arena.alloc(Uint8Array, 100_000);
  arena.alloc(Uint8Array, 10);
  mark.rewind();
  assert.equal(used(heap), 0);
  assert.ok(arena.alloc(Uint8Array, 10).view);
});

test('marks nest; an older one ends the newer, as do reset and free', () => {
  const heap = Heap.create();
  const arena = heap.arena();
  const outer = arena.mark();
  const between = arena.utf8('between');
  const inner = arena.mark();
  const last = arena.utf8('last');
  inner.rewind();
  assert.throws(() => last.ptr, ReferenceError);
  assert.ok(between.ptr);
  outer.rewind();
  assert.throws(() => between.ptr, ReferenceError);
  assert.throws(() => inner.rewind(), { name: 'ReferenceError', message: /^mark: / });
  arena.reset();
  assert.throws(() => outer.rewind(), { name: 'ReferenceError', message: /^mark: / });
  const other = arena.mark();
  arena.free();
  assert.throws(() => other.rewind(), ReferenceError);
  assert.throws(() => arena.mark(), { name: 'ReferenceError', message: /^arena: / });
  assert.throws(() => arena.scope(() => {}), ReferenceError);
});

test('Symbol.dispose rewinds, and is harmless when the mark is gone', { skip: !Symbol.dispose }, () => {
  const heap = Heap.create();
  const arena = heap.arena();
  const mark = arena.mark();
  const text = arena.utf8('x');
  mark[Symbol.dispose]();
  assert.throws(() => text.ptr, ReferenceError);
  arena.free();
  mark[Symbol.dispose]();
});

test('scopes in an arena: values, errors, promises, depth', async () => {
  const heap = Heap.create();
  const arena = heap.arena({ chunkSize: 512 });
  const outside = arena.utf8('outside');
  const blocks = used(heap);
  const depth = (n) => arena.scope((a) => (n === 0 ? a.alloc(Uint8Array, 1000).length : depth(n - 1)));
  assert.equal(depth(20), 1000);
  assert.equal(used(heap), blocks);
  assert.throws(
    () =>
      arena.scope((a) => {
        a.alloc(Uint8Array, 5000);
        throw new Error('mine');
      }),
    { message: 'mine' },
  );
  assert.equal(used(heap), blocks);
  const later = arena.scope(async (a) => {
    const handle = a.alloc(Uint8Array, 5000);
    await null;
    return handle.view.length;
  });
  assert.equal(await later, 5000);
  assert.equal(used(heap), blocks);
  assert.equal(
    arena.scope((a) => a.free()),
    undefined,
  );
  assert.ok(outside.ptr, 'what a scope frees is its own arena');
  assert.throws(() => heap.arena().scope(1), { name: 'TypeError', message: /^fn: / });
});

test('a random history of marks loses nothing', () => {
  const heap = Heap.create();
  const pick = random(5);
  const arena = heap.arena({ chunkSize: 300 });
  const stack = [{ mark: null, handles: [] }];
  for (let i = 0; i < 20_000; i++) {
    const top = stack[stack.length - 1];
    const what = pick(20);
    if (what === 0 && stack.length < 20) stack.push({ mark: arena.mark(), handles: [] });
    else if (what === 1 && stack.length > 1) {
      top.mark.rewind();
      for (const { handle } of top.handles) assert.throws(() => handle.ptr, ReferenceError);
      stack.pop();
    } else {
      const handle = arena.alloc(Uint8Array, pick(pick(30) === 0 ? 2000 : 40));
      handle.view.fill(i & 255);
      top.handles.push({ handle, value: i & 255 });
    }
    if (i % 1000 === 0) {
      for (const { handles } of stack)
        for (const { handle, value } of handles) assert.ok(handle.view.every((byte) => byte === value));
      assert.ok(heap.check());
    }
  }
  arena.free();
  assert.equal(used(heap), 0);
});

// What a person sees: of a heap, a handle, an arena, printed, written as JSON, posted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { Heap as CoreHeap } from 'heaplet/core';
import { bumpModule } from './support.mjs';

/** What console.log prints of a value in Node, Deno and Bun; browsers' consoles call nothing of ours. */
const inspect = await (async () => {
  if (globalThis.Deno) return globalThis.Deno.inspect;
  if (globalThis.Bun) return globalThis.Bun.inspect;
  if (globalThis.process) return (await import('node:util')).inspect;
  return String;
})();

const prints = (value, text) => {
  assert.equal(`${value}`, text);
  assert.equal(inspect(value), text);
  if (inspect !== String) assert.ok(inspect({ value }).includes(text));
};

test('handles', () => {
  const heap = Heap.create();
  const handle = heap.alloc(Float32Array, 1024);
  prints(handle, `Handle<Float32Array>(1024) @${handle.ptr}`);
  handle.free();
  prints(handle, 'Handle<Float32Array>(1024) (freed)');
  const arena = heap.arena();
  const inside = arena.utf8('abc');
  prints(inside, `Handle<Uint8Array>(3) @${inside.ptr}`);
  arena.free();
  prints(inside, 'Handle<Uint8Array>(3) (freed)');
});

test('heaps', () => {
  const heap = Heap.create();
  const ptrs = [1, 2, 3].map((size) => heap.malloc(size));
  prints(heap, 'Heap fast, 128 KiB, 3 blocks in use');
  heap.free(ptrs[0]);
  heap.free(ptrs[1]);
  heap.memory.grow(14);
  prints(heap, 'Heap fast, 1024 KiB, 1 block in use');
  prints(Heap.create({ profile: 'hardened', debug: true }), 'Heap hardened, 128 KiB, 0 blocks in use');
  prints(Heap.create({ profile: 'small' }), 'Heap, 128 KiB');
  const over = Heap.over(new WebAssembly.Memory({ initial: 4 }), { base: 1024 });
  prints(over, 'Heap fast, 256 KiB, 0 blocks in use');
  over.close();
  prints(over, 'Heap (closed)');
  const module = bumpModule(new WebAssembly.Memory({ initial: 1 }));
  prints(Heap.fromModule(module), 'Heap, 64 KiB');
});

test('a broken heap is printed, too', () => {
  const heap = Heap.create();
  new Uint8Array(heap.memory.buffer, heap.base + 512, 3000).fill(0xff);
  assert.match(`${heap}`, /^Heap/);
  assert.match(inspect(heap), /^Heap/);
});

test('arenas', () => {
  const heap = Heap.create();
  const arena = heap.arena();
  prints(arena, 'Arena, 0 blocks');
  arena.utf8('x');
  prints(arena, 'Arena, 1 block');
  arena.alloc(Uint8Array, 100_000);
  prints(arena, 'Arena, 2 blocks');
  arena.free();
  prints(arena, 'Arena (freed)');
});

test('classes, which have no heap', () => {
  for (const Class of [Heap, Object.getPrototypeOf(Heap.create().alloc(Uint8Array, 1)).constructor]) {
    assert.equal(`${Class.prototype}`, Class.name);
    assert.ok(inspect(Class.prototype).length > 0);
  }
});

test('JSON cannot hold them, and says so', () => {
  const heap = Heap.create();
  const arena = heap.arena();
  for (const value of [heap, arena, heap.alloc(Uint8Array, 4), arena.utf8('x')]) {
    for (const call of [() => JSON.stringify(value), () => JSON.stringify({ deep: [value] })]) {
      assert.throws(call, { name: 'TypeError', message: /^(Heap fast|Arena|Handle<Uint8Array>).*: .*JSON/ });
    }
  }
});

test('a heap cannot be posted; share can', () => {
  assert.throws(() => structuredClone(Heap.create()), { name: 'DataCloneError' });
});

test('no internals are reachable', () => {
  for (const heap of [Heap.create(), CoreHeap.create(), Heap.create({ profile: 'small' })]) {
    const names = [];
    for (let object = heap; object !== Object.prototype; object = Object.getPrototypeOf(object)) {
      names.push(...Reflect.ownKeys(object));
    }
    const inner = names.filter((name) => /^_|^#|malloc_|functions|lease/i.test(String(name)));
    assert.deepEqual(inner, []);
  }
  const handle = Heap.create().alloc(Uint8Array, 1);
  assert.deepEqual(Reflect.ownKeys(handle), []);
});

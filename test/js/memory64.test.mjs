// Modules with 64-bit addresses: their functions take and give BigInts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { PAGE } from './support.mjs';

const memory64 = (() => {
  try {
    const memory = new WebAssembly.Memory({ address: 'i64', initial: 2n, maximum: 100n });
    return typeof memory.grow(0n) === 'bigint' && memory;
  } catch {
    return false;
  }
})();
const skip = memory64 ? {} : { skip: 'this engine has no memory64' };

/**
 * A module whose malloc takes and returns i64 and hands out memory from 1024 on:
 * (module (global $next (mut i64) (i64.const 1024))
 *   (func (export "malloc") (param i64) (result i64)
 *     global.get $next  (global.set $next (i64.add (global.get $next) (i64.and (i64.add local.get 0 15) -16))))
 *   (func (export "free") (param i64)))
 */
const bump = (() => {
  const text = (string) => [string.length, ...new TextEncoder().encode(string)];
  const bytes = Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...[1, 10, 2, 0x60, 1, 0x7e, 1, 0x7e, 0x60, 1, 0x7e, 0],
    ...[3, 3, 2, 0, 1],
    ...[6, 7, 1, 0x7e, 1, 0x42, 0x80, 0x08, 0x0b],
    ...[7, 17, 2, ...text('malloc'), 0, 0, ...text('free'), 0, 1],
    ...[
      10, 22, 2, 17, 0, 0x23, 0, 0x23, 0, 0x20, 0, 0x42, 15, 0x7c, 0x42, 0x70, 0x83, 0x7c, 0x24, 0, 0x0b, 2,
      0, 0x0b,
    ],
  );
  return new WebAssembly.Module(bytes);
})();

const bump64 = () => new WebAssembly.Instance(bump).exports;

/** A malloc in JavaScript over a memory, with BigInts. */
function bigModule(memory) {
  const freed = [];
  let next = 1024n;
  return {
    freed,
    memory,
    malloc(size) {
      assert.equal(typeof size, 'bigint');
      const ptr = next;
      next += (size + 15n) & -16n;
      const lacking = Number(next) - memory.buffer.byteLength;
      if (lacking > 0) memory.grow(BigInt(Math.ceil(lacking / PAGE)));
      return ptr;
    },
    free: (ptr) => void freed.push(BigInt(ptr)),
    malloc_usable_size: () => 2n ** 20n,
  };
}

test('fromModule: an i64 malloc, whatever its memory', () => {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const heap = Heap.fromModule({ memory, ...bump64() });
  const first = heap.alloc(Float64Array, 10);
  first.view.fill(2);
  assert.equal(heap.malloc(100), first.ptr + 80);
  assert.equal(heap.readCString(heap.cstring('héllo')), 'héllo');
  assert.equal(
    heap.scope((arena) => arena.utf8('abc').length),
    3,
  );
  first.free();
  assert.throws(() => heap.realloc(first.view, 1), ReferenceError);
});

test('fromModule: a 64-bit memory, its functions with BigInts and as Emscripten wraps them', skip, () => {
  const memory = new WebAssembly.Memory({ address: 'i64', initial: 2n, maximum: 100n });
  const big = bigModule(memory);
  const wrapped = {
    wasmMemory: memory,
    _malloc: (size) => Number(big.malloc(BigInt(size))),
    _free: (ptr) => big.free(BigInt(ptr)),
  };
  for (const module of [big, wrapped]) {
    for (const options of [{}, { debug: true }]) {
      const heap = Heap.fromModule(module, options);
      const handle = heap.alloc(Uint32Array, 20);
      handle.view.fill(7);
      const { ptr } = handle;
      heap.malloc(3 * PAGE); // the memory grows
      assert.ok(handle.view.every((x) => x === 7));
      handle.free();
      // (In debug mode a free may be held back.)
      if (!options.debug) assert.equal(big.freed.at(-1), BigInt(ptr));
      assert.equal(heap.readUtf8(heap.utf8('héllo')), 'héllo');
      assert.throws(() => heap.readUtf8(memory.buffer.byteLength, 4), {
        name: 'RangeError',
        message: /^byteLength: the memory ends/,
      });
      assert.throws(() => heap.malloc(2 ** 32), { name: 'OutOfMemoryError' });
      assert.throws(() => heap.imports(), { name: 'TypeError', message: /^imports: .*memory64/ });
    }
  }
  assert.equal(Heap.fromModule(big).usableSize(16), 2 ** 20);
});

test('fromModule: an answer that 32 bits do not hold is an error, no other address', () => {
  const freed = [];
  const memory = new WebAssembly.Memory({ initial: 2 });
  const high = bump64();
  high.malloc(2n ** 32n); // what comes next lies above 4 GiB
  const heap = Heap.fromModule({ memory, malloc: high.malloc, free: (ptr) => freed.push(ptr) });
  assert.throws(() => heap.malloc(10), { name: 'RangeError', message: /^malloc: 4294968320 .*memory64/ });
  assert.deepEqual(freed, [2n ** 32n + 1024n], 'the block is given back');
});

test('what needs a 32-bit memory says so, and the memory is as before', skip, () => {
  const memory = new WebAssembly.Memory({ address: 'i64', initial: 2n });
  for (const call of [
    () => Heap.over(memory),
    () => Heap.over(memory, { base: 1024, length: PAGE }),
    () => Heap.attach({ memory, base: 1024 }),
  ]) {
    assert.throws(call, { name: 'TypeError', message: /^(message\.)?memory: .*memory64/ });
  }
  assert.equal(memory.buffer.byteLength, 2 * PAGE);
});

// Tests of the raw calls: malloc, calloc, realloc, alignedAlloc, usableSize, free.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OutOfMemoryError } from 'heaplet/core';
import { BAD_NUMBERS, GiB, PAGE, random, refuses } from './support.mjs';

const bytes = (heap, ptr, length) => new Uint8Array(heap.memory.buffer, ptr, length);

/**
 * Tests the raw calls of the heaps that `create` makes.
 * @param {string} title
 * @param {(options?: object) => import('heaplet').Heap} create
 */
export function testRawCalls(title, create) {
  describe(title, () => {
    test('malloc gives distinct aligned blocks, for a size of 0 too', () => {
      const heap = create();
      const ptrs = [0, 0, 1, 12, 13, 16, 100, 5000, 200_000].map((size) => heap.malloc(size));
      assert.equal(new Set(ptrs).size, ptrs.length);
      for (const ptr of ptrs) {
        assert.ok(Number.isInteger(ptr) && ptr > 0);
        assert.equal(ptr % 16, 0);
        heap.free(ptr);
      }
    });

    test('freed blocks are used again: a million pairs stay in the initial memory', () => {
      const heap = create();
      for (let i = 0; i < 1e6; i++) heap.free(heap.malloc(i & 1023));
      assert.equal(heap.memory.buffer.byteLength, 2 * PAGE);
    });

    test('calloc clears, also what was used before', () => {
      const heap = create();
      const old = heap.malloc(1000);
      bytes(heap, old, 1000).fill(255);
      heap.free(old);
      const ptr = heap.calloc(10, 100);
      assert.ok(bytes(heap, ptr, 1000).every((byte) => byte === 0));
      assert.ok(heap.calloc(0, 8) > 0);
      assert.ok(heap.calloc(8, 0) > 0);
    });

    test('calloc whose product overflows is out of memory', () => {
      const heap = create();
      for (const [count, size] of [
        [65536, 65537],
        [2 ** 31, 2],
        [2 ** 32 - 1, 2 ** 32 - 1],
      ]) {
        assert.throws(
          () => heap.calloc(count, size),
          (error) => error instanceof OutOfMemoryError && error.size === count * size,
        );
      }
      assert.ok(heap.malloc(16) > 0);
    });

    test('realloc keeps the contents, both ways', () => {
      const heap = create();
      let ptr = heap.realloc(0, 100);
      const pattern = Uint8Array.from({ length: 100 }, (_, i) => i + 1);
      bytes(heap, ptr, 100).set(pattern);
      heap.malloc(16); // in the way of growing in place
      for (const size of [200, 100_000, 10_000_000, 500, 100]) {
        ptr = heap.realloc(ptr, size);
        assert.deepEqual(bytes(heap, ptr, 100), pattern, `${size} bytes`);
      }
      assert.ok(heap.realloc(ptr, 0) > 0);
    });

    test('realloc that fails leaves the block as it was', () => {
      const heap = create({ maximum: 4 * PAGE });
      const ptr = heap.malloc(1000);
      bytes(heap, ptr, 1000).fill(7);
      assert.throws(() => heap.realloc(ptr, 5 * PAGE), OutOfMemoryError);
      assert.ok(heap.usableSize(ptr) >= 1000);
      assert.ok(bytes(heap, ptr, 1000).every((byte) => byte === 7));
      heap.free(ptr);
    });

    test('alignedAlloc aligns', () => {
      const heap = create();
      for (let alignment = 1; alignment <= 65536; alignment *= 2) {
        for (const size of [0, 1, 65, 1000]) {
          const ptr = heap.alignedAlloc(alignment, size);
          assert.equal(ptr % alignment, 0, `alignedAlloc(${alignment}, ${size})`);
          assert.ok(heap.usableSize(ptr) >= size);
          bytes(heap, ptr, size).fill(1);
        }
      }
    });

    test('alignedAlloc refuses what is no power of two', () => {
      const heap = create();
      for (const alignment of [0, 3, 6, 24, 100, 2 ** 32 - 1]) {
        assert.throws(() => heap.alignedAlloc(alignment, 8), {
          name: 'RangeError',
          message: /^alignment: expected/,
        });
      }
      for (const [value, ErrorClass] of BAD_NUMBERS) {
        assert.throws(
          () => heap.alignedAlloc(value, 8),
          (error) => error instanceof ErrorClass && error.message.startsWith('alignment: expected'),
        );
      }
      assert.throws(() => heap.alignedAlloc(2 ** 31, 2 ** 31), OutOfMemoryError);
    });

    test('usableSize is what was asked for or a little more; 0 of nothing', () => {
      const heap = create();
      for (const size of [0, 1, 12, 13, 100, 4096, 100_000]) {
        const usable = heap.usableSize(heap.malloc(size));
        assert.ok(usable >= size && usable <= size + size / 4 + 64, `${usable} for ${size}`);
      }
      assert.equal(heap.usableSize(0), 0);
    });

    test('free of 0 does nothing', () => {
      const heap = create();
      const ptr = heap.malloc(10);
      heap.free(0);
      assert.notEqual(heap.malloc(10), ptr);
    });

    test('every bad argument is refused by name, and the heap is as before', () => {
      const heap = create();
      const ptr = heap.malloc(100);
      bytes(heap, ptr, 100).fill(9);
      for (const [bad, ErrorClass] of BAD_NUMBERS) {
        refuses(() => heap.malloc(bad), ErrorClass, 'size');
        refuses(() => heap.calloc(bad, 8), ErrorClass, 'count');
        refuses(() => heap.calloc(8, bad), ErrorClass, 'size');
        refuses(() => heap.realloc(bad, 8), ErrorClass, 'ptr');
        refuses(() => heap.realloc(ptr, bad), ErrorClass, 'size');
        refuses(() => heap.alignedAlloc(16, bad), ErrorClass, 'size');
        refuses(() => heap.usableSize(bad), ErrorClass, 'ptr');
        refuses(() => heap.free(bad), ErrorClass, 'ptr');
      }
      assert.ok(bytes(heap, ptr, 100).every((byte) => byte === 9));
      heap.free(ptr);
      assert.ok(heap.malloc(100) > 0);
    });

    test('a size near 2 ** 32 is out of memory, by its size', () => {
      const heap = create();
      for (const size of [2 ** 32 - 1, 2 ** 32 - 16, 2 ** 32 - 128, 2 ** 32, 2 ** 40]) {
        assert.throws(
          () => heap.malloc(size),
          (error) =>
            error instanceof OutOfMemoryError &&
            error.size === size &&
            error.message.includes(`${size} bytes`),
        );
      }
      assert.equal(heap.memory.buffer.byteLength, 2 * PAGE);
      assert.ok(heap.malloc(64) > 0);
    });

    test('a full heap throws, stays valid, and serves again after a free', () => {
      const heap = create({ maximum: 8 * PAGE });
      const blocks = [];
      assert.throws(() => {
        for (;;) {
          const ptr = heap.malloc(1000);
          bytes(heap, ptr, 1000).fill(blocks.length);
          blocks.push(ptr);
        }
      }, OutOfMemoryError);
      assert.equal(heap.memory.buffer.byteLength, 8 * PAGE);
      // 8 pages less the module's own data.
      assert.ok(blocks.length > 480, `${blocks.length} blocks of 1000 bytes`);
      blocks.forEach((ptr, i) => {
        assert.ok(bytes(heap, ptr, 1000).every((byte) => byte === (i & 255)));
      });
      for (const ptr of blocks.splice(0, 10)) heap.free(ptr);
      assert.ok(heap.malloc(5000) > 0);
      for (const ptr of blocks) heap.free(ptr);
      assert.ok(heap.malloc(7 * PAGE - 4096) > 0, 'what was freed has joined');
    });

    test('pointers and sizes above 2 ** 31 are unsigned', () => {
      const heap = create();
      const big = heap.malloc(2.5 * GiB);
      assert.ok(big > 0 && heap.usableSize(big) >= 2.5 * GiB);
      const high = heap.malloc(PAGE);
      assert.ok(high > 2 ** 31, `${high}`);
      bytes(heap, high, PAGE).fill(3);
      const higher = heap.realloc(high, 3 * PAGE);
      assert.ok(higher > 2 ** 31);
      assert.ok(bytes(heap, higher, PAGE).every((byte) => byte === 3));
      assert.ok(heap.alignedAlloc(4096, PAGE) > 2 ** 31);
      assert.ok(heap.calloc(1, PAGE) > 2 ** 31);
      heap.free(higher);
      heap.free(big);
      // Beyond the freed block there is no room for it. (Lists of sizes: a freed block surely serves what is
      // smaller by a range of its list, of which `small` has two in an octave.)
      assert.ok(heap.malloc(1.5 * GiB) > 0, 'the room is used again');
      assert.throws(() => heap.malloc(2 * GiB), OutOfMemoryError);
    });

    test('pages that somebody else takes by memory.grow are left alone, from the first moment', () => {
      const heap = create();
      const theirs = [];
      const ours = [];
      for (let i = 0; i < 20; i++) {
        theirs.push(heap.memory.grow(1) * PAGE);
        ours.push(heap.malloc(3 * PAGE));
      }
      for (const ptr of ours) bytes(heap, ptr, 3 * PAGE).fill(1);
      for (const ptr of theirs) assert.ok(bytes(heap, ptr, PAGE).every((byte) => byte === 0));
      for (const ptr of ours) heap.free(ptr);
    });

    test('random calls against a shadow', () => {
      const heap = create();
      const pick = random(20260131);
      const live = [];
      const check = ({ ptr, size, seed }) => {
        const block = bytes(heap, ptr, size);
        for (let i = 0; i < size; i++) if (block[i] !== ((seed + i) & 255)) return false;
        return true;
      };
      const fill = (entry) => {
        const block = bytes(heap, entry.ptr, entry.size);
        for (let i = 0; i < entry.size; i++) block[i] = entry.seed + i;
        return entry;
      };
      for (let step = 0; step < 20_000; step++) {
        const size = pick(pick(20) === 0 ? 20_000 : 300);
        const action = live.length > 300 ? 3 : pick(4);
        if (action === 0) live.push(fill({ ptr: heap.malloc(size), size, seed: pick(256) }));
        else if (action === 1)
          live.push(fill({ ptr: heap.alignedAlloc(2 ** pick(9), size), size, seed: pick(256) }));
        else if (live.length > 0) {
          const index = pick(live.length);
          const [entry] = live.splice(index, 1);
          assert.ok(check(entry), `step ${step}: a block was overwritten`);
          if (action === 2) {
            const ptr = heap.realloc(entry.ptr, size);
            assert.ok(
              check({ ...entry, ptr, size: Math.min(size, entry.size) }),
              `step ${step}: realloc lost bytes`,
            );
            live.push(fill({ ...entry, ptr, size }));
          } else heap.free(entry.ptr);
        }
      }
      for (const entry of live) assert.ok(check(entry));
    });
  });
}

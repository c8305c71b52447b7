// Heap.over and Heap.attach: heaps at places of somebody else's memory.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Heap, OutOfMemoryError } from 'heaplet';
import { BAD_NUMBERS, PAGE, random } from './support.mjs';

const memoryOf = (initial, maximum = 1000) => new WebAssembly.Memory({ initial, maximum });

for (const profile of ['fast', 'hardened']) {
  describe(profile, () => {
    test('heaps side by side stay in their regions, and what is between them is untouched', () => {
      const memory = memoryOf(12);
      const bytes = () => new Uint8Array(memory.buffer);
      bytes().fill(0xaa);
      const regions = [
        [16, PAGE],
        [PAGE + 4096, 2 * PAGE],
        [5 * PAGE, 4 * PAGE],
      ];
      const heaps = regions.map(([base, length]) => Heap.over(memory, { base, length, profile }));
      const pick = random(3);
      const live = heaps.map(() => new Map());
      const served = heaps.map(() => 0);
      for (let i = 0; i < 20_000; i++) {
        const which = pick(heaps.length);
        const [heap, blocks] = [heaps[which], live[which]];
        if (pick(3) > 0) {
          const size = pick(pick(10) === 0 ? 5000 : 300);
          try {
            const ptr = heap.malloc(size);
            assert.ok(ptr >= regions[which][0] && ptr + size <= regions[which][0] + regions[which][1]);
            bytes().fill(which + 1, ptr, ptr + size);
            blocks.set(ptr, size);
            served[which]++;
          } catch (error) {
            assert.ok(error instanceof OutOfMemoryError);
          }
        } else if (blocks.size > 0) {
          const ptr = [...blocks.keys()][pick(Math.min(blocks.size, 50))];
          const content = bytes().subarray(ptr, ptr + blocks.get(ptr));
          assert.ok(content.every((byte) => byte === which + 1));
          blocks.delete(ptr);
          heap.free(ptr);
        }
      }
      for (const heap of heaps) assert.ok(heap.check());
      assert.ok(Math.min(...served) > 2000, `blocks that were had: ${served}`);
      let outside = 0;
      bytes().forEach((byte, at) => {
        if (regions.some(([base, length]) => at >= base && at < base + length)) return;
        outside++;
        assert.equal(byte, 0xaa);
      });
      assert.ok(outside > 4 * PAGE);
      assert.equal(memory.buffer.byteLength, 12 * PAGE, 'a heap with a length does not grow the memory');
    });

    test('without a length it has what is there and grows', () => {
      const memory = memoryOf(4);
      const heap = Heap.over(memory, { base: 2 * PAGE, profile });
      assert.equal(heap.base, 2 * PAGE);
      const first = heap.alloc(Uint8Array, PAGE);
      assert.equal(memory.buffer.byteLength, 4 * PAGE);
      const second = heap.alloc(Uint8Array, 10 * PAGE);
      assert.ok(memory.buffer.byteLength > 10 * PAGE);
      first.view.fill(1);
      second.view.fill(2);
      assert.ok(first.view.every((byte) => byte === 1));
      assert.ok(heap.check());
    });

    test('without a base it lies in new pages', () => {
      const memory = memoryOf(3);
      const growing = Heap.over(memory, { profile });
      assert.equal(growing.base, 3 * PAGE);
      const fixed = Heap.over(memory, { length: 100_000, profile });
      assert.ok(fixed.base > growing.base);
      assert.throws(() => fixed.malloc(100_000), OutOfMemoryError);
      assert.ok(growing.malloc(1_000_000) > fixed.base, 'beside the other one');
      assert.ok(fixed.malloc(50_000) < fixed.base + 100_000);
      assert.ok(growing.check() && fixed.check());
    });

    test('a second instance on a heap sees what the first did, and does not start it anew', () => {
      const memory = memoryOf(4);
      const heap = Heap.over(memory, { base: 4096, profile });
      const ptr = heap.malloc(100);
      new Uint8Array(memory.buffer, ptr, 100).fill(9);
      const other = Heap.attach({ memory, base: 4096 });
      const next = other.malloc(100);
      assert.notEqual(next, ptr);
      assert.ok(new Uint8Array(memory.buffer, ptr, 100).every((byte) => byte === 9));
      heap.free(next);
      other.free(ptr);
      assert.ok(other.malloc(20 * PAGE));
      assert.ok(heap.malloc(20 * PAGE));
      assert.deepEqual(heap.stats(), other.stats());
      assert.ok(heap.check() && other.check());
    });
  });
}

test('at a thousand places', () => {
  const memory = memoryOf(170);
  const heaps = Array.from({ length: 1000 }, (_, i) => {
    return Heap.over(memory, { base: 16 + i * 10_000, length: 10_000 });
  });
  const ptrs = heaps.map((heap) => heap.malloc(1000));
  heaps.forEach((heap, i) => {
    assert.ok(ptrs[i] > heap.base && ptrs[i] + 1000 <= heap.base + 10_000);
    heap.free(ptrs[i]);
  });
  assert.ok(heaps[0].check() && heaps[500].check() && heaps[999].check());
});

test('beside a heap that fills its memory', () => {
  const heap = Heap.create();
  const inner = Heap.over(heap.memory, { base: heap.malloc(50_000), length: 50_000 });
  const beside = Heap.over(heap.memory);
  heap.malloc(100_000);
  for (const one of [heap, inner, beside]) assert.ok(one.malloc(10_000) && one.check());
});

test('up to the end of a memory of 4 GiB', (t) => {
  const memory = memoryOf(2, 65536);
  try {
    memory.grow(65534);
  } catch (error) {
    return t.skip(`this engine has no 4 GiB: ${error.message}`);
  }
  const heap = Heap.over(memory, { base: 2 ** 32 - PAGE, length: PAGE });
  const ptr = heap.malloc(10_000);
  assert.ok(ptr > 2 ** 32 - PAGE && ptr + 10_000 <= 2 ** 32);
  assert.throws(() => heap.malloc(PAGE), OutOfMemoryError);
  assert.ok(heap.check());
  assert.ok(heap.snapshot().length < 2 * PAGE);
});

test('base: refuses what is no place, and where a heap lies already', () => {
  const memory = memoryOf(4);
  for (const [bad, ErrorClass] of [...BAD_NUMBERS, [0, RangeError], [8, RangeError], [1001, RangeError]]) {
    if (bad === undefined) continue;
    assert.throws(
      () => Heap.over(memory, { base: bad }),
      (error) => error instanceof ErrorClass && error.message.startsWith('base: expected'),
      String(bad),
    );
  }
  const heap = Heap.over(memory, { base: 1024, length: PAGE });
  for (const options of [{ base: 1024 }, { base: 1024, length: PAGE }, { base: 1024, profile: 'hardened' }]) {
    assert.throws(() => Heap.over(memory, options), {
      name: 'RangeError',
      message: /^base: a heap lies at 1024/,
    });
  }
  heap.close();
  assert.ok(Heap.over(memory, { base: 1024, length: PAGE }).malloc(100));
});

test('length: refuses what is no length and what is too small', () => {
  const memory = memoryOf(4);
  for (const [bad, ErrorClass] of [...BAD_NUMBERS, [0, RangeError], [100, RangeError]]) {
    if (bad === undefined) continue;
    assert.throws(
      () => Heap.over(memory, { base: 1024, length: bad }),
      (error) => error instanceof ErrorClass && error.message.startsWith('length: expected'),
      String(bad),
    );
  }
  assert.equal(memory.buffer.byteLength, 4 * PAGE);
});

test('memory: refuses what is none, and one that is too small', () => {
  for (const bad of [undefined, null, {}, new ArrayBuffer(PAGE), 'memory']) {
    assert.throws(() => Heap.over(bad), {
      name: 'TypeError',
      message: /^memory: expected a WebAssembly.Memory/,
    });
  }
  const memory = memoryOf(2, 2);
  for (const options of [{ base: 2 * PAGE }, { base: 2 * PAGE - 16 }, { base: PAGE, length: PAGE + 1 }]) {
    assert.throws(() => Heap.over(memory, options), {
      name: 'RangeError',
      message: /^memory: its 131072 bytes end before/,
    });
  }
  assert.throws(() => Heap.over(memory), OutOfMemoryError);
  assert.throws(() => Heap.over(memory, { length: PAGE }), OutOfMemoryError);
  assert.throws(() => Heap.over(memory, { size: 1 }), {
    name: 'TypeError',
    message: /^Heap.over: option: expected one of .*, got "size"/,
  });
  assert.throws(() => Heap.over(memory, { base: 16, profile: 'small' }), {
    name: 'RangeError',
    message: /^profile: /,
  });
});

test('attach refuses where there is no heap', () => {
  const memory = memoryOf(2);
  for (const bad of [undefined, null, 5]) {
    assert.throws(() => Heap.attach(bad), { name: 'TypeError', message: /^message: expected/ });
  }
  assert.throws(() => Heap.attach({}), { name: 'TypeError', message: /^message.memory: expected/ });
  for (const base of [1024, 2 * PAGE, 2 ** 32 - 16]) {
    assert.throws(() => Heap.attach({ memory, base }), { name: 'RangeError', message: /^message: no heap/ });
  }
  assert.throws(() => Heap.attach({ memory, base: 7 }), { name: 'RangeError', message: /^base: expected/ });
});

test('a closed heap says so', () => {
  const heap = Heap.over(memoryOf(2), { base: 16 });
  const handle = heap.alloc(Uint8Array, 10);
  heap.close();
  for (const use of [
    () => heap.malloc(1),
    () => heap.free(16),
    () => heap.alloc(Uint8Array, 1),
    () => handle.view,
  ]) {
    assert.throws(use, ReferenceError);
  }
  assert.throws(() => heap.check(), { name: 'TypeError', message: /^check: / });
});

for (const shared of [false, true]) {
  test(`close ends the heap for all that are attached${shared ? ', in shared memory' : ''}`, (t) => {
    let memory;
    try {
      memory = new WebAssembly.Memory({ initial: 4, maximum: 100, shared });
      memory.grow(0);
    } catch (error) {
      return t.skip(`no shared memory here: ${error.message}`);
    }
    const [heap, beside] = [PAGE, 2 * PAGE].map((base) => Heap.over(memory, { base, length: PAGE }));
    const others = [1, 2].map(() => Heap.attach({ memory, base: PAGE }));
    const handles = others.map((other) => other.alloc(Uint8Array, 10));
    const arenas = others.map((other) => other.arena());
    const kept = beside.cstring('kept');
    const texts = arenas.map((arena) => arena.utf8('text'));
    const { malloc, free } = others[0].imports().env;
    others[0].close();
    // From now on the region is somebody's else.
    new Uint8Array(memory.buffer, PAGE, PAGE).fill(0xaa);
    for (const one of [heap, ...others]) {
      for (const use of [
        () => one.malloc(1),
        () => one.free(PAGE + 10_000),
        () => one.realloc(PAGE + 10_000, 5),
        () => one.alloc(Uint8Array, 1),
        () => one.arena().utf8('x'),
        () => one.cstring('x'),
      ]) {
        assert.throws(use, { name: 'ReferenceError', message: /^heap: / });
      }
      for (const use of ['check', 'snapshot', 'stats', 'close'])
        assert.throws(() => one[use](), { name: 'TypeError', message: new RegExp(`^${use}: `) });
    }
    for (const handle of [...handles, ...texts]) {
      assert.throws(() => handle.view, ReferenceError);
      handle.free();
    }
    for (const arena of arenas) {
      assert.throws(() => arena.utf8('x'), ReferenceError);
      arena.free();
    }
    if (shared)
      for (const use of [() => malloc(1), () => free(PAGE + 10_000)]) assert.throws(use, ReferenceError);
    assert.ok(new Uint8Array(memory.buffer, PAGE, PAGE).every((byte) => byte === 0xaa));
    assert.equal(beside.readCString(kept.ptr), 'kept');
    const next = Heap.over(memory, { base: PAGE, length: PAGE });
    for (const one of [heap, ...others]) assert.throws(() => one.malloc(1), ReferenceError);
    assert.equal(next.stats().usedBlocks, 0);
  });
}

test("another module's heap has no place, no snapshot, no statistics", () => {
  const heap = Heap.fromModule(Heap.create().imports().env);
  for (const name of ['share', 'snapshot', 'restore', 'stats', 'check', 'blocks', 'leaks', 'close']) {
    assert.throws(() => heap[name](), { name: 'TypeError', message: new RegExp(`^(${name}|blocks): `) });
  }
});

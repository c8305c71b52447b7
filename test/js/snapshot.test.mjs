// Snapshots: a heap as bytes, and back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap, OutOfMemoryError } from 'heaplet';
import { noSharedMemory, PAGE, random } from './support.mjs';

test('brings the bytes back, and the heap with them', () => {
  const heap = Heap.create();
  const handle = heap.alloc(Uint8Array, 1000);
  handle.view.fill(1);
  const before = heap.blocks();
  const snapshot = heap.snapshot();
  assert.ok(snapshot instanceof Uint8Array);
  handle.view.fill(2);
  const later = heap.alloc(Uint8Array, 1000);
  heap.malloc(20 * PAGE);
  heap.restore(snapshot);
  assert.ok(handle.view.every((byte) => byte === 1));
  assert.deepEqual(heap.blocks(), before);
  assert.ok(heap.check());
  assert.throws(() => later.view, ReferenceError, 'made since');
  later.free();
  assert.deepEqual(heap.blocks(), before, 'a handle that has ended frees nothing');
});

test('what the memory grew since is used again', () => {
  const heap = Heap.create();
  const snapshot = heap.snapshot();
  heap.malloc(100 * PAGE);
  const { byteLength } = heap.memory.buffer;
  for (let i = 0; i < 5; i++) {
    heap.restore(snapshot);
    heap.malloc(100 * PAGE);
    assert.ok(heap.check());
    assert.equal(heap.memory.buffer.byteLength, byteLength);
  }
  heap.restore(snapshot);
  heap.malloc(150 * PAGE);
  assert.ok(heap.memory.buffer.byteLength < 190 * PAGE, 'and goes on from there');
  assert.ok(heap.check());
});

test('what is not followed by memory that can grow is used where it suffices, and else memory grows', () => {
  for (let size = PAGE / 4; size < 6 * PAGE; size += PAGE / 8) {
    const heap = Heap.create();
    const snapshot = heap.snapshot();
    heap.malloc(3 * PAGE);
    heap.memory.grow(1); // somebody else's
    heap.restore(snapshot);
    const { byteLength } = heap.memory.buffer;
    const ptr = heap.malloc(size);
    const grown = heap.memory.buffer.byteLength - byteLength;
    assert.ok(heap.check());
    assert.equal(grown > 0, size > 3.8 * PAGE, `${size} bytes`); // of the four that are the heap's, its state has some
    assert.equal(ptr > byteLength - PAGE, grown > 0);
  }
});

test('of many, each can be brought back, in any order; a random history goes on from each', () => {
  const heap = Heap.create();
  const pick = random(11);
  const saved = [];
  let live = [];
  for (let round = 0; round < 60; round++) {
    for (let i = 0; i < 100; i++) {
      if (pick(5) < 3) {
        const size = 4 + pick(pick(20) === 0 ? 50_000 : 500);
        const ptr = heap.malloc(size);
        new Uint8Array(heap.memory.buffer, ptr, size).fill(round);
        live.push([ptr, size, round]);
      } else if (live.length > 0) {
        const [[ptr, size, value]] = live.splice(pick(live.length), 1);
        assert.ok(new Uint8Array(heap.memory.buffer, ptr, size).every((byte) => byte === value));
        heap.free(ptr);
      }
    }
    saved.push([heap.snapshot(), [...live]]);
    if (pick(3) === 0) {
      const [snapshot, then] = saved[pick(saved.length)];
      heap.restore(snapshot);
      live = [...then];
      assert.ok(heap.check());
    }
    const used = heap.blocks().filter(({ state }) => state === 'used');
    assert.deepEqual(
      used.map(({ ptr }) => ptr),
      live.map(([ptr]) => ptr).sort((a, b) => a - b),
    );
  }
});

test('from storage, into another heap', () => {
  const heap = Heap.create();
  const text = heap.cstring('kept for long');
  heap.alloc(Float64Array, 100_000).view.fill(0.5);
  const stored = Uint8Array.from(heap.snapshot());

  const other = Heap.create();
  const gone = other.alloc(Uint8Array, 10);
  const arena = other.arena();
  arena.utf8('x');
  other.restore(stored);
  assert.equal(other.readCString(text.ptr), 'kept for long');
  assert.deepEqual(other.blocks(), heap.blocks());
  assert.ok(other.check());
  assert.throws(() => gone.view, ReferenceError);
  assert.throws(() => arena.alloc(Uint8Array, 1), ReferenceError);
  arena.free();
  other.free(text.ptr);
  assert.ok(other.malloc(1e6) && other.check());
});

test('by another instance on the same heap, which may grow as the first', () => {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const heap = Heap.over(memory, { base: 16 });
  const handle = heap.alloc(Uint8Array, 10 * PAGE);
  handle.view.fill(3);
  const snapshot = heap.snapshot();
  const fresh = Heap.over(new WebAssembly.Memory({ initial: 2 }), { base: 16 });
  const other = Heap.attach({ memory: fresh.memory, base: fresh.base });
  other.restore(snapshot);
  assert.deepEqual(fresh.blocks(), heap.blocks());
  assert.ok(fresh.check() && other.malloc(20 * PAGE) && fresh.check());
});

test('of a heap inside a region; what is outside stays', () => {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const heap = Heap.over(memory, { base: PAGE, length: PAGE });
  const ptr = heap.malloc(100);
  const snapshot = heap.snapshot();
  assert.ok(snapshot.length < PAGE + 100);
  new Uint8Array(memory.buffer, 0, PAGE).fill(5);
  new Uint8Array(memory.buffer, 2 * PAGE).fill(6);
  heap.free(ptr);
  heap.malloc(30_000);
  heap.restore(snapshot);
  assert.ok(new Uint8Array(memory.buffer, 0, PAGE).every((byte) => byte === 5));
  assert.ok(new Uint8Array(memory.buffer, 2 * PAGE).every((byte) => byte === 6));
  assert.ok(heap.check());
});

test("pools apart, with somebody else's pages between", () => {
  const heap = Heap.create();
  heap.memory.grow(1);
  new Uint8Array(heap.memory.buffer, 2 * PAGE, PAGE).fill(7);
  const handle = heap.alloc(Uint8Array, 10 * PAGE);
  handle.view.fill(3);
  assert.ok(heap.stats().pools > 1);
  const snapshot = heap.snapshot();
  handle.view.fill(4);
  new Uint8Array(heap.memory.buffer, 2 * PAGE, PAGE).fill(8);
  heap.restore(snapshot);
  assert.ok(handle.view.every((byte) => byte === 3));
  assert.ok(
    new Uint8Array(heap.memory.buffer, 2 * PAGE, PAGE).every((byte) => byte === 8),
    'not in the snapshot',
  );
  assert.ok(heap.check());
  const other = Heap.create();
  other.restore(snapshot);
  assert.ok(other.check() && other.malloc(20 * PAGE));
});

test("a pool behind somebody else's pages can be brought back after an older state has come", () => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 300 });
  const heap = Heap.over(memory, { base: 1024 });
  const earlier = heap.snapshot();
  const theirs = memory.grow(1) * PAGE;
  new Uint8Array(memory.buffer, theirs, PAGE).fill(9);
  const far = heap.alloc(Uint8Array, 10 * PAGE);
  far.view.fill(3);
  const { ptr, length } = far;
  const later = heap.snapshot();
  heap.restore(earlier);
  memory.grow(1);
  // Its pages are nobody else's for as long.
  const base = 5 * PAGE;
  const refused = { name: 'RangeError', message: /^base: a heap lies at 1024/ };
  assert.throws(() => Heap.over(memory, { base, length: PAGE }), refused);
  heap.restore(later);
  assert.ok(heap.adopt(Uint8Array, ptr, length).view.every((byte) => byte === 3));
  assert.ok(new Uint8Array(memory.buffer, theirs, PAGE).every((byte) => byte === 9));
  assert.ok(heap.check());
  for (let i = 0; i < 3; i++) for (const snapshot of [earlier, later]) heap.restore(snapshot);
  assert.ok(heap.malloc(20 * PAGE) && heap.check());
});

test("a random history with somebody else's pages between, which stay", () => {
  const pick = random(7);
  for (let round = 0; round < 30; round++) {
    const memory = new WebAssembly.Memory({ initial: 3, maximum: 300 });
    const heap = Heap.over(memory, pick(2) ? { base: 1024 } : {});
    const saved = [];
    const theirs = [];
    let live = [];
    for (let step = 0; step < 60; step++) {
      const action = pick(10);
      try {
        if (action < 5) {
          const size = 1 + pick(pick(4) ? 5000 : 400_000);
          const ptr = heap.malloc(size);
          new Uint8Array(memory.buffer, ptr, size).fill(step);
          live.push([ptr, size, step]);
        } else if (action < 7 && live.length > 0) {
          heap.free(live.splice(pick(live.length), 1)[0][0]);
        } else if (action === 7) saved.push([heap.snapshot(), [...live]]);
        else if (action === 8 && saved.length > 0) {
          const [snapshot, then] = saved[pick(saved.length)];
          heap.restore(snapshot);
          live = [...then];
        } else if (action === 9 && pick(3) === 0) {
          theirs.push([memory.grow(1) * PAGE, PAGE, 99]);
          new Uint8Array(memory.buffer, theirs.at(-1)[0], PAGE).fill(99);
        }
      } catch (error) {
        if (!(error instanceof OutOfMemoryError)) throw error; // memory is full
      }
      assert.ok(heap.check());
      for (const [ptr, size, value] of [...live, ...theirs]) {
        const bytes = new Uint8Array(memory.buffer, ptr, size);
        for (const at of [0, size >> 1, size - 1]) assert.equal(bytes[at], value);
      }
      assert.equal(heap.stats().usedBlocks, live.length);
    }
  }
});

test('arenas: those that have not grown since go on, the others end', () => {
  const heap = Heap.create();
  const [old, grown] = [heap.arena(), heap.arena({ chunkSize: 256 })];
  const kept = old.utf8('kept');
  grown.alloc(Uint8Array, 10);
  const snapshot = heap.snapshot();
  grown.alloc(Uint8Array, 1000);
  const fresh = heap.arena();
  const gone = fresh.utf8('gone');
  heap.restore(snapshot);
  assert.equal(heap.readUtf8(kept.ptr, kept.byteLength), 'kept');
  assert.ok(old.alloc(Uint8Array, 10).view);
  const bytes = Uint8Array.from(new Uint8Array(heap.memory.buffer));
  for (const arena of [grown, fresh]) {
    assert.throws(() => arena.alloc(Uint8Array, 1), ReferenceError);
    assert.throws(() => arena.utf8('not written anywhere'), ReferenceError);
  }
  assert.deepEqual(new Uint8Array(heap.memory.buffer), bytes);
  assert.throws(() => gone.view, ReferenceError);
  for (const arena of [old, grown, fresh]) arena.free();
  assert.ok(heap.check());
});

test('refuses what is no snapshot of this heap, and leaves the heap as it is', () => {
  const heap = Heap.create({ maximum: 20 * PAGE });
  const ptr = heap.malloc(100);
  const snapshot = heap.snapshot();
  const blocks = heap.blocks();
  for (const bad of [undefined, null, 'bytes', [], new ArrayBuffer(100), new Uint16Array(100)]) {
    assert.throws(() => heap.restore(bad), {
      name: 'TypeError',
      message: /^snapshot: expected a Uint8Array/,
    });
  }
  const changed = (index, value) => {
    const copy = Uint8Array.from(snapshot);
    new Uint32Array(copy.buffer, 0, 8)[index] = value;
    return copy;
  };
  for (const bad of [
    new Uint8Array(0),
    new Uint8Array(1000),
    snapshot.subarray(1),
    snapshot.subarray(0, 20),
    snapshot.subarray(0, -1),
    changed(0, 1),
    changed(1, 1),
    changed(2, 4096),
    changed(3, 2 ** 31),
    changed(4, 16),
    Heap.create({ profile: 'hardened' }).snapshot(),
    Heap.over(new WebAssembly.Memory({ initial: 2 }), { base: 16 }).snapshot(),
  ]) {
    assert.throws(() => heap.restore(bad), { name: 'RangeError', message: /^snapshot: / });
  }
  const large = Heap.create();
  large.malloc(30 * PAGE);
  assert.throws(() => heap.restore(large.snapshot()), OutOfMemoryError);
  assert.deepEqual(heap.blocks(), blocks);
  heap.free(ptr);
  assert.ok(heap.check());
});

/** A snapshot's bytes with others in some places, and the checksum that belongs to them. */
function forged(snapshot, change) {
  const copy = Uint8Array.from(snapshot);
  const data = new DataView(copy.buffer);
  change(data);
  let sum = 0x811c9dc5;
  for (let at = 0; at < copy.length - 4; at += 4) {
    sum = Math.imul(sum ^ data.getUint32(at, true), 0x01000193);
    sum ^= sum >>> 15;
  }
  data.setUint32(copy.length - 4, sum, true);
  return copy;
}

/** Used, cached and free blocks of many sizes. */
function busyHeap(options) {
  const heap = Heap.create(options);
  const pick = random(21);
  const ptrs = Array.from({ length: 300 }, () => heap.malloc(pick(pick(10) ? 200 : 5000)));
  for (const ptr of ptrs) if (pick(2)) heap.free(ptr);
  return heap;
}

test('every flipped bit is found, and nothing has changed', () => {
  const heap = busyHeap();
  const snapshot = heap.snapshot();
  heap.malloc(100);
  const blocks = heap.blocks();
  const pick = random(9);
  const { length } = snapshot;
  for (let i = 0; i < 300; i++) {
    // In the head, the state, the last bytes, and all else.
    const at = [pick(40), pick(2000), length - 1 - pick(40), pick(length)][i % 4];
    snapshot[at] ^= 1 << (i % 8);
    assert.throws(() => heap.restore(snapshot), { name: 'RangeError', message: /^snapshot: / }, `byte ${at}`);
    snapshot[at] ^= 1 << (i % 8);
  }
  assert.deepEqual(heap.blocks(), blocks);
  assert.ok(heap.check());
  heap.restore(snapshot);
  assert.ok(heap.check());
});

test('so is each bit of a small one', () => {
  const heap = Heap.over(new WebAssembly.Memory({ initial: 1 }), { base: 16, length: 8192 });
  const ptr = heap.malloc(100);
  const snapshot = heap.snapshot();
  for (let bit = 0; bit < snapshot.length * 8; bit += 5) {
    snapshot[bit >> 3] ^= 1 << (bit & 7);
    assert.throws(() => heap.restore(snapshot), { name: 'RangeError', message: /^snapshot: / });
    snapshot[bit >> 3] ^= 1 << (bit & 7);
  }
  heap.restore(snapshot);
  heap.free(ptr);
});

test('refuses ranges that are not those of a heap, whatever the checksum says', () => {
  const heap = busyHeap();
  const ptr = heap.malloc(100);
  const snapshot = heap.snapshot();
  const blocks = heap.blocks();
  assert.deepEqual(
    forged(snapshot, () => {}),
    snapshot,
    'the checksum is the one that is described',
  );
  const words =
    (...pairs) =>
    (data) => {
      for (const [index, value] of pairs) data.setUint32(index * 4, value, true);
    };
  const [start, end] = [new DataView(snapshot.buffer).getUint32(20, true), heap.memory.buffer.byteLength];
  const head = snapshot.subarray(0, 12);
  const bare = (...ranges) => {
    const bytes = new Uint8Array(12 + ranges.length * 4 + 4);
    bytes.set(head);
    return forged(bytes, (data) => {
      data.setUint32(8, ranges.length / 2, true);
      for (const [i, value] of ranges.entries()) data.setUint32(12 + 4 * i, value, true);
    });
  };
  for (const [why, bad] of [
    ['none', bare()],
    ['of no bytes', bare(heap.base + 512, heap.base + 512)],
    ['the state too short', bare(heap.base + 512, heap.base + 512 - 16)],
    ['turned round', bare(heap.base + 512, start, end, start)],
    ['none, but bytes', forged(snapshot, words([2, 0]))],
    ['one too few', forged(snapshot, words([2, 1]))],
    ['far too many', forged(snapshot, words([2, 2 ** 32 - 1]))],
    ['a shifted one', forged(snapshot, words([5, start + 4], [6, end + 4]))],
    ['outside of the heap', forged(snapshot, words([5, start + 16], [6, end + 16]))],
    ['above each other', forged(snapshot, words([5, heap.base + 512], [6, heap.base + 512 + end - start]))],
  ]) {
    assert.throws(() => heap.restore(bad), { name: 'RangeError', message: /^snapshot: it/ }, why);
  }
  assert.deepEqual(heap.blocks(), blocks);
  heap.free(ptr);
  assert.ok(heap.check());
});

test('what holds a broken heap is refused with what is wrong, and the heap goes on', () => {
  for (const profile of ['fast', 'hardened']) {
    const heap = busyHeap({ profile });
    const kept = heap.cstring('kept');
    const snapshot = heap.snapshot();
    heap.adopt(Uint8Array, kept.ptr, 5).view.set(new TextEncoder().encode('here'));
    const later = heap.malloc(5000);
    const blocks = heap.blocks();
    const pick = random(17);
    let refused = 0;
    const start = new DataView(snapshot.buffer).getUint32(20, true);
    const bytes = snapshot.length - 4 - (heap.memory.buffer.byteLength - start);
    for (const { ptr } of blocks.slice(0, 60)) {
      const broken = forged(snapshot, (data) => {
        const at = bytes + ptr - 4 - start;
        data.setUint32(at, data.getUint32(at, true) ^ (1 << [0, 1, 30, 31][pick(4)]), true);
      });
      assert.throws(() => heap.restore(broken), {
        name: 'RangeError',
        message: /^snapshot: it holds a broken heap: .*heap: [a-z' ]+ \(at \d+\)$/,
      });
      refused++;
      assert.deepEqual(heap.blocks(), blocks);
    }
    assert.equal(refused, 60);
    assert.equal(heap.readCString(kept.ptr), 'here');
    heap.free(later);
    assert.ok(heap.check());
    heap.restore(snapshot);
    assert.equal(heap.readCString(kept.ptr), 'kept');
  }
});

test('of a shared heap', { skip: noSharedMemory }, () => {
  const heap = Heap.create({ shared: true, maximum: 1 << 24 });
  const handle = heap.alloc(Uint8Array, 100);
  handle.view.fill(1);
  const snapshot = heap.snapshot();
  assert.ok(snapshot.buffer instanceof ArrayBuffer);
  handle.view.fill(2);
  heap.restore(snapshot);
  assert.ok(handle.view.every((byte) => byte === 1));
  assert.ok(heap.check());
});

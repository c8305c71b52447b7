// heaplet/memory64: heaps in memories of 64-bit addresses. The other tests run on it too, in test/memory64.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap as NarrowHeap, OutOfMemoryError } from 'heaplet';
import { Heap } from 'heaplet/memory64';
import { Heap as HardenedHeap } from 'heaplet/memory64/hardened';
import { GiB, noSharedMemory, PAGE, random, readFile } from './support.mjs';

/** Whether the engine has such memories, and tells its JavaScript so: Node 20 knows them half. */
const has = (() => {
  try {
    return typeof new WebAssembly.Memory({ address: 'i64', initial: 1n, maximum: 1n }).grow(0n) === 'bigint';
  } catch {
    return false;
  }
})();
const skip = has ? {} : { skip: 'this engine has no memory64' };
const compiledFile = async (name) =>
  new WebAssembly.Module(await readFile(new URL(`../../dist/${name}.wasm`, import.meta.url)));
const modules = {};
const raw = {};
for (const name of has ? ['lean', 'fast', 'hardened', 'realtime'] : [])
  raw[name] = await compiledFile(`heaplet64-${name}`);
for (const name of has ? ['memory64', 'memory64-shared', 'memory64-hardened'] : [])
  modules[name] = await compiledFile(`import/${name}`);

const wide = (initial, maximum) =>
  new WebAssembly.Memory({ address: 'i64', initial: BigInt(initial), maximum: BigInt(maximum) });

/** A heap whose next blocks lie above 4 GiB; nothing where the machine has no such memory. */
function high(t) {
  try {
    const heap = Heap.create({ initial: 2 * PAGE, maximum: 6 * GiB });
    heap.malloc(4 * GiB + PAGE);
    return heap;
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    return t.skip(`this engine has no 5 GiB: ${error.message}`);
  }
}

test('64 bits: an engine without such memories is told from one that has no room', () => {
  const message = /^TypeError: memory64: this engine has no memories of 64-bit addresses/;
  if (has) Heap.create();
  else assert.throws(() => Heap.create({ maximum: GiB }), message);
});

test('64 bits: the memory is one of 64-bit addresses, and all is numbers', skip, () => {
  for (const Class of [Heap, HardenedHeap]) {
    const heap = Class.create({ maximum: 100 * PAGE });
    assert.equal(typeof heap.memory.grow(0n), 'bigint');
    const handle = heap.alloc(Float64Array, 1000);
    handle.view.fill(1.5);
    heap.free(heap.malloc(20 * PAGE));
    assert.ok(handle.view.every((x) => x === 1.5));
    const ptr = heap.realloc(heap.calloc(10, 10), 1000);
    assert.ok(heap.usableSize(ptr) >= 1000 && ptr % 32 === 0);
    assert.ok(heap.adopt(Uint8Array, ptr, 100).view.every((byte) => byte === 0));
    assert.equal(heap.alignedAlloc(8192, 1) % 8192, 0);
    assert.equal(heap.readUtf16(heap.utf16('héllo')), 'héllo');
    assert.ok(heap.check());
    assert.equal(heap.stats().usedBlocks, 4);
    heap.reset();
    assert.equal(heap.stats().usedBlocks, 0);
    assert.throws(() => heap.malloc(200 * PAGE), OutOfMemoryError);
    for (const bad of [-1, 1.5, Number.NaN])
      assert.throws(() => heap.malloc(bad), /^RangeError: size: expected/);
    assert.throws(() => heap.malloc(2 ** 60), OutOfMemoryError);
    assert.throws(() => heap.calloc(2 ** 32, 2 ** 32), OutOfMemoryError);
    assert.throws(() => heap.alignedAlloc(3 * 2 ** 32, 1), /^RangeError: alignment: expected a power of two/);
    assert.throws(() => heap.alloc(Float64Array, 2 ** 53), OutOfMemoryError);
  }
});

test('64 bits: blocks above 4 GiB', skip, (t) => {
  const heap = high(t);
  if (!heap) return;
  const samples = heap.alloc(Float32Array, 100);
  assert.ok(samples.ptr > 2 ** 32);
  samples.view.fill(0.5);
  const arena = heap.arena();
  const text = arena.utf8('high');
  assert.ok(text.ptr > 2 ** 32);
  assert.equal(arena.alloc(Float64Array, 1).ptr % 8, 0);
  assert.equal(heap.readUtf8(text.ptr, 4), 'high');
  assert.ok(samples.view.every((x) => x === 0.5));
  const moved = heap.alignedRealloc(samples.ptr, 4096, 50_000);
  assert.equal(moved % 4096, 0);
  assert.equal(heap.adopt(Float32Array, moved, 100).view[99], 0.5);
  assert.ok(heap.blocks().some(({ ptr }) => ptr === moved));
  assert.ok(heap.stats().usedBytes > 4 * GiB && heap.check());
  // A heap in a block of this one, and what another realm would do with its address.
  const base = heap.alignedAlloc(16, 200_000);
  const inner = Heap.over(heap.memory, { base, length: 200_000 });
  const ptr = inner.malloc(1000);
  assert.ok(ptr > base);
  const snapshot = inner.snapshot();
  inner.free(ptr);
  inner.restore(snapshot);
  Heap.attach({ memory: heap.memory, base }).free(ptr);
  assert.equal(inner.stats().usedBlocks, 0);
  inner.close();
  heap.free(moved);
});

test('64 bits: random calls against a shadow', skip, () => {
  const pick = random(64);
  for (const Class of [Heap, HardenedHeap]) {
    const heap = Class.create();
    const live = [];
    for (let step = 0; step < 5000; step++) {
      const i = pick(100);
      const old = live[i];
      if (old) assert.ok(old.view.every((byte) => byte === i));
      old?.free();
      live[i] = heap.alloc(Uint8Array, pick(pick(4) ? 300 : 30_000));
      live[i].view.fill(i);
    }
    assert.ok(heap.check());
    for (const handle of live) handle?.free();
    assert.equal(heap.stats().usedBlocks, 0);
  }
});

test('64 bits: shared, and repaired', { skip: skip.skip || noSharedMemory }, () => {
  const heap = Heap.create({ shared: true, maximum: 100 * PAGE });
  const there = Heap.attach(heap.share());
  const ptr = there.malloc(100);
  heap.free(ptr);
  const kept = heap.cstring('kept');
  const snapshot = heap.snapshot();
  const other = heap.malloc(50_000);
  // The header of a free block: its neighbours say what is right.
  heap.free(other);
  assert.equal(heap.recover(), undefined);
  heap.restore(snapshot);
  assert.equal(heap.readCString(kept.ptr), 'kept');
  // A list's first block, in the state, is another one.
  const words = new BigUint64Array(heap.memory.buffer, heap.base + 512, 1500);
  const list = words.findIndex(
    (word) => word > 1024n && word < BigInt(heap.memory.buffer.byteLength) && word % 32n === 0n,
  );
  words[list] ^= 32n;
  assert.match(heap.recover(heap.thread + 1) ?? heap.recover(), /^heap: /);
  assert.equal(heap.readCString(kept.ptr), 'kept');
  assert.ok(heap.malloc(1000) && heap.check());
});

test('64 bits: a thread keeps nothing of a shared heap, so flush has nothing to give back', {
  skip: skip.skip || noSharedMemory,
}, () => {
  const heap = Heap.create({ shared: true, maximum: 100 * PAGE });
  const other = Heap.attach(heap.share());
  const blocks = Array.from({ length: 100 }, () => heap.malloc(64));
  for (const block of blocks) heap.free(block);
  assert.equal(heap.stats().keptBlocks, 0);
  assert.equal(heap.usage().usedBlocks, 0);
  heap.flush();
  // What one has freed last another one gets, without being told of it.
  assert.equal(other.malloc(64), blocks.at(-1));
});

test('64 bits: a heap goes only to who has its entry', { skip: skip.skip || noSharedMemory }, () => {
  const message = /^TypeError: message\.memory: not where addresses have (32|64) bits/;
  const shared = { shared: true, maximum: 100 * PAGE };
  assert.throws(() => NarrowHeap.attach(Heap.create(shared).share()), message);
  assert.throws(() => Heap.attach(NarrowHeap.create(shared).share()), message);
});

test('64 bits: modules import the heap with BigInts', skip, () => {
  const { env } = Heap.create().imports();
  const ptr = env.malloc(100n);
  assert.equal(typeof ptr, 'bigint');
  assert.equal(env.free(ptr), undefined);
  assert.equal(typeof env.aligned_realloc(0n, 64n, 100n), 'bigint');
  assert.throws(() => Heap.create().imports(modules.memory64), /^TypeError: module: none is placed/);
  const other = Heap.fromModule(Heap.create().imports().env);
  other.free(other.malloc(100));
});

test('64 bits: each kind of memory has its entry', skip, () => {
  const message = /^TypeError: memory: not where addresses have (32|64) bits/;
  assert.throws(() => Heap.over(new WebAssembly.Memory({ initial: 10 })), message);
  assert.throws(() => NarrowHeap.over(wide(10, 10)), message);
  assert.ok(Heap.over(wide(10, 20), { base: 32 }).malloc(PAGE));
});

test('64 bits: a double free is told of by heaplet/memory64/hardened', skip, () => {
  const heap = HardenedHeap.create();
  const twice = heap.malloc(16);
  heap.free(twice);
  assert.throws(() => heap.free(twice), { name: 'HeapFaultError', message: /^double free: 16 bytes at / });
});

test('64 bits: of modules that came compiled', skip, () => {
  assert.equal(Heap.create({ module: modules.memory64 }).malloc(10) % 32, 0);
  const hardened = Heap.create({ module: modules['memory64-hardened'] });
  assert.match(`${hardened}`, /^Heap hardened/);
  if (noSharedMemory) return;
  const options = { shared: true, maximum: 100 * PAGE, module: modules['memory64-shared'] };
  assert.ok(Heap.attach(Heap.create(options).share()).malloc(10));
});

test('64 bits: the modules of dist keep the contract of those of 32', skip, async () => {
  for (const [name, module] of Object.entries(raw)) {
    const memory = wide(2, 1000);
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    assert.equal(exports.memory, memory);
    const live = [];
    for (let i = 0; i < 10_000; i++) {
      const place = (i * 7919) % 97;
      const [old, length] = live[place] ?? [0n, 0];
      const bytes = new Uint8Array(memory.buffer, Number(old), length);
      assert.ok(
        bytes.every((byte) => byte === place),
        name,
      );
      exports.free(old);
      const size = (i * 31) % 3000;
      const ptr = exports.malloc(BigInt(size));
      assert.ok(ptr > 0n && ptr % 32n === 0n);
      new Uint8Array(memory.buffer, Number(ptr), size).fill(place);
      live[place] = [ptr, size];
    }
    for (const bytes of [-1n, 1n << 47n]) assert.equal(exports.malloc(bytes), 0n);
    assert.equal(exports.calloc(1n << 32n, 1n << 32n), 0n);
    assert.equal(exports.aligned_alloc(24n, 10n), 0n);
  }
});

// Heap.create({ module }): heaps of modules that came compiled, as an engine hands them to a program that imports them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { Heap as CoreHeap } from 'heaplet/core';
import { HeapFaultError } from 'heaplet/hardened';
import { Heap as SmallHeap } from 'heaplet/small';
import { noSharedMemory, PAGE, readFile } from './support.mjs';
import { noThreads, Thread } from './threads.mjs';

const names = ['heaplet', 'shared', 'core', 'small', 'hardened', 'hardened-shared'];
const modules = {};
for (const name of names) {
  const bytes = await readFile(new URL(`../../dist/import/${name}.wasm`, import.meta.url));
  modules[name] = new WebAssembly.Module(bytes);
}
const empty = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
const shared = noSharedMemory ? { skip: noSharedMemory } : {};

function use(heap) {
  const handle = heap.alloc(Float64Array, 1000);
  handle.view.fill(1.5);
  const other = heap.malloc(10 * PAGE); // the memory grows
  assert.ok(handle.view.every((x) => x === 1.5));
  heap.free(other);
  handle.free();
  assert.equal(heap.alignedAlloc(4096, 10) % 4096, 0);
}

test('a heap of an imported module, in each entry, of the profile that the module is of', () => {
  for (const [Class, name] of [
    [CoreHeap, 'core'],
    [CoreHeap, 'small'],
    [SmallHeap, 'small'],
    [SmallHeap, 'core'],
    [Heap, 'heaplet'],
    [Heap, 'hardened'],
    [Heap, 'core'],
    [Heap, 'small'],
  ])
    use(Class.create({ module: modules[name], initial: 3 * PAGE }));
  const heap = Heap.create({ module: modules.hardened });
  const twice = heap.malloc(16);
  heap.free(twice);
  assert.throws(() => heap.free(twice), HeapFaultError);
  const fast = Heap.create({ module: modules.heaplet, profile: 'fast' });
  assert.match(`${fast}`, /^Heap fast/);
  assert.ok(fast.check());
  const { ptr } = fast.cstring('kept');
  const snapshot = fast.snapshot();
  fast.free(ptr);
  fast.restore(snapshot);
  assert.equal(fast.readCString(ptr), 'kept');
});

test('several in one memory, at any place, and what is made of text understands them', () => {
  const memory = new WebAssembly.Memory({ initial: 10 });
  for (const [base, module] of [
    [1024, modules.heaplet],
    [3 * PAGE + 16, modules.hardened],
  ]) {
    const heap = Heap.over(memory, { base, length: 100_000, module });
    const ptr = heap.malloc(1000);
    assert.ok(ptr > base && ptr < base + 100_000);
    const again = Heap.attach({ memory, base });
    again.free(ptr);
    assert.equal(heap.stats().usedBlocks, 0);
    assert.throws(() => Heap.over(memory, { base: base + 16, length: 9000, module }), /a heap lies at/);
  }
});

test('shared: the module is in the message, and the heap is the same on another thread', {
  skip: noThreads || noSharedMemory,
}, async () => {
  const heap = Heap.create({ module: modules.shared, shared: true, maximum: 1 << 24 });
  const message = heap.share();
  assert.equal(message.module, modules.shared);
  const thread = new Thread('heap.mjs');
  try {
    assert.equal(await thread.ask({ task: 'attach', message }), heap.base);
    const ptr = await thread.ask({ task: 'write', text: 'from there' });
    assert.equal(heap.readCString(ptr), 'from there');
    heap.free(ptr);
  } finally {
    await thread.terminate();
  }
});

test('shared memories have modules of their own', shared, () => {
  const more = { shared: true, maximum: 1 << 24 };
  for (const [module, options, wanted] of [
    [modules.heaplet, more, 'shared'],
    [modules.hardened, more, 'shared'],
    [modules.shared, {}, 'unshared'],
  ]) {
    const message = `module: expected one for ${wanted} memories, got object`;
    assert.throws(() => Heap.create({ module, ...options }), { name: 'TypeError', message });
  }
  use(Heap.create({ module: modules['hardened-shared'], ...more }));
  assert.throws(() => Heap.create({ module: modules.core, ...more }), /^RangeError: profile: fast needs/);
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 8, shared: true });
  assert.throws(() => Heap.over(memory, { module: modules.heaplet }), /^TypeError: module: expected one for/);
  assert.ok(Heap.over(memory, { module: modules.shared }).malloc(100));
});

test('what is no module of the package is refused', () => {
  for (const Class of [Heap, CoreHeap, SmallHeap]) {
    for (const module of [3, null, 'heaplet.wasm', {}, empty])
      assert.throws(() => Class.create({ module }), {
        name: 'TypeError',
        message: /^module: expected a WebA/,
      });
    const wrong = { name: 'RangeError', message: `profile: expected the module's, got "fast"` };
    assert.throws(() => Class.create({ module: modules.small, profile: 'fast' }), wrong);
  }
  const elsewhere = { name: 'TypeError', message: /^module: expected a .* of heaplet\/core.wasm/ };
  assert.throws(() => CoreHeap.create({ module: modules.heaplet }), elsewhere);
});

// What every entry point does at its edges, on every module: bad sizes, bad alignments, the null pointer, realloc,
// a memory that cannot grow. The far ends of the address space have a file of their own (addresses.test.mjs).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fewestPages, load, modules, page } from '../../tools/modules.mjs';
import { CheckedHeap } from '../support/checked.mjs';

const most = 2 ** 32 - 1;

/** Runs a case on every module that exports all of the functions it is about. */
function each(functions, title, run) {
  for (const module of modules) {
    test(`${module.name}: ${title}`, (t) => {
      const heap = load(module);
      if (functions.every((name) => heap[name])) return run(heap, module, t);
      // Only the size modules leave functions out, and which they do is in their name.
      assert(module.ownsMemory, `${module.name} does not export ${functions}`);
      assert(!module.name.endsWith('-mfr') || functions.some((name) => name !== 'realloc'));
    });
  }
}

/** The words that a heap may change when it refuses what no memory holds: `hardened` notes the largest request. */
const notes = (heap) => (heap.profile === 'hardened' ? 1 : 0);

/** Checks that a call returns null and changes no word of the memory but its notes, and not its size. */
function refuses(heap, what, call) {
  const before = new Uint32Array(heap.bytes.slice().buffer);
  assert.equal(call(), 0, `${what} is not null`);
  const now = new Uint32Array(heap.memory.buffer);
  assert.equal(now.length, before.length, `${what} changed the size of memory`);
  const changed = now.filter((word, i) => word !== before[i]);
  assert(changed.length <= notes(heap), `${what} changed the memory`);
}

/** A heap with a few live and a few free blocks, so that there is something to be broken. */
function used(heap) {
  const checked = new CheckedHeap(heap);
  const starts = [24, 100, 3000, 16, 500, 5000, 64].map((size) => checked.malloc(size));
  for (const i of [1, 3, 5]) checked.free(starts[i]);
  return { checked, start: starts[0] };
}

/** The heap still works, and what was live is as it was. */
function works(checked) {
  for (const size of [1, 40, 2500, 70000]) assert(checked.malloc(size), `malloc(${size}) after it is null`);
  checked.shadow.verifyAll();
  for (const start of checked.shadow.addresses()) checked.free(start);
}

each(['malloc'], 'malloc(0) returns unique pointers', (heap) => {
  const checked = new CheckedHeap(heap);
  const starts = Array.from({ length: 100 }, () => checked.malloc(0));
  assert(!starts.includes(0));
  assert.equal(new Set(starts).size, 100);
  for (const start of starts) checked.free(start);
});

each(['calloc'], 'calloc(0, n) and calloc(n, 0) return unique pointers', (heap) => {
  const checked = new CheckedHeap(heap);
  const starts = [0, 1, 1000, most].flatMap((n) => [checked.calloc(0, n), checked.calloc(n, 0)]);
  assert(!starts.includes(0));
  assert.equal(new Set(starts).size, starts.length);
  works(checked);
});

// Every size of the last 128: rounding them up would overflow.
const tooLarge = Array.from({ length: 129 }, (_, i) => most - i);

each(['malloc'], 'sizes within 128 of SIZE_MAX are refused', (heap) => {
  const { checked } = used(heap);
  for (const size of tooLarge) refuses(heap, `malloc(${size})`, () => heap.malloc(size));
  works(checked);
});

each(['malloc'], 'such sizes are refused by the first call too', (_, module) => {
  for (const size of [most, most - 15, most - 16, most - 128]) {
    const fresh = load(module);
    assert.equal(fresh.malloc(size), 0, `malloc(${size})`);
    assert.equal(fresh.pages, fewestPages(module));
    works(new CheckedHeap(fresh));
  }
});

each(['realloc'], 'realloc to sizes within 128 of SIZE_MAX is refused, the block stays', (heap) => {
  const { checked, start } = used(heap);
  for (const size of tooLarge) {
    refuses(heap, `realloc(p, ${size})`, () => heap.realloc(start, size));
    refuses(heap, `realloc(null, ${size})`, () => heap.realloc(0, size));
  }
  works(checked);
});

each(['calloc'], 'calloc refuses products that overflow', (heap) => {
  const { checked } = used(heap);
  const products = [
    [65536, 65537],
    [65537, 65536],
    [65536, 65536],
    [2 ** 31, 2],
    [2, 2 ** 31],
    [3, 0x55555556],
    [most, most],
    [most, 2],
    [2 ** 30, 5],
  ];
  for (const [count, size] of products) {
    refuses(heap, `calloc(${count}, ${size})`, () => heap.calloc(count, size));
  }
  for (const size of tooLarge) {
    refuses(heap, `calloc(1, ${size})`, () => heap.calloc(1, size));
    refuses(heap, `calloc(${size}, 1)`, () => heap.calloc(size, 1));
  }
  works(checked);
});

each(['calloc'], 'calloc clears what was used before', (heap) => {
  const checked = new CheckedHeap(heap);
  for (const size of [1, 12, 13, 100, 1000, 5000, 20000, 100000]) {
    const starts = [checked.malloc(size), checked.malloc(size), checked.malloc(size)];
    for (const start of starts) checked.free(start);
    assert(checked.calloc(1, size) && checked.calloc(size, 1));
  }
});

each(['aligned_alloc'], 'aligned_alloc refuses alignments that are not powers of two', (heap) => {
  const { checked } = used(heap);
  for (const alignment of [0, 3, 5, 6, 7, 12, 24, 48, 100, 65535, 65537, 2 ** 31 + 1, 2 ** 31 + 16, most]) {
    for (const size of [0, 1, 64, 100000]) {
      refuses(heap, `aligned_alloc(${alignment}, ${size})`, () => heap.aligned_alloc(alignment, size));
    }
  }
  works(checked);
});

each(['aligned_alloc'], 'aligned_alloc takes every power of two and any size', (heap) => {
  const checked = new CheckedHeap(heap);
  for (let alignment = 1; alignment <= 2 ** 22; alignment *= 2) {
    for (const size of [0, 1, 12, 13, 65, 1000]) {
      assert(checked.aligned_alloc(alignment, size), `aligned_alloc(${alignment}, ${size}) is null`);
    }
  }
  assert(checked.aligned_alloc(64, 65));
  works(checked);
});

each(['aligned_alloc'], 'aligned_alloc refuses what wraps', (heap) => {
  const { checked } = used(heap);
  for (const alignment of [1, 8, 16, 32, 4096, 65536, 2 ** 20, 2 ** 30, 2 ** 31]) {
    for (const size of [...tooLarge, 2 ** 32 - alignment, 2 ** 32 - alignment - 1]) {
      if (size > most || size < 2 ** 31 - 1) continue;
      const what = `aligned_alloc(${alignment}, ${size})`;
      // Less than a page remains below 4 GiB for the module's own state: it cannot fit.
      if (size + alignment > 2 ** 32 - 129) refuses(heap, what, () => heap.aligned_alloc(alignment, size));
    }
  }
  works(checked);
});

each(['aligned_alloc'], 'the gap before an aligned block is free for others', (heap) => {
  const checked = new CheckedHeap(heap);
  const aligned = Array.from({ length: 20 }, () => checked.aligned_alloc(32768, 100));
  const { pages } = heap;
  for (let i = 0; i < 500; i++) assert(checked.malloc(1000), 'null');
  assert.equal(heap.pages, pages, 'memory grew although the gaps hold 600 KB');
  for (const start of aligned) checked.free(start);
  for (let i = 0; i < 300; i++) checked.free(checked.aligned_alloc(65536, 16));
  assert.equal(heap.pages, pages, 'memory grew although each block was freed');
});

each(['realloc'], 'realloc(null, n) is malloc(n)', (heap) => {
  const checked = new CheckedHeap(heap);
  const starts = [0, 1, 100, 100000].map((size) => checked.realloc(0, size));
  assert(!starts.includes(0));
  works(checked);
});

each(['realloc'], 'realloc(p, 0) gives a minimum block, never null', (heap) => {
  const checked = new CheckedHeap(heap);
  for (const size of [0, 1, 500, 200000]) {
    const start = checked.realloc(checked.malloc(size), 0);
    assert(start, `realloc of ${size} B to 0 is null`);
    assert(checked.realloc(start, 100), 'the minimum block cannot be resized');
  }
  works(checked);
});

each(['realloc'], 'realloc keeps the bytes, whichever way it goes', (heap) => {
  const checked = new CheckedHeap(heap);
  let start = checked.malloc(1);
  const guards = [];
  for (let size = 1; size < 3e6; size = Math.ceil(size * 1.4)) {
    start = checked.realloc(start, size);
    assert(start, `realloc to ${size} is null`);
    if (size % 3 === 0) guards.push(checked.malloc(20));
  }
  for (let size = 3e6; size > 0; size = Math.floor(size / 2.3)) {
    start = checked.realloc(start, size);
    assert(start, `realloc to ${size} is null`);
  }
  works(checked);
});

each(['realloc'], 'a realloc that fails keeps the block', (_, module) => {
  const checked = new CheckedHeap(load(module, { maximum: 8 }));
  const start = checked.malloc(100000);
  checked.malloc(50);
  for (const size of [9 * page, 2 ** 31, 2 ** 32 - 200000, most]) {
    assert.equal(checked.realloc(start, size), 0, `realloc to ${size}`);
  }
  assert(checked.realloc(start, 110000), 'the block cannot be resized any more');
  works(checked);
});

each(['free'], 'free(null) does nothing', (heap) => {
  const { checked } = used(heap);
  const before = heap.bytes.slice();
  heap.free(0);
  assert.equal(Buffer.compare(heap.bytes, before), 0, 'free(null) changed the memory');
  works(checked);
});

each(['free'], 'free(null) may be the first call', (heap, module) => {
  heap.free(0);
  assert.equal(heap.pages, fewestPages(module));
  works(new CheckedHeap(heap));
});

each(['malloc_usable_size'], 'malloc_usable_size(null) is 0', (heap) => {
  assert.equal(heap.malloc_usable_size(0), 0);
  used(heap);
  assert.equal(heap.malloc_usable_size(0), 0);
});

each(['malloc_usable_size'], 'a block of n bytes wastes little', (heap) => {
  const checked = new CheckedHeap(heap);
  for (let size = 0; size < 3000; size++) {
    const start = checked.malloc(size);
    const usable = heap.malloc_usable_size(start);
    const part = { small: 0, fast: 1 / 16 }[heap.profile] ?? 1 / 32;
    const rounded = size <= 1020 ? 0 : size * part;
    // In hardened it is what was asked for.
    const least = heap.profile === 'hardened' ? size : 1;
    assert(usable >= least && usable < size + 32 + rounded, `malloc(${size}) has ${usable} usable bytes`);
  }
});

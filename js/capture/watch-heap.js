// Records a heap of the package. Its methods are covered by others, of the object alone: what is not recorded costs
// nothing, and each heap, with whatever profile and options, is recorded in the same way.
import { leaseOf } from '../core-heap.js';
import { OutOfMemoryError } from '../errors.js';
import { EVENT } from './format.js';

/** @typedef {import('./recorder.js').Recorder} Recorder */

/** No two blocks of a pool lie so far apart: what lies between pools is somebody else's pages. */
const GAP = 8192;

/** Bytes of a pool before its first block's. */
const HEAD = 16;

/**
 * What the walker sees, if the heap has one.
 * @param {any} heap
 * @returns {import('./writer.js').Walk | undefined}
 */
export function walkOf(heap) {
  try {
    // What a thread keeps for itself is freed, and waits for the next request: as what is cached.
    const blocks = heap
      .blocks()
      .map((/** @type {any} */ block) => (block.state === 'kept' ? { ...block, state: 'cached' } : block));
    /** @type {number[][]} a pool is where blocks follow each other with headers alone between them */
    const pools = [];
    let end = -GAP;
    for (const { ptr, size } of blocks) {
      if (ptr - end >= GAP) pools.push([ptr - HEAD, ptr + size]);
      end = ptr + size;
      pools[pools.length - 1][1] = end;
    }
    return { pools, blocks };
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/**
 * @param {any} heap
 * @param {Recorder} recorder
 * @param {() => void} closed is called when the heap is closed
 * @returns {() => void} ends it
 */
export function watchHeap(heap, recorder, closed) {
  /** @type {(ptr: number, size: number) => number} */
  let usable = (ptr) => heap.usableSize(ptr);
  try {
    heap.usableSize(0);
  } catch {
    usable = (_, size) => size;
  }
  const raw = {
    malloc: heap.malloc.bind(heap),
    calloc: heap.calloc.bind(heap),
    realloc: heap.realloc.bind(heap),
    alignedAlloc: heap.alignedAlloc.bind(heap),
    free: heap.free.bind(heap),
  };
  /**
   * @param {number} size
   * @param {() => number} allocate
   */
  const trying = (size, allocate) => {
    try {
      return allocate();
    } catch (error) {
      if (error instanceof OutOfMemoryError) recorder.refused(size);
      throw error;
    }
  };
  /** @param {number} ptr */
  const bytesOf = (ptr) => (ptr && recorder.sums ? usable(ptr, 0) : 0);
  /** @type {Record<string, (...args: any[]) => any>} */
  const covers = {
    malloc(size) {
      const ptr = trying(size, () => raw.malloc(size));
      recorder.allocated(EVENT.malloc, ptr, size, usable(ptr, size));
      return ptr;
    },
    calloc(count, size) {
      const ptr = trying(count * size, () => raw.calloc(count, size));
      recorder.allocated(EVENT.calloc, ptr, count * size, usable(ptr, count * size));
      return ptr;
    },
    realloc(old, size) {
      const before = typeof old === 'number' ? bytesOf(old) : 0;
      const ptr = trying(size, () => raw.realloc(old, size));
      recorder.reallocated(old, before, ptr, size, usable(ptr, size));
      return ptr;
    },
    alignedAlloc(alignment, size) {
      const ptr = trying(size, () => raw.alignedAlloc(alignment, size));
      recorder.allocated(EVENT.alignedAlloc, ptr, size, usable(ptr, size), alignment);
      return ptr;
    },
    free: freeing(raw.free),
  };
  if (heap.alignedRealloc) {
    const alignedRealloc = heap.alignedRealloc.bind(heap);
    covers.alignedRealloc = (old, alignment, size) => {
      const before = bytesOf(old);
      const ptr = trying(size, () => alignedRealloc(old, alignment, size));
      recorder.reallocated(old, before, ptr, size, usable(ptr, size));
      return ptr;
    };
  }
  const imports = heap.imports.bind(heap);
  covers.imports = (module) => {
    const { env } = imports(module);
    return { env: { ...env, ...watchedFunctions(env, recorder) } };
  };
  for (const name of ['snapshot', 'restore', 'reset']) {
    if (!heap[name]) continue;
    const method = heap[name].bind(heap);
    covers[name] = (snapshot) => {
      const result = method(snapshot);
      coverLease();
      if (name === 'reset') recorder.reset();
      const walk = name === 'restore' && walkOf(heap);
      if (walk) recorder.walk(walk);
      return result;
    };
  }
  if (heap.close) {
    const close = heap.close.bind(heap);
    covers.close = () => {
      closed();
      close();
    };
  }

  /** @param {(ptr: number) => void} free */
  function freeing(free) {
    return (/** @type {number} */ ptr) => {
      const before = typeof ptr === 'number' ? bytesOf(ptr >>> 0) : 0;
      free(ptr);
      recorder.freed(ptr >>> 0, before);
    };
  }

  /** @type {Array<() => void>} */
  const leases = [];
  /** A handle is freed by its lease. After a snapshot the heap has another. */
  function coverLease() {
    const lease = leaseOf(heap);
    const { free } = lease;
    if (!free) return;
    const cover = freeing(free);
    lease.free = cover;
    leases.push(() => {
      if (lease.free === cover) lease.free = free;
    });
  }
  coverLease();
  Object.assign(heap, covers);
  return () => {
    for (const name of Object.keys(covers)) if (heap[name] === covers[name]) delete heap[name];
    for (const end of leases) end();
  };
}

/**
 * The C functions, recorded. What came before is covered by these, for whoever is given them.
 * @param {Record<string, any>} functions
 * @param {Recorder} recorder
 */
export function watchedFunctions(functions, recorder) {
  const { malloc, calloc, realloc, aligned_alloc, aligned_realloc, free, malloc_usable_size } = functions;
  /** @type {(raw: number, size: number) => number} */
  const usable = malloc_usable_size
    ? (raw, size) => (raw ? Math.max(malloc_usable_size(raw) >>> 0, size) : 0)
    : (_, size) => size;
  /**
   * @param {number} kind
   * @param {number} raw
   * @param {number} size
   * @param {number} [alignment]
   */
  const allocated = (kind, raw, size, alignment) => {
    recorder.allocated(kind, raw >>> 0, size >>> 0, usable(raw, size >>> 0), alignment);
    return raw;
  };
  /**
   * @param {(...args: number[]) => number} change
   * @param {number} size
   * @param {number[]} args
   */
  const reallocated = (change, size, args) => {
    const [old] = args;
    const before = recorder.sums ? usable(old, 0) : 0;
    const raw = change(...args);
    recorder.reallocated(old >>> 0, before, raw >>> 0, size >>> 0, usable(raw, size >>> 0));
    return raw;
  };
  /** @type {Record<string, (...args: number[]) => any>} */
  const watched = {
    malloc: (size) => allocated(EVENT.malloc, malloc(size), size),
    calloc: (count, size) => allocated(EVENT.calloc, calloc(count, size), count * size),
    realloc: (old, size) => reallocated(realloc, size, [old, size]),
    aligned_alloc: (alignment, size) =>
      allocated(EVENT.alignedAlloc, aligned_alloc(alignment, size), size, alignment),
    aligned_realloc: (old, alignment, size) => reallocated(aligned_realloc, size, [old, alignment, size]),
    free(raw) {
      const before = recorder.sums ? usable(raw, 0) : 0;
      free(raw);
      recorder.freed(raw >>> 0, before);
    },
  };
  return Object.fromEntries(Object.entries(watched).filter(([name]) => functions[name]));
}

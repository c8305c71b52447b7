// What `heaplet/small` has, whichever way its module comes.
import { CoreHeap } from './core-heap.js';
import { create } from './create.js';

export * from './api.js';

/**
 * A heap in a WebAssembly.Memory, without what `heaplet` adds.
 * @extends {CoreHeap<ArrayBuffer>}
 */
export class Heap extends CoreHeap {
  /**
   * Makes a memory and a heap that fills it. Synchronous: the wasm is part of the package.
   * @param {import('./create.js').CreateOptions} [options]
   * @returns {Heap}
   * @throws {TypeError | RangeError} naming the option
   * @throws {import('./errors.js').OutOfMemoryError} if the engine refuses the memory
   * @complexity O(1), what the engine does for a memory aside
   */
  static create(options) {
    return new Heap(create(options, 'small'));
  }
}

/** @typedef {import('./core-arena.js').CoreArena<ArrayBuffer>} Arena */

// What `heaplet/hardened` has, whichever way its module comes.
import { fault } from './fault.js';
import { Heap as AnyHeap } from './heap.js';
import { guards } from './place.js';

guards.fault = fault;

export * from './api.js';
export { HeapFaultError } from './fault.js';

/**
 * A heap in a WebAssembly.Memory.
 * @template {ArrayBufferLike} [B=ArrayBufferLike]
 * @typedef {AnyHeap<B>} Heap
 */

const own = { standard: 'hardened' };

/** The class of `heaplet`; its heaps are of the profile 'hardened', if none is named. */
export const Heap = /** @type {typeof AnyHeap} */ (
  class Heap extends AnyHeap {
    /**
     * @override
     * @param {any} [options]
     * @returns {any}
     */
    static create(options) {
      return AnyHeap.create.call(own, options);
    }

    /**
     * @override
     * @param {WebAssembly.Memory} memory
     * @param {OverOptions} [options]
     * @returns {any}
     */
    static over(memory, options) {
      return AnyHeap.over.call(own, memory, options);
    }

    /**
     * All heaps are of one class, whichever entry has made them.
     * @override
     * @param {unknown} heap
     */
    static [Symbol.hasInstance](heap) {
      return heap instanceof AnyHeap;
    }
  }
);

/** @typedef {import('./arena.js').Arena} Arena */
/** @typedef {import('./arena.js').Mark} Mark */
/** @typedef {import('./heap.js').AttachMessage} AttachMessage */
/** @typedef {import('./heap.js').HeapOptions} HeapOptions */
/** @typedef {import('./heap.js').OverOptions} OverOptions */
/** @typedef {import('./inspect.js').BlockInfo} BlockInfo */
/** @typedef {import('./inspect.js').Stats} Stats */
/** @typedef {import('./inspect.js').Usage} Usage */
/** @typedef {import('./debug.js').Leak} Leak */

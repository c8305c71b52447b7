// Where a heap lies in a memory, and what is noted there: everything but its blocks.
//
//   base     +4      +8      +12                 base + 512
//   | signature | lock | hungry |  stack of wasm  | state of wasm |  first pool ...
//
// The signature says that a heap is here, and of which build. The lock is used in a shared memory (lock.js).
import { instantiate } from './profiles.js';

/** @typedef {import('./profiles.js').Build} Build */

/** Bytes from a heap's base to the state that wasm keeps. */
export const STATE = 512;

/** Where `Heap.create` puts a heap: what lies below is nobody's, so that to write through null breaks nothing. */
export const LOWEST = 1024;

/**
 * A heap's place.
 * @typedef {object} Place
 * @property {WebAssembly.Memory} memory
 * @property {number} base address
 * @property {Build} build
 * @property {any} exports of the wasm instance
 */

/**
 * The words at a heap's base.
 * @param {WebAssembly.Memory} memory
 * @param {number} base
 */
export const words = (memory, base) => new Int32Array(memory.buffer, base, 4);

/**
 * An instance on the heap at `base`, which is or will be there.
 * @param {Build} build
 * @param {WebAssembly.Memory} memory
 * @param {number} base
 * @returns {Place}
 */
export const join = (build, memory, base) => ({
  memory,
  base,
  build,
  exports: instantiate(build.pieces, memory, base + STATE),
});

/**
 * Makes the heap of a place.
 * @param {Place} place
 * @param {number} end of its first pool
 * @param {boolean} grows by memory.grow, when that is used up
 */
export function begin({ memory, base, build, exports }, end, grows) {
  // A module of a fixed place has begun when it was instantiated.
  if (!build.signature) return;
  words(memory, base).set([0, 0, 0]);
  exports.heaplet_begin(end, grows);
  Atomics.store(words(memory, base), 0, build.signature);
}

// Where a heap lies in a memory, and what is noted there: everything but its blocks.
//
//   base     +4      +8      +12                 base + 512
//   | signature | lock | hungry |  stack of wasm  | state of wasm |  first pool ...
//
// The signature says that a heap is here, and of which build. The lock is used in a shared memory (lock.js).
import { family } from './family.js';
import { buildSigned, instantiate } from './profiles.js';

/** @typedef {import('./family.js').Family} Family */
/** @typedef {import('./profiles.js').Build} Build */

/** Bytes from a heap's base to the state that wasm keeps. */
export const STATE = 512;

/**
 * A heap's place.
 * @typedef {object} Place
 * @property {WebAssembly.Memory} memory
 * @property {number} base address
 * @property {Build} build
 * @property {Family} functions of the wasm
 */

/**
 * The words at a heap's base.
 * @param {Place} place
 */
export const words = ({ memory, base }) => new Int32Array(memory.buffer, base, 4);

/**
 * The build of the heap that lies at an address, if one does.
 * @param {WebAssembly.Memory} memory
 * @param {number} base
 */
export const heapAt = (memory, base) => buildSigned(new Int32Array(memory.buffer, base, 1)[0]);

/**
 * An instance on the heap at `base`, or on one that is made there, in place of whatever lies there.
 * @param {Build} build
 * @param {WebAssembly.Memory} memory
 * @param {number} base
 * @param {number} [end] of the first pool of a heap that is made
 * @param {boolean} [grows] by memory.grow, when that is used up
 * @returns {Place}
 */
export function join(build, memory, base, end, grows) {
  const exports = instantiate(build.wasm, memory, base + STATE);
  const place = { memory, base, build, functions: family((_, number) => exports[number]) };
  // A module of a fixed place has begun when it was instantiated.
  if (end !== undefined && build.signature) {
    words(place).fill(0);
    exports.begin(end, grows);
    Atomics.store(words(place), 0, build.signature);
  }
  return place;
}

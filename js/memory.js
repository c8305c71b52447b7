// What a memory needs to be asked for with care.
/// <reference path="./webassembly.d.ts" preserve="true" />
import { OutOfMemoryError } from './errors.js';
import { isOther, refusal, toEngine } from './word.js';

/**
 * Of a WebAssembly.Memory, what programs without the library "dom" know, too.
 * @typedef {WebAssembly.Memory & { readonly buffer: ArrayBufferLike; grow(pages: number): number }} Memory
 */

/** @typedef {Function | WebAssembly.Global | WebAssembly.Memory | WebAssembly.Table | number} ImportValue */

export const PAGE = 65536;

/**
 * Makes the engine look how large a shared memory is, by a growth of nothing. By false, which is 0 for a memory of 64 bits too,
 * where numbers are BigInts.
 * @param {WebAssembly.Memory} memory
 */
export const look = (memory) => memory.grow(/** @type {any} */ (false));

/**
 * The buffer of a memory, at least up to `end`.
 *
 * A thread that has not heard yet of another's growth still has the shorter buffer of a shared memory.
 * @param {WebAssembly.Memory} memory
 * @param {number} end address
 * @returns {ArrayBuffer}
 */
export function bufferOf(memory, end) {
  if (end > memory.buffer.byteLength) look(memory);
  return /** @type {ArrayBuffer} */ (memory.buffer);
}

/**
 * Whether the platform's functions take a view of this buffer: browsers' TextDecoder and encodeInto refuse shared
 * and resizable ones.
 * @param {ArrayBufferLike} buffer
 */
export const isPlain = (buffer) => buffer instanceof ArrayBuffer && !(/** @type {any} */ (buffer).resizable);

// By its tag: where a page is not isolated from others, browsers hide the class SharedArrayBuffer.
/** @param {Memory} memory */
export const isShared = ({ buffer }) => `${buffer}`.includes('Shared');

/**
 * Whether a memory's addresses have 64 bits: then it takes BigInts. By so many pages none can grow.
 * @param {WebAssembly.Memory} memory
 */
export function is64(memory) {
  try {
    return memory.grow(2 ** 32 - 1) < 0;
  } catch (error) {
    return /** @type {Error} */ (error).name === 'TypeError';
  }
}

/**
 * @param {string} name
 * @param {WebAssembly.Memory} memory
 */
export function refuseOther(name, memory) {
  if (isOther(is64(memory))) throw new TypeError(`${name}: ${refusal}`);
}

/**
 * Grows a memory by whole pages.
 * @param {WebAssembly.Memory} memory
 * @param {number} bytes at least so many
 * @returns {number} the address of the new bytes
 */
export function grow(memory, bytes) {
  try {
    return Number(memory.grow(/** @type {any} */ (toEngine(Math.ceil(bytes / PAGE))))) * PAGE;
  } catch (cause) {
    throw new OutOfMemoryError(bytes, undefined, cause);
  }
}

// What heaplet needs to know of typed arrays. Structural, so that kinds that are newer than this file (Float16Array)
// fit, and so do those of another realm (an iframe, a test runner's sandbox).
import { check, checkSize } from './check.js';

/**
 * @typedef {object} TypedArray
 * @property {ArrayBufferLike} buffer
 * @property {number} byteOffset bytes
 * @property {number} byteLength bytes
 * @property {number} length elements
 * @property {number} BYTES_PER_ELEMENT bytes
 */

/**
 * `Uint8Array`, `Float64Array` and so on: the classes.
 * @template {TypedArray} T
 * @typedef {{
 *   new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
 *   readonly BYTES_PER_ELEMENT: number;
 * }} TypedArrayConstructor
 */

// isU32 of check.js once more, for the reason that core-heap.js tells.
/** @param {unknown} value */
const fits = (value) => typeof value === 'number' && value >>> 0 === value;

/**
 * The bytes of so many elements.
 * @param {TypedArrayConstructor<any>} Type
 * @param {number} length
 * @throws {TypeError | RangeError} naming the argument
 */
export function byteSize(Type, length) {
  // An instance has a size of elements too: the function tells the class. In JavaScriptCore a DataView has one as well.
  if (typeof Type !== 'function' || !(Type.BYTES_PER_ELEMENT > 0) || /** @type {any} */ (Type) === DataView) {
    check(false, 'Type', 'a typed array class such as Uint8Array', Type);
  }
  if (!fits(length)) checkSize('length', length);
  return length * Type.BYTES_PER_ELEMENT;
}

/**
 * The plain class of a typed array: Uint8Array for one of Node's Buffers.
 * @param {any} value
 * @returns {TypedArrayConstructor<any> | false | undefined} falsy if it is not a typed array
 */
export function classOf(value) {
  const name = value?.[Symbol.toStringTag];
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && /** @type {any} */ (globalThis)[name];
}

// What heaplet needs to know of typed arrays. Structural, so that kinds that are newer than this file (Float16Array)
// fit, and so do those of another realm (an iframe, a test runner's sandbox).
import { check, checkSize } from './check.js';

/**
 * The kinds of typed arrays by their names, over a kind of buffer: a heap's views are none of ArrayBuffers if its memory
 * is shared.
 * @template {ArrayBufferLike} [B=ArrayBufferLike]
 * @typedef {object} TypedArrays
 * @property {Int8Array<B>} Int8Array
 * @property {Uint8Array<B>} Uint8Array
 * @property {Uint8ClampedArray<B>} Uint8ClampedArray
 * @property {Int16Array<B>} Int16Array
 * @property {Uint16Array<B>} Uint16Array
 * @property {Int32Array<B>} Int32Array
 * @property {Uint32Array<B>} Uint32Array
 * @property {Float32Array<B>} Float32Array
 * @property {Float64Array<B>} Float64Array
 * @property {BigInt64Array<B>} BigInt64Array
 * @property {BigUint64Array<B>} BigUint64Array
 * @property {typeof globalThis extends { Float16Array: { prototype: infer T } } ? T : never} Float16Array
 */

/**
 * Any typed array.
 * @template {keyof TypedArrays} [N=any] its name
 * @typedef {{
 *   readonly buffer: ArrayBufferLike;
 *   readonly byteOffset: number;
 *   readonly byteLength: number;
 *   readonly length: number;
 *   readonly BYTES_PER_ELEMENT: number;
 *   readonly [Symbol.toStringTag]: N;
 * }} TypedArray
 */

/**
 * `Uint8Array`, `Float64Array` and so on: the classes.
 * @template {keyof TypedArrays} [N=any] its name
 * @typedef {{
 *   new (buffer: ArrayBuffer, byteOffset: number, length: number): any;
 *   readonly BYTES_PER_ELEMENT: number;
 *   readonly prototype: { readonly [Symbol.toStringTag]: N };
 * }} TypedArrayConstructor
 */

// isU32 of check.js once more, for the reason that core-heap.js tells.
/** @param {unknown} value */
const fits = (value) => typeof value === 'number' && value >>> 0 === value;

/**
 * The bytes of so many elements.
 * @param {TypedArrayConstructor} Type
 * @param {number} length
 * @throws {TypeError | RangeError} naming the argument
 */
export function byteSize(Type, length) {
  // An instance has a size of elements too: the function tells the class. In JavaScriptCore a DataView has one as well.
  if (typeof Type !== 'function' || !(Type.BYTES_PER_ELEMENT > 0) || /** @type {any} */ (Type) === DataView) {
    check(false, 'Type', 'a typed array class', Type);
  }
  if (!fits(length)) checkSize('length', length);
  return length * Type.BYTES_PER_ELEMENT;
}

/**
 * The plain class of a typed array: Uint8Array for one of Node's Buffers.
 * @param {any} value
 * @returns {TypedArrayConstructor | false | undefined} falsy if it is not a typed array
 */
export function classOf(value) {
  const name = value?.[Symbol.toStringTag];
  return ArrayBuffer.isView(value) && name !== 'DataView' && /** @type {any} */ (globalThis)[name];
}

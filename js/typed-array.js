// What heaplet needs to know of typed arrays. Structural, so that kinds that are newer than this file (Float16Array)
// fit, and so do those of another realm (an iframe, a test runner's sandbox).
import { show } from './check.js';

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

/**
 * The size of an element, in bytes. An instance has one too: the function tells the class.
 * @param {TypedArrayConstructor<any>} Type
 * @throws {TypeError}
 */
export function elementSize(Type) {
  // In JavaScriptCore a DataView has elements, too.
  if (typeof Type === 'function' && Type.BYTES_PER_ELEMENT > 0 && /** @type {any} */ (Type) !== DataView) {
    return Type.BYTES_PER_ELEMENT;
  }
  throw new TypeError(`Type: expected a typed array class such as Uint8Array, got ${show(Type)}`);
}

const prototype = Object.getPrototypeOf(Uint8Array.prototype);
const tag = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.get;

/**
 * The plain class of a typed array: Uint8Array for one of Node's Buffers. Its tag cannot be forged.
 * @param {unknown} value
 * @returns {TypedArrayConstructor<any> | undefined} undefined if it is not a typed array
 */
export const classOf = (value) => Reflect.get(globalThis, tag?.call(value));

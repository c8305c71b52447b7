// What heaplet needs to know of typed arrays. Structural, so that kinds that are newer than this file (Float16Array)
// fit, and so do those of another realm (an iframe, a test runner's sandbox).

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

/**
 * The plain class of a typed array: Uint8Array for one of Node's Buffers.
 * @param {any} value
 * @returns {TypedArrayConstructor | false | undefined} falsy if it is not a typed array
 */
export function classOf(value) {
  /** @type {any} */
  const array = ArrayBuffer.isView(value) && value;
  // A DataView has no length.
  return array.length >= 0 && /** @type {any} */ (globalThis)[array[Symbol.toStringTag]];
}

// What every entry of the package exports besides Heap.
export { OutOfMemoryError } from './errors.js';

/** @typedef {import('./core-arena.js').ArenaOptions} ArenaOptions */
/** @typedef {import('./create.js').CreateOptions} CreateOptions */
/** @typedef {import('./profiles.js').Profile} Profile */
/** @typedef {import('./typed-array.js').TypedArray} TypedArray */
/** @typedef {import('./typed-array.js').TypedArrays} TypedArrays */
/**
 * @template {keyof TypedArrays} [N=any]
 * @typedef {import('./typed-array.js').TypedArrayConstructor<N>} TypedArrayConstructor
 */
/**
 * @template {TypedArray} T
 * @typedef {import('./handle.js').Handle<T>} Handle
 */

// Checks of arguments. The test itself is small enough to vanish into its caller when the engine inlines it; what to
// say about a wrong value is worked out only once it is wrong.
import { OutOfMemoryError } from './errors.js';

/**
 * Whether wasm takes a value as a 32-bit size or pointer without changing it.
 * @param {unknown} value
 * @returns {value is number}
 */
export const isU32 = (value) => typeof value === 'number' && value >>> 0 === value;

/**
 * A value for messages: as it would stand in source code, or what kind of thing it is.
 * @param {any} value
 */
export function show(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  return /^[fo]/.test(typeof value) ? Object.prototype.toString.call(value) : String(value);
}

/**
 * What is wrong with an argument.
 * @param {string} name of the argument
 * @param {string} wanted in words
 * @param {unknown} value
 * @param {ErrorConstructor} [Kind]
 */
export const expected = (name, wanted, value, Kind = TypeError) =>
  new Kind(`${name}: expected ${wanted}, got ${show(value)}`);

/**
 * What is wrong with an argument that had to be a number in a range.
 * @param {string} name of the argument
 * @param {string} wanted the range, in words
 * @param {unknown} value
 */
export const outside = (name, wanted, value) =>
  expected(name, wanted, value, typeof value === 'number' ? RangeError : TypeError);

/**
 * What is wrong with a size or a count. A whole number that 32 bits cannot hold is a request that no memory can
 * meet, not a wrong kind of number.
 * @param {string} name of the argument
 * @param {any} value
 */
function sizeError(name, value) {
  if (Number.isInteger(value) && value > 0) return new OutOfMemoryError(value);
  return outside(name, 'a whole number of at least 0', value);
}

/**
 * @param {string} name of the argument
 * @param {unknown} value a size or a count
 */
export function checkSize(name, value) {
  if (!isU32(value)) throw sizeError(name, value);
}

/** @param {unknown} value */
export function checkPointer(value) {
  if (!isU32(value)) throw outside('ptr', 'a pointer', value);
}

/** @param {unknown} fn */
export function checkFunction(fn) {
  if (typeof fn !== 'function') throw expected('fn', 'a function', fn);
}

/**
 * Refuses options that are not an object, or that have a name which nobody reads: most often a slip of the pen.
 * @param {string} where the function, for the message
 * @param {unknown} options
 * @param {string[]} known
 */
export function checkOptions(where, options, known) {
  if (typeof options !== 'object' || options === null) throw expected(`${where}: options`, 'an object', options);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new TypeError(`${where}: unknown option ${show(name)}; there are ${known.join(', ')}`);
    }
  }
}

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
 * What is wrong with an argument that had to be a number in a range.
 * @param {string} name of the argument
 * @param {unknown} value
 * @param {string} wanted the range, in words
 */
export function numberError(name, value, wanted) {
  const message = `${name}: expected ${wanted}, got ${show(value)}`;
  return typeof value === 'number' ? new RangeError(message) : new TypeError(message);
}

/**
 * What is wrong with a size or a count. A whole number that 32 bits cannot hold is a request that no memory can
 * meet, not a wrong kind of number.
 * @param {string} name of the argument
 * @param {unknown} value
 */
export function sizeError(name, value) {
  if (Number.isInteger(value) && Number(value) > 0) return new OutOfMemoryError(Number(value));
  return numberError(name, value, 'a whole number of at least 0');
}

/**
 * What is wrong with a pointer.
 * @param {unknown} value
 */
export const pointerError = (value) => numberError('ptr', value, 'a pointer from 0 to 4294967295');

/**
 * Refuses options that are not an object, or that have a name which nobody reads: most often a slip of the pen.
 * @param {string} where the function, for the message
 * @param {unknown} options
 * @param {string[]} known
 */
export function checkOptions(where, options, known) {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${where}: options: expected an object, got ${show(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new TypeError(`${where}: unknown option ${show(name)}; there are ${known.join(', ')}`);
    }
  }
}

// Checks of arguments: what each says begins with the argument's name.
//
// What is called most tests by itself, which is small enough to vanish into its caller when the engine inlines it; what
// to say about a wrong value is worked out only once it is wrong.
import { OutOfMemoryError } from './errors.js';
import { isPower, isWord } from './word.js';

/**
 * Whether a value is of a class, be it that of another realm (an iframe, a test runner's sandbox).
 * @param {unknown} value
 * @param {string} name
 */
export const isA = (value, name) => Object.prototype.toString.call(value) === `[object ${name}]`;

/**
 * A value for messages: as it would stand in source code, or what kind of thing it is.
 * @param {any} value
 */
function show(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' || value === null ? value : typeof value;
}

/**
 * @param {unknown} right whether the value is
 * @param {string} name of the argument
 * @param {string} wanted in words
 * @param {unknown} value
 * @param {ErrorConstructor} [Kind]
 */
export function check(right, name, wanted, value, Kind = TypeError) {
  if (!right) throw new Kind(`${name}: expected ${wanted}, got ${show(value)}`);
}

/**
 * The same of what had to be a number: another number is out of the range.
 * @param {unknown} right
 * @param {string} name
 * @param {string} wanted
 * @param {unknown} value
 */
export function checkNumber(right, name, wanted, value) {
  check(right, name, wanted, value, typeof value === 'number' ? RangeError : TypeError);
}

/**
 * @param {string} name
 * @param {any} value
 */
function refuseSize(name, value) {
  // A whole number that a word cannot hold is a request that no memory can meet, not a wrong kind of number.
  if (Number.isInteger(value) && value > 0) throw new OutOfMemoryError(value);
  checkNumber(false, name, 'a whole number', value);
}

/**
 * @param {string} name
 * @param {unknown} value a size or a count
 */
export function checkSize(name, value) {
  if (!isWord(value)) refuseSize(name, value);
}

/**
 * The bytes of so many elements.
 * @param {import('./typed-array.js').TypedArrayConstructor} Type
 * @param {number} length
 * @throws {TypeError | RangeError} naming the argument
 */
export function byteSize(Type, length) {
  // An instance has a size of elements too: the function tells the class. In JavaScriptCore a DataView has one as well.
  if (typeof Type !== 'function' || !(Type.BYTES_PER_ELEMENT > 0) || /** @type {any} */ (Type) === DataView) {
    check(false, 'Type', 'a typed array class', Type);
  }
  if (!isWord(length)) refuseSize('length', length);
  return length * Type.BYTES_PER_ELEMENT;
}

/** @param {unknown} value */
export const checkPointer = (value) => checkNumber(isWord(value), 'ptr', 'a pointer', value);

/** @param {any} value */
export const checkAlignment = (value) =>
  checkNumber(isWord(value) && isPower(value), 'alignment', 'a power of two', value);

/**
 * @param {string} name
 * @param {'string' | 'function'} type
 * @param {unknown} value
 */
export const checkType = (name, type, value) => check(typeof value === type, name, `a ${type}`, value);

/**
 * @param {string} name
 * @param {string} Class by its name: see `isA`
 * @param {unknown} value
 */
export const checkA = (name, Class, value) => check(isA(value, Class), name, `a ${Class}`, value);

/**
 * @param {string} name
 * @param {number} least
 * @param {number} most
 * @param {any} bytes
 */
export function checkBytes(name, least, most, bytes) {
  const right = Number.isInteger(bytes) && bytes >= least && bytes <= most;
  checkNumber(right, name, `bytes from ${least} to ${most}`, bytes);
}

/**
 * @param {string} name
 * @param {string} wanted
 * @param {unknown} value
 */
export const checkObject = (name, wanted, value) =>
  check(value && typeof value === 'object', name, wanted, value);

/**
 * Refuses options that are not an object, or that have a name which nobody reads: most often a slip of the pen.
 * @template {object} T
 * @param {string} where the function, for the message
 * @param {T} options
 * @param {string[]} known
 * @returns {T} what they say themselves, without what somebody has put into Object.prototype
 */
export function checkOptions(where, options, known) {
  checkObject(`${where}: options`, 'an object', options);
  for (const name of Object.keys(options)) {
    check(known.includes(name), `${where}: option`, `one of ${known.join(', ')}`, name);
  }
  return { __proto__: null, ...options };
}

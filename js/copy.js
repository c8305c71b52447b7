// Copies into a heap or an arena: typed arrays and strings. They are the same for both: an owner is whatever hands out
// handles.
import { check } from './check.js';
import { bufferOf, isPlain } from './memory.js';
import { classOf } from './typed-array.js';

/** @typedef {import('./typed-array.js').TypedArray} TypedArray */
/**
 * @template {TypedArray} T
 * @typedef {import('./handle.js').Handle<T>} Handle
 */
/**
 * What hands out handles: a heap, an arena.
 * @typedef {object} Owner
 * @property {WebAssembly.Memory} memory
 * @property {<T extends TypedArray>(Type: import('./typed-array.js').TypedArrayConstructor<T>, length: number) => Handle<T>} alloc
 */

export const encoder = new TextEncoder();

/** @param {unknown} string */
export const checkString = (string) => check(typeof string === 'string', 'string', 'a string', string);

/**
 * A copy of a typed array: of any kind, from anywhere, this memory included.
 * @template {TypedArray} T
 * @param {Owner} owner
 * @param {T} source
 * @returns {Handle<T extends Uint8Array ? Uint8Array : T>}
 */
export function from(owner, source) {
  const Type = /** @type {import('./typed-array.js').TypedArrayConstructor<any>} */ (classOf(source));
  check(Type, 'source', 'a typed array', source);
  const { byteOffset, length } = source;
  const handle = owner.alloc(Type, length);
  // If it was a view of this memory, and the memory had to grow, then it is detached by now.
  const intact = source.length === length;
  handle.view.set(intact ? source : new Type(owner.memory.buffer, byteOffset, length));
  return handle;
}

/**
 * A string as UTF-8.
 * @param {Owner} owner
 * @param {string} string
 */
export function utf8(owner, string) {
  checkString(string);
  return from(owner, encoder.encode(string));
}

/**
 * A string as UTF-8 with a zero at its end.
 * @param {Owner} owner
 * @param {string} string
 */
export function cstring(owner, string) {
  checkString(string);
  const zero = string.indexOf('\0');
  if (zero >= 0) throw new RangeError(`string: a C string ends at a zero, and this has one at ${zero}`);
  return utf8(owner, `${string}\0`);
}

/**
 * A string's 16-bit units as they are.
 * @param {Owner} owner
 * @param {string} string
 * @returns {Handle<Uint16Array>}
 */
export function utf16(owner, string) {
  checkString(string);
  const handle = owner.alloc(Uint16Array, string.length);
  const { view } = handle;
  for (let i = 0; i < view.length; i++) view[i] = string.charCodeAt(i);
  return handle;
}

// Left out of bundles that read no strings.
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * @param {WebAssembly.Memory} memory
 * @param {number} ptr
 * @param {number} byteLength
 */
export function readUtf8(memory, ptr, byteLength) {
  const buffer = bufferOf(memory, ptr + byteLength);
  const bytes = new Uint8Array(buffer, ptr, byteLength);
  return decoder.decode(isPlain(buffer) ? bytes : bytes.slice());
}

/**
 * @param {WebAssembly.Memory} memory
 * @param {number} ptr
 * @param {number} length units
 */
export function readUtf16(memory, ptr, length) {
  const units = new Uint16Array(bufferOf(memory, ptr + 2 * length), ptr, length);
  let string = '';
  // In parts, for a call takes only so many arguments. No TextDecoder: it would replace half a surrogate pair.
  for (let at = 0; at < length; at += 4096) {
    string += String.fromCharCode(.../** @type {any} */ (units.subarray(at, at + 4096)));
  }
  return string;
}

/**
 * @param {WebAssembly.Memory} memory
 * @param {number} ptr
 */
export function readCString(memory, ptr) {
  const bytes = new Uint8Array(bufferOf(memory, ptr + 1), ptr);
  const length = bytes.indexOf(0);
  if (length < 0) throw new RangeError('ptr: no zero ends the string there');
  return readUtf8(memory, ptr, length);
}

// Copies into a heap or an arena: typed arrays, buffers and strings. They are the same for both: an owner is whatever hands out
// handles.
import { check, checkType, isA } from './check.js';
import { isPlain } from './memory.js';
import { classOf } from './typed-array.js';

/** @typedef {import('./typed-array.js').TypedArray} TypedArray */
/**
 * @template {TypedArray} T
 * @typedef {import('./handle.js').Handle<T>} Handle
 */
/**
 * What hands out handles: a heap, an arena.
 * @typedef {object} Owner
 * @property {import('./memory.js').Memory} memory
 * @property {(Type: any, length: number) => Handle<any>} alloc
 */

export const encoder = new TextEncoder();

/** @param {unknown} string */
export const checkString = (string) => checkType('string', 'string', string);

/**
 * A copy of a typed array: of any kind, from anywhere, this memory included.
 * @param {Owner} owner
 * @param {TypedArray} source
 * @returns {Handle<any>}
 */
export function from(owner, source) {
  const Type = /** @type {import('./typed-array.js').TypedArrayConstructor} */ (classOf(source));
  check(Type, 'source', 'a typed array', source);
  const { buffer, byteOffset, length } = source;
  const before = owner.memory.buffer;
  const handle = owner.alloc(Type, length);
  try {
    // If it is a view of this memory, and the memory had to grow, then it is detached by now.
    const now = buffer === before ? owner.memory.buffer : buffer;
    handle.view.set(new Type(/** @type {ArrayBuffer} */ (now), byteOffset, length));
    return handle;
  } catch (error) {
    handle.free();
    throw error;
  }
}

const wanted = "a whole ArrayBuffer to detach, which a memory's is not (heap.from copies)";

/** @param {ArrayBuffer} buffer no view can be made of a detached one */
function isDetached(buffer) {
  try {
    return !new Uint8Array(buffer);
  } catch {
    return true;
  }
}

/**
 * Moves a buffer's bytes. The engine cannot give a memory bytes without a copy, but it can take them from where they
 * were: so there is one owner again.
 * @param {Owner} owner
 * @param {any} source
 */
export function transfer(owner, source) {
  const buffer = classOf(source) ? source.buffer : source;
  const whole = isA(buffer, 'ArrayBuffer') && buffer.byteLength === source.byteLength;
  check(whole && buffer !== owner.memory.buffer && !isDetached(buffer), 'source', wanted, source);
  const handle = from(owner, source === buffer ? new Uint8Array(buffer) : source);
  try {
    structuredClone(buffer, { transfer: [buffer] });
  } catch {
    // Some engines say that it cannot be detached, others copy it.
  }
  if (isDetached(buffer)) return handle;
  handle.free();
  check(false, 'source', wanted, source);
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
 * @returns {Handle<any>}
 */
export function utf16(owner, string) {
  checkString(string);
  const units = new Uint16Array(string.length);
  for (let i = 0; i < units.length; i++) units[i] = string.charCodeAt(i);
  return from(owner, units);
}

// Left out of bundles that read no strings.
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true });

/** @param {Uint8Array} bytes */
export const readUtf8 = (bytes) => decoder.decode(isPlain(bytes.buffer) ? bytes : bytes.slice());

/** @param {Uint8Array} bytes */
export function readUtf16({ buffer, byteOffset, byteLength }) {
  check(byteLength % 2 === 0, 'handle', 'whole units of 2 bytes', byteLength, RangeError);
  const units = new Uint16Array(buffer, byteOffset, byteLength / 2);
  let string = '';
  // In parts, for a call takes only so many arguments. No TextDecoder: it would replace half a surrogate pair.
  for (let at = 0; at < units.length; at += 4096) {
    string += String.fromCharCode(.../** @type {any} */ (units.subarray(at, at + 4096)));
  }
  return string;
}

/** @param {Uint8Array} bytes */
export function readCString(bytes) {
  const length = bytes.indexOf(0);
  if (length < 0) throw new RangeError('ptr: no zero ends the string there');
  return readUtf8(bytes.subarray(0, length));
}

// The options of `Heap.over` and `Heap.attach`: a region of a memory that somebody else made.
import { checkOptions, isU32, numberError, show } from './check.js';
import { chosen, PAGE } from './create.js';
import { OutOfMemoryError } from './errors.js';
import { bufferOf } from './memory.js';
import { begin, join, STATE, words } from './place.js';
import { buildSigned } from './profiles.js';

/** @typedef {import('./place.js').Place} Place */
/** @typedef {import('./profiles.js').Profile} Profile */

/**
 * The options of `Heap.over`.
 * @typedef {object} OverOptions
 * @property {number} [base] where the heap begins, in bytes, a multiple of 16. Left out: in new pages, by which the
 *   memory is grown
 * @property {number} [length] bytes, all that the heap may ever use. Left out: it has what is there and grows the memory
 * @property {Profile} [profile] 'fast' if left out
 * @property {boolean} [debug] see `Heap.create`
 */

/**
 * Another heap's address: what `heap.share` returns.
 * @typedef {object} AttachMessage
 * @property {WebAssembly.Memory} memory
 * @property {number} base bytes
 */

/**
 * @param {string} name
 * @param {unknown} memory
 * @returns {asserts memory is WebAssembly.Memory}
 */
function checkMemory(name, memory) {
  if (memory instanceof WebAssembly.Memory) return;
  throw new TypeError(`${name}: expected a WebAssembly.Memory, got ${show(memory)}`);
}

/** @param {unknown} base */
function checkBase(base) {
  if (!isU32(base) || base === 0 || base % 16 !== 0)
    throw numberError('base', base, 'a multiple of 16, not 0');
}

/**
 * Grows a memory.
 * @param {WebAssembly.Memory} memory
 * @param {number} bytes at least so many
 * @returns {number} the address of the new bytes
 */
function grow(memory, bytes) {
  try {
    return memory.grow(Math.ceil(bytes / PAGE)) * PAGE;
  } catch {
    throw new OutOfMemoryError(bytes);
  }
}

// Room for a few blocks: less is a mistake.
const LEAST = 256;

/**
 * @param {WebAssembly.Memory} memory
 * @param {OverOptions} options
 * @returns {Place}
 */
export function over(memory, options) {
  checkMemory('memory', memory);
  checkOptions('Heap.over', options, ['base', 'length', 'profile', 'debug']);
  const { base, length, profile } = options;
  const build = chosen(profile);
  if (!build.signature) {
    throw new RangeError(
      `profile: ${build.profile} lies at the start of a memory of its own and nowhere else`,
    );
  }
  if (base !== undefined) checkBase(base);
  if (length !== undefined && !isU32(length)) throw numberError('length', length, 'a whole number of bytes');

  // To instantiate the module changes nothing, and only it knows how large its state is.
  const stateAt = (/** @type {number} */ at) => join(build, memory, at);
  const least = STATE + stateAt(base ?? 16).exports.heaplet_state_bytes() + LEAST;
  if (length !== undefined && length < least) throw numberError('length', length, `at least ${least} bytes`);

  const start = base ?? grow(memory, length ?? least);
  const there = memory.buffer.byteLength;
  const end = length === undefined ? there : start + length;
  if (end > there || start + least > end) {
    const missing = `${there} bytes, less than base + ${length === undefined ? `${least}` : 'length'}`;
    throw new RangeError(`memory: it has ${missing}, ${start + (length ?? least)}`);
  }
  if (base !== undefined && buildSigned(words(memory, base)[0])) {
    throw new RangeError(`base: a heap lies at ${base} already: Heap.attach joins it, heap.close ends it`);
  }
  const place = stateAt(start);
  begin(place, end, length === undefined);
  return place;
}

/**
 * @param {AttachMessage} message
 * @returns {Place}
 */
export function attach(message) {
  if (typeof message !== 'object' || message === null) {
    throw new TypeError(`message: expected what heap.share returns, got ${show(message)}`);
  }
  const { memory, base } = message;
  checkMemory('message.memory', memory);
  checkBase(base);
  // Looked at where another thread may have grown it.
  const inside = base + STATE <= bufferOf(memory, base + STATE).byteLength;
  const build = inside ? buildSigned(words(memory, base)[0]) : undefined;
  if (build) return join(build, memory, base);
  throw new RangeError(
    `message: no heap of this version of heaplet lies at ${base} (is its profile imported?)`,
  );
}

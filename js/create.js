// The options of `Heap.create`, from what a caller wrote to a memory of whole pages.
import { checkOptions, isU32, numberError, show } from './check.js';
import { OutOfMemoryError } from './errors.js';
import { provided } from './profiles.js';

/** @typedef {import('./profiles.js').Profile} Profile */

/**
 * @typedef {object} CreateOptions
 * @property {number} [initial] bytes of memory to begin with, rounded up to whole pages of 64 KiB, at least two; two
 *   if left out
 * @property {number} [maximum] bytes that the memory may grow to, rounded up to whole pages; the engine's limit
 *   (4 GiB at most) if left out
 * @property {Profile} [profile] 'fast' if left out; of an entry that brings one profile, that one
 */

const PAGE = 65536;
// Two pages hold any module's own data and leave room for a heap.
const LEAST = 2 * PAGE;
const MOST = 2 ** 32;

// The entry of a single profile, such as `heaplet/small`, may not have brought 'fast'.
const defaultProfile = () => (provided().includes('fast') ? 'fast' : provided()[0]);

/**
 * @param {string} name
 * @param {unknown} bytes
 * @param {number} least bytes
 */
function pages(name, bytes, least) {
  if ((!isU32(bytes) && bytes !== MOST) || bytes < least) {
    throw numberError(name, bytes, `a whole number of bytes from ${least} to 2 ** 32`);
  }
  return Math.ceil(Math.max(bytes, LEAST) / PAGE);
}

/**
 * @param {CreateOptions} options
 * @returns {{ memory: WebAssembly.Memory, profile: Profile }}
 */
export function prepare(options) {
  checkOptions('Heap.create', options, ['initial', 'maximum', 'profile']);
  const { initial = LEAST, maximum, profile = defaultProfile() } = options;

  if (typeof profile !== 'string') throw new TypeError(`profile: expected a string, got ${show(profile)}`);
  if (!provided().includes(profile)) {
    throw new RangeError(`profile: expected one of ${provided().join(', ')}, got ${show(profile)}`);
  }

  const limits = { initial: pages('initial', initial, 0) };
  if (maximum === undefined) return { memory: newMemory(limits), profile };
  const most = pages('maximum', maximum, LEAST);
  if (limits.initial > most) throw new RangeError(`initial: ${initial} is more than the maximum, ${maximum}`);
  return { memory: newMemory({ ...limits, maximum: most }), profile };
}

/** @param {WebAssembly.MemoryDescriptor} limits pages */
function newMemory(limits) {
  try {
    return new WebAssembly.Memory(limits);
  } catch {
    // The limits are right: it is the engine that cannot find the room.
    throw new OutOfMemoryError(limits.initial * PAGE);
  }
}

// The options of `Heap.create`, from what a caller wrote to a heap in a memory of whole pages.
import { checkOptions, isU32, numberError, show } from './check.js';
import { OutOfMemoryError } from './errors.js';
import { begin, join, LOWEST } from './place.js';
import { buildOf, provided } from './profiles.js';

/** @typedef {import('./place.js').Place} Place */
/** @typedef {import('./profiles.js').Profile} Profile */

/**
 * The options of `Heap.create`.
 * @typedef {object} CreateOptions
 * @property {number} [initial] bytes of memory to begin with, rounded up to whole pages of 64 KiB, at least two; two
 *   if left out
 * @property {number} [maximum] bytes that the memory may grow to, rounded up to whole pages; the engine's limit
 *   (4 GiB at most) if left out
 * @property {Profile} [profile] the entry's own if left out: `'fast'`, of `heaplet/small` `'small'`. Any other must
 *   have been imported: `import 'heaplet/hardened'`
 */

export const PAGE = 65536;
// Two pages hold any module's own data and leave room for a heap.
const LEAST = 2 * PAGE;
const MOST = 2 ** 32;

/**
 * The build that an option names.
 * @param {unknown} [profile] the first that was imported, but 'fast' before others, if left out
 */
export function chosen(profile = buildOf('fast') ? 'fast' : provided()[0]) {
  if (typeof profile !== 'string') throw new TypeError(`profile: expected a string, got ${show(profile)}`);
  const build = buildOf(profile);
  if (build) return build;
  throw new RangeError(
    `profile: expected one of ${provided().join(', ')}, got ${show(profile)} (others: import 'heaplet/NAME')`,
  );
}

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
 * The limits of a memory.
 * @param {CreateOptions} options
 * @returns {WebAssembly.MemoryDescriptor} pages
 */
export function limitsOf({ initial = LEAST, maximum }) {
  const limits = { initial: pages('initial', initial, 0) };
  if (maximum === undefined) return limits;
  const most = pages('maximum', maximum, LEAST);
  if (limits.initial > most) throw new RangeError(`initial: ${initial} is more than the maximum, ${maximum}`);
  return { ...limits, maximum: most };
}

/** @param {WebAssembly.MemoryDescriptor} limits pages */
export function newMemory(limits) {
  try {
    return new WebAssembly.Memory(limits);
  } catch {
    // The limits are right: it is the engine that cannot find the room.
    throw new OutOfMemoryError(limits.initial * PAGE);
  }
}

/**
 * A heap that fills a memory.
 * @param {import('./profiles.js').Build} build
 * @param {WebAssembly.Memory} memory
 * @returns {Place}
 */
export function fill(build, memory) {
  const place = join(build, memory, LOWEST);
  begin(place, memory.buffer.byteLength, true);
  return place;
}

/**
 * @param {CreateOptions} options
 * @returns {Place}
 */
export function create(options) {
  checkOptions('Heap.create', options, ['initial', 'maximum', 'profile']);
  const build = chosen(options.profile);
  return fill(build, newMemory(limitsOf(options)));
}

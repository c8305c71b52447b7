// The options of `Heap.create`, from what a caller wrote to a heap in a memory of whole pages.
import { check, checkNumber, checkOptions, isU32 } from './check.js';
import { OutOfMemoryError } from './errors.js';
import { PAGE } from './memory.js';
import { builds } from './profiles.js';

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

// Two pages hold any module's own data and leave room for a heap.
const LEAST = 2 * PAGE;

/**
 * The build that an option names.
 * @param {any} [profile] the first that was imported, but 'fast' before others, if left out
 */
export function chosen(profile = builds.has('fast') ? 'fast' : [...builds.keys()][0]) {
  check(typeof profile === 'string', 'profile', 'a string', profile);
  check(builds.has(profile), 'profile', `one of ${[...builds.keys()].join(', ')}`, profile, RangeError);
  return /** @type {import('./profiles.js').Build} */ (builds.get(profile));
}

/**
 * @param {string} name of the option
 * @param {any} bytes
 * @param {number} least bytes
 */
function pages(name, bytes, least) {
  const right = bytes === 2 ** 32 || (isU32(bytes) && bytes >= least);
  checkNumber(right, name, `bytes from ${least} to 2 ** 32`, bytes);
  return Math.ceil(Math.max(bytes, LEAST) / PAGE);
}

/**
 * A memory of whole pages.
 * @param {CreateOptions} options
 * @param {object} [more] of its descriptor
 */
export function newMemory({ initial = LEAST, maximum }, more) {
  /** @type {WebAssembly.MemoryDescriptor} */
  const limits = { initial: pages('initial', initial, 0), ...more };
  if (maximum !== undefined) {
    limits.maximum = pages('maximum', maximum, LEAST);
    checkNumber(limits.initial <= limits.maximum, 'initial', `no more than the maximum, ${maximum}`, initial);
  }
  try {
    return new WebAssembly.Memory(limits);
  } catch {
    // The limits are right: it is the engine that cannot find the room.
    throw new OutOfMemoryError(initial);
  }
}

/** @param {CreateOptions} [options] */
export function create(options = {}) {
  checkOptions('Heap.create', options, ['initial', 'maximum', 'profile']);
  const build = chosen(options.profile);
  return build.fill(build, newMemory(options));
}

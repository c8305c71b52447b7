// The options of `Heap.create`, from what a caller wrote to a heap in a memory of whole pages.
import { check, checkBytes, checkNumber, checkOptions, checkType } from './check.js';
import { OutOfMemoryError } from './errors.js';
import { PAGE } from './memory.js';
import { builds, imported } from './profiles.js';
import { limitsOf, MOST } from './word.js';

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
 * @property {WebAssembly.Module} [module] where wasm may not be compiled: one that was imported, as `heaplet/core.wasm`
 */

// Two pages hold any module's own data and leave room for a heap.
const LEAST = 2 * PAGE;

/**
 * The build that an option names.
 * @param {{ profile?: any, module?: any }} options
 * @param {Profile} standard the profile if none is named: each entry has its own
 * @param {(module: any) => import('./profiles.js').Build} [take] the build of a module that came compiled
 * @returns {import('./profiles.js').Build}
 */
export function chosen(options, standard, take = imported) {
  const { module, profile = standard } = options;
  if (module !== undefined) {
    const build = take(module);
    check(
      [undefined, build.profile].includes(options.profile),
      'profile',
      `the module's`,
      profile,
      RangeError,
    );
    return build;
  }
  checkType('profile', 'string', profile);
  const known = `one of ${[...builds.keys()].join(', ')}, or import 'heaplet/${profile}'`;
  /** @type {any} */
  const build = builds.get(profile);
  check(build, 'profile', known, profile, RangeError);
  return build;
}

/**
 * @param {string} name of the option
 * @param {any} bytes
 * @param {number} least bytes
 */
function pages(name, bytes, least) {
  checkBytes(name, least, MOST, bytes);
  return Math.ceil(Math.max(bytes, LEAST) / PAGE);
}

/**
 * A memory of whole pages.
 * @param {number} [initial] bytes
 * @param {number} [maximum] bytes
 * @param {object} [more] of its descriptor
 */
export function newMemory(initial = LEAST, maximum, more) {
  const least = pages('initial', initial, 0);
  /** @type {any} */
  const most = maximum === undefined ? maximum : pages('maximum', maximum, LEAST);
  checkNumber(!(least > most), 'initial', `no more than the maximum, ${maximum}`, initial);
  const limits = limitsOf(least, most, more);
  try {
    return new WebAssembly.Memory(limits);
  } catch (cause) {
    // The limits are right: it is the engine that refuses them. Phones do, if the maximum is large.
    throw new OutOfMemoryError(initial, `initial ${initial}, maximum ${maximum}`, cause);
  }
}

/**
 * @param {CreateOptions | undefined} options
 * @param {Profile} standard the profile if none is named
 */
export function create(options = {}, standard) {
  const own = checkOptions('Heap.create', options, ['initial', 'maximum', 'profile', 'module']);
  const build = chosen(own, standard);
  return build.fill(build, newMemory(own.initial, own.maximum));
}

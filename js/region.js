// The options of `Heap.over` and `Heap.attach`: a region of a memory that somebody else made.
import { checkA, checkBytes, checkNumber, checkObject } from './check.js';
import { chosen } from './create.js';
import { bufferOf, grow, isShared, refuseOther } from './memory.js';
import { begin, bring, heapAt, partsAt, placeAt, STATE } from './place.js';
import { checkRegion } from './regions.js';
import { isWord, MOST } from './word.js';

/** @typedef {import('./profiles.js').Parts} Parts */
/** @typedef {import('./profiles.js').Profile} Profile */

/**
 * The options of `Heap.over`.
 * @typedef {object} OverOptions
 * @property {number} [base] where the heap begins, in bytes, a multiple of 16. Left out: in new pages, by which the
 *   memory is grown
 * @property {number} [length] bytes, all that the heap may ever use. Left out: it has what is there and grows the memory
 * @property {Profile} [profile] the entry's own if left out: `'fast'`, of `heaplet/hardened` `'hardened'`; not `'small'`
 * @property {WebAssembly.Module} [module] as of `Heap.create`
 * @property {boolean} [debug] as of `Heap.create`
 */

/**
 * Another heap's address: what `heap.share` returns.
 * @typedef {object} AttachMessage
 * @property {WebAssembly.Memory} memory in which the heap lies
 * @property {number} base where it begins in its memory, in bytes
 * @property {WebAssembly.Module} [module] of which it is made, where that came compiled
 */

/**
 * @param {string} name
 * @param {any} memory
 */
function checkMemory(name, memory) {
  checkA(name, 'WebAssembly.Memory', memory);
  refuseOther(name, memory);
}

/** @param {unknown} base */
const checkBase = (base) =>
  checkNumber(isWord(base) && base !== 0 && base % 16 === 0, 'base', 'a multiple of 16, not 0', base);

// Room for a few blocks: less is a mistake.
const LEAST = 256;

/** @param {import('./profiles.js').Build} build */
export function checkPlaceable({ profile, signature }) {
  if (!signature) throw new RangeError(`profile: ${profile} needs a memory of its own`);
}

/**
 * @param {WebAssembly.Memory} memory
 * @param {OverOptions} options
 * @param {Profile} standard
 * @returns {Parts}
 */
export function over(memory, options, standard) {
  checkMemory('memory', memory);
  const { base, length } = options;
  const takes = (/** @type {any} */ module) => bring(module, isShared(memory));
  const build = /** @type {import('./place.js').PlacedBuild} */ (chosen(options, standard, takes));
  checkPlaceable(build);
  if (base !== undefined) checkBase(base);
  const least = STATE + build.stateBytes + LEAST;
  if (length !== undefined) checkBytes('length', least, MOST - 1, length);
  const start = base ?? grow(memory, length ?? least);
  const there = memory.buffer.byteLength;
  const end = length === undefined ? there : start + length;
  if (end > there || start + least > end) {
    throw new RangeError(
      `memory: its ${there} bytes end before the heap would, at ${start + (length ?? least)}`,
    );
  }
  if (base !== undefined) checkRegion(memory, start, end);
  return partsAt(begin(placeAt(build, memory, start), end, length === undefined));
}

/**
 * @param {AttachMessage} message
 * @returns {Parts}
 */
export function attach(message) {
  checkObject('message', 'what heap.share returns', message);
  const { memory, base, module } = message;
  checkMemory('message.memory', memory);
  if (module !== undefined) bring(module, isShared(memory));
  checkBase(base);
  // Looked at where another thread may have grown it.
  const inside = base + STATE <= bufferOf(memory, base + STATE).byteLength;
  const build = inside && heapAt({ memory, base });
  if (build) return partsAt(placeAt(build, memory, base));
  throw new RangeError(`message: no heap of this version lies at ${base} (is its profile imported?)`);
}

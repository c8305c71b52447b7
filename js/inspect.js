// What a heap holds: asked of the walker, which is a part of its wasm (wasm/inspect.cpp).
import { STATE } from './place.js';
import { unsigned, WORD, writeHeader } from './word.js';

/** @typedef {import('./place.js').Place} Place */

/**
 * A block of a heap.
 * @typedef {object} BlockInfo
 * @property {number} ptr its address
 * @property {number} size bytes that can be used
 * @property {'used' | 'cached' | 'free'} state cached: freed, and kept as it is for the next request of its size
 */

/**
 * A heap in numbers.
 * @typedef {object} Stats
 * @property {number} pools regions that the heap was given
 * @property {number} poolBytes bytes of them all
 * @property {number} usedBlocks blocks in use
 * @property {number} usedBytes bytes of those, with what each takes besides its contents
 * @property {number} freeBlocks free blocks, those cached included
 * @property {number} freeBytes bytes of those, with what each takes besides its contents
 * @property {number} largestFree bytes of the largest request that is certain to succeed, even if memory cannot grow
 */

// Of a block's bytes its header takes a word, before the payload (src/block.hpp).
const HEADER = WORD;
const GRANULE = 4 * WORD;

/**
 * @param {Place} place
 * @param {'pools' | 'cached' | 'blocks' | 'check'} what
 * @returns {(Uint32Array | Float64Array)[]} three numbers for each, by address
 */
function walk({ exports, found }, what) {
  try {
    exports.pools(); // that they have an end
    found.length = 0;
    exports[what]();
  } catch {
    throw new Error('heap: too broken to be walked');
  }
  return found.splice(0).sort((a, b) => a[0] - b[0]);
}

/**
 * The memory of each pool, all of it, by address.
 * @param {Place} place
 * @returns {number[][]} where each begins and ends
 */
export const poolsOf = (place) =>
  walk(place, 'pools').map(([start, sentinel]) => [start, sentinel + GRANULE]);

/** @param {number[][]} ranges */
export const bytesIn = (ranges) => ranges.reduce((sum, [start, end]) => sum + end - start, 0);

/**
 * @param {Place} place
 * @returns {BlockInfo[]} by address
 */
export function blocksOf(place) {
  const cached = new Map(/** @type {any} */ (walk(place, 'cached')));
  return walk(place, 'blocks').map(([ptr, bytes, free]) => ({
    ptr,
    size: bytes - HEADER,
    state: free ? 'free' : cached.get(ptr) === bytes ? 'cached' : 'used',
  }));
}

/**
 * @param {Place} place
 * @returns {Stats}
 */
export function statsOf(place) {
  const pools = poolsOf(place);
  const stats = {
    pools: pools.length,
    poolBytes: bytesIn(pools),
    usedBlocks: 0,
    usedBytes: 0,
    freeBlocks: 0,
    freeBytes: 0,
    largestFree: 0,
  };
  // What lies free side by side: what is cached is merged before a request is refused.
  let [run, largest, end] = [0, 0, 0];
  for (const { ptr, size, state } of blocksOf(place)) {
    const bytes = size + HEADER;
    const kind = state === 'used' ? state : 'free';
    run = kind === 'used' ? 0 : bytes + (ptr === end ? run : 0);
    end = ptr + bytes;
    largest = Math.max(largest, run);
    stats[`${kind}Blocks`]++;
    stats[`${kind}Bytes`] += bytes;
  }
  if (largest) stats.largestFree = unsigned(place.exports.certain(largest));
  return stats;
}

/**
 * @param {Place} place
 * @throws {Error} if anything is wrong with the heap, saying what and where
 */
export function check(place) {
  for (const [text, where] of walk(place, 'check')) {
    const [fault] = place.build.texts.slice(text - place.base - STATE).split('\0');
    throw new Error(`heap: ${fault} (at ${where})`);
  }
}

/**
 * Repairs what can be repaired, if anything is wrong.
 * @param {Place} place
 * @returns {string | undefined} what was
 * @throws {Error} if it cannot
 */
export function repair(place) {
  try {
    check(place);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    try {
      const blocks = blocksOf(place);
      for (const { ptr, size, state } of blocks)
        writeHeader(place.memory, ptr, size + HEADER, state !== 'used');
      place.exports.take();
      for (const { ptr, state } of blocks) if (state !== 'used') place.functions.free(ptr);
      check(place);
    } catch {
      throw new Error(`heap: beyond repair: ${message}`);
    }
    return message;
  }
}

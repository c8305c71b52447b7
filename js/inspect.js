// What a heap holds: asked of the walker, which is a part of its wasm (wasm/inspect.cpp).
import { EPOCH, keeperOf } from './kept.js';
import { bufferOf, isShared } from './memory.js';
import { STATE, words } from './place.js';
import { MOST, unsigned, WORD, writeHeader } from './word.js';

/** @typedef {import('./place.js').Place} Place */

/**
 * A block of a heap.
 * @typedef {object} BlockInfo
 * @property {number} ptr its address
 * @property {number} size bytes that can be used
 * @property {'used' | 'cached' | 'kept' | 'free'} state cached: freed, and left as it is for the next request of its size; kept:
 *   so by a thread of a shared heap, for itself
 */

/**
 * A heap in numbers.
 * @typedef {object} Stats
 * @property {number} pools regions that the heap was given
 * @property {number} poolBytes bytes of them all
 * @property {number} usedBlocks blocks in use
 * @property {number} usedBytes bytes of those, with what each takes besides its contents
 * @property {number} freeBlocks free blocks, those cached and kept included
 * @property {number} freeBytes bytes of those, with what each takes besides its contents
 * @property {number} largestFree bytes of the largest request that is certain to succeed, even if memory cannot grow
 * @property {number} keptBlocks of the free blocks those that other threads of a shared heap keep for themselves
 * @property {number} keptBytes bytes of those
 */

/**
 * What a heap has counted.
 * @typedef {object} Usage
 * @property {number} usedBytes bytes of the blocks in use, with what each takes besides its contents; in a shared heap also of
 *   those that its threads keep for themselves
 * @property {number} usedBlocks how many blocks these are
 * @property {number} peakBytes the most that `usedBytes` has been; while a `realloc` moves a block both count
 * @property {number} peakBlocks how many blocks these were
 * @property {number} footprint bytes of all regions that the heap was given
 * @property {number} growths how often the memory grew for it
 * @property {number} refusals how often it could not
 * @property {number} largestRequest bytes of the largest request, served or not, but for what fits into no memory; of small ones to within 16
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
 * @returns {(BlockInfo & { bytes: number })[]} with all bytes that each takes
 */
function allOf(place) {
  const cached = new Map(/** @type {any} */ (walk(place, 'cached')));
  const keeper = keepersIn(place);
  return walk(place, 'blocks').map(([ptr, bytes, told]) => ({
    ptr,
    size: bytes - HEADER - Math.floor(told / 2),
    state: told % 2 ? 'free' : cached.get(ptr) === bytes ? 'cached' : keeper(ptr) ? 'kept' : 'used',
    bytes,
  }));
}

/**
 * @param {Place} place
 * @returns {BlockInfo[]} by address
 */
export const blocksOf = (place) => allOf(place).map(({ ptr, size, state }) => ({ ptr, size, state }));

/**
 * @param {Place} place
 * @param {number} [epoch]
 * @returns {(ptr: number) => number} which thread keeps a block, if any does
 */
function keepersIn(place, epoch = words(place)[EPOCH]) {
  const { memory } = place;
  const all = new Int32Array(isShared(memory) ? bufferOf(memory, MOST) : memory.buffer);
  return (ptr) => keeperOf(all, ptr / 4, ptr, epoch);
}

/**
 * Gives back what threads kept that will not take it any more.
 * @param {Place} place
 * @param {(thread: number) => boolean} gone
 * @param {number} [epoch]
 */
export function giveBack(place, gone, epoch) {
  const keeper = keepersIn(place, epoch);
  for (const [ptr, , told] of walk(place, 'blocks')) {
    const thread = told % 2 ? 0 : keeper(ptr);
    if (thread === 0 || !gone(thread)) continue;
    new Int32Array(place.memory.buffer, ptr, 2).fill(0);
    place.functions.free(ptr);
  }
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
    keptBlocks: 0,
    keptBytes: 0,
  };
  // What lies free side by side: what is cached is merged before a request is refused.
  let [run, largest, end] = [0, 0, 0];
  for (const { ptr, bytes, state } of allOf(place)) {
    const kind = state === 'used' ? state : 'free';
    const kept = state === 'kept';
    run = kept || kind === 'used' ? 0 : bytes + (ptr === end ? run : 0);
    end = ptr + bytes;
    largest = Math.max(largest, run);
    stats[`${kind}Blocks`]++;
    stats[`${kind}Bytes`] += bytes;
    if (kept) {
      stats.keptBlocks++;
      stats.keptBytes += bytes;
    }
  }
  if (largest) stats.largestFree = unsigned(place.exports.certain(largest));
  return stats;
}

// As heaplet_usage of heaplet.h has them.
const FIGURES = 'usedBytes usedBlocks peakBytes peakBlocks footprint growths refusals largestRequest'.split(
  ' ',
);
const FOOTPRINT = 4;

/**
 * @param {(number: number) => number} figure
 * @returns {Usage}
 */
const usageBy = (figure) =>
  /** @type {any} */ (Object.fromEntries(FIGURES.map((name, number) => [name, figure(number)])));

/** @param {Place} place */
export function usageOf(place) {
  const footprint = bytesIn(poolsOf(place));
  place.exports.usage();
  const numbers = place.found.splice(0).flatMap((three) => [...three]);
  return usageBy((number) => (number === FOOTPRINT ? footprint : numbers[number]));
}

/**
 * Of another module, by its export `heaplet_usage_figure`.
 * @param {(number: number) => number | bigint} figure
 */
export const usageIn = (figure) =>
  usageBy((number) => {
    const value = figure(number);
    return typeof value === 'bigint' ? Number(value) : value >>> 0;
  });

/**
 * @param {Place} place
 * @throws {Error} if anything is wrong with the heap, saying what and where
 */
export function check(place) {
  for (const [text, where] of walk(place, 'check')) {
    const [fault] = place.build.texts.slice(text - place.base - STATE).split('\0');
    throw new Error(`heap: ${fault} (at ${where})`);
  }
  const { usedBytes, keptBytes } = statsOf(place);
  if (usageOf(place).usedBytes !== usedBytes + keptBytes)
    throw new Error('heap: what is in use is not what is counted');
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
      const blocks = allOf(place);
      const isFree = (/** @type {string} */ state) => state === 'free' || state === 'cached';
      for (const { ptr, bytes, state } of blocks) writeHeader(place.memory, ptr, bytes, isFree(state));
      place.exports.take();
      for (const { ptr, state } of blocks) if (isFree(state)) place.functions.free(ptr);
      check(place);
    } catch {
      throw new Error(`heap: beyond repair: ${message}`);
    }
    return message;
  }
}

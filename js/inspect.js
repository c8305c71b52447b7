// What a heap holds: asked of the walker, a wasm module of its own that is instantiated over the heap's memory.
import { instantiate, STATE } from './place.js';

/** @typedef {import('./place.js').Place} Place */

/**
 * A block of a heap.
 * @typedef {object} BlockInfo
 * @property {number} ptr
 * @property {number} size bytes that can be used
 * @property {'used' | 'cached' | 'free'} state cached: freed, and kept as it is for the next request of its size
 */

/**
 * A heap in numbers.
 * @typedef {object} Stats
 * @property {number} pools regions that the heap was given
 * @property {number} poolBytes
 * @property {number} usedBlocks
 * @property {number} usedBytes with what each block takes besides its contents
 * @property {number} freeBlocks those cached included
 * @property {number} freeBytes
 * @property {number} largestFree bytes of the largest free block
 */

// Of a block's bytes its header takes four.
const HEADER = 4;
const GRANULE = 16;

/** @type {BlockInfo['state'][]} */
const states = ['used', 'cached', 'free'];

/** Looks at the heap of a place. */
export class Inspector {
  #place;
  #texts;
  /** @type {number[][]} what the walker has found: three numbers each */
  #found = [];
  #exports;

  /** @param {Place} place */
  constructor(place) {
    const { build, memory, base } = place;
    const { texts, wasm } = build.inspector;
    this.#place = place;
    this.#texts = texts;
    this.#exports = instantiate(wasm, memory, base, (/** @type {number[]} */ ...numbers) =>
      this.#found.push(numbers.map((number) => number >>> 0)),
    );
  }

  /**
   * @param {string} what of the walker's exports
   * @returns {number[][]} by address
   */
  #walk(what) {
    this.#found = [];
    this.#exports[what]();
    return this.#found.sort(([a], [b]) => a - b);
  }

  /** The memory of each pool, all of it, by address. */
  pools() {
    return this.#walk('pools').map(([payload, bytes]) => ({
      start: payload - GRANULE,
      end: payload + bytes,
    }));
  }

  /** @returns {BlockInfo[]} by address */
  blocks() {
    return this.#walk('blocks').map(([ptr, size, use]) => ({ ptr, size: size - HEADER, state: states[use] }));
  }

  /** @returns {Stats} */
  stats() {
    const pools = this.pools();
    const stats = {
      pools: pools.length,
      poolBytes: pools.reduce((sum, { start, end }) => sum + end - start, 0),
      usedBlocks: 0,
      usedBytes: 0,
      freeBlocks: 0,
      freeBytes: 0,
      largestFree: 0,
    };
    for (const { size, state } of this.blocks()) {
      const kind = state === 'used' ? 'used' : 'free';
      stats[`${kind}Blocks`]++;
      stats[`${kind}Bytes`] += size + HEADER;
      if (state === 'free') stats.largestFree = Math.max(stats.largestFree, size);
    }
    return stats;
  }

  /** @throws {Error} if anything is wrong with the heap, saying what and where */
  check() {
    for (const [text, where] of this.#walk('check')) {
      const [fault] = this.#texts.slice(text - this.#place.base - STATE).split('\0');
      throw new Error(`heap: ${fault} (at ${where})`);
    }
  }
}

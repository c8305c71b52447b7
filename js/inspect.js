// What a heap holds: asked of the walker, a wasm module of its own that is instantiated over the heap's memory.
import { STATE } from './place.js';
import { instantiate } from './profiles.js';

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
  /** @type {(a: number, b: number, c: number) => void} */
  #found = () => {};
  #exports;

  /** @param {Place} place */
  constructor(place) {
    const { build, memory, base } = place;
    if (!build.inspector)
      throw new TypeError(`heap: 'heaplet/core' cannot look into the profile ${build.profile}`);
    this.#place = place;
    this.#texts = build.inspector.texts;
    this.#exports = /** @type {any} */ (
      instantiate(build.inspector.pieces, memory, base + STATE, {
        found: (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ c) =>
          this.#found(a >>> 0, b >>> 0, c),
      })
    );
  }

  /**
   * The memory of each pool, all of it.
   * @returns {Array<{ start: number, end: number }>}
   */
  pools() {
    /** @type {Array<{ start: number, end: number }>} */
    const pools = [];
    this.#found = (payload, bytes) => pools.push({ start: payload - GRANULE, end: payload + bytes });
    this.#exports.pools();
    return pools.sort((a, b) => a.start - b.start);
  }

  /** @returns {BlockInfo[]} by address */
  blocks() {
    /** @type {BlockInfo[]} */
    const blocks = [];
    this.#found = (ptr, size, use) => blocks.push({ ptr, size: size - HEADER, state: states[use] });
    this.#exports.blocks();
    return blocks.sort((a, b) => a.ptr - b.ptr);
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
      if (state === 'used') {
        stats.usedBlocks++;
        stats.usedBytes += size + HEADER;
      } else {
        stats.freeBlocks++;
        stats.freeBytes += size + HEADER;
        if (state === 'free') stats.largestFree = Math.max(stats.largestFree, size);
      }
    }
    return stats;
  }

  /** @throws {Error} if anything is wrong with the heap, saying what and where */
  check() {
    let fault = '';
    this.#found = (text, where) => {
      const from = text - this.#place.base - STATE;
      fault = `${this.#texts.slice(from, this.#texts.indexOf('\0', from))} (at ${where})`;
    };
    this.#exports.check();
    if (fault) throw new Error(`heap: ${fault}`);
  }
}

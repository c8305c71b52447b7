// What a heap holds: asked of the walker, a wasm module of its own that is instantiated over the heap's memory. It proves
// all that must hold of a heap. To list the blocks their headers are enough, which are read here:
//
//   | previous is free | free |  size / 4  |     of the block (src/block.hpp): its header is the last word of a granule
import { bufferOf } from './memory.js';
import { instantiate, STATE } from './place.js';

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

// Of a block's bytes its header takes four.
const HEADER = 4;
const GRANULE = 16;
/** In a header, while the walker walks: or for longer, if that was ended. */
const WALKED = 1;
const FREE = 2 ** 30;

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
    this.#exports = instantiate(wasm, memory, base, (/** @type {number[]} */ ...numbers) => {
      // More than a heap can have: of a broken one a list may lead back to its beginning.
      if (this.#found.push(numbers.map((number) => number >>> 0)) > 1e5)
        throw new Error('heap: a list without an end');
    });
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

  /** The memory of each pool, all of it, by address; and where the free memory begins that may grow. */
  pools() {
    return this.#walk('pools').map(([payload, bytes, wilderness]) => ({
      start: payload - GRANULE,
      end: payload + bytes,
      wilderness,
    }));
  }

  /** @returns {BlockInfo[]} by address */
  blocks() {
    try {
      this.#walk('cached');
    } catch {
      // Of a broken heap: what has not been found is left taken.
    }
    const cached = new Map(/** @type {[number, number][]} */ (this.#found));
    /** @type {BlockInfo[]} */
    const blocks = [];
    for (const { start, end, wilderness } of this.pools()) {
      const words = new Uint32Array(bufferOf(this.#place.memory, end));
      const last = end - GRANULE;
      /** @param {number} at */
      const header = (at) => words[at / 4 + 3];
      const open = wilderness < start ? end : wilderness;
      for (let at = start; at < last; ) {
        // Or past that point, where the block before was about to take of that memory.
        const grows = at >= open;
        const size = grows ? last - at : ((header(at) & ~WALKED) << 2) >>> 0;
        const next = at + size;
        if (size === 0 || size % GRANULE || next > last) throw new Error(`heap: no block (at ${at})`);
        const ptr = at + GRANULE;
        // A free block is known by three words.
        const free = grows || (((header(at) << 1) & header(next)) < 0 && words[next / 4 + 2] === at);
        const used = cached.get(ptr) === size ? 'cached' : 'used';
        blocks.push({ ptr, size: size - HEADER, state: free ? 'free' : used });
        at = next;
      }
    }
    return blocks;
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
    // What lies free side by side: what is cached is merged before a request is refused.
    let run = 0;
    let largest = 0;
    let end = 0;
    for (const { ptr, size, state } of this.blocks()) {
      run = state === 'used' ? 0 : size + HEADER + (ptr === end ? run : 0);
      end = ptr + size + HEADER;
      largest = Math.max(largest, run);
      const kind = state === 'used' ? 'used' : 'free';
      stats[`${kind}Blocks`]++;
      stats[`${kind}Bytes`] += size + HEADER;
    }
    if (largest) stats.largestFree = this.#exports.certain(largest) >>> 0;
    return stats;
  }

  /** @throws {Error} if anything is wrong with the heap, saying what and where */
  check() {
    this.pools(); // that they have an end
    for (const [text, where] of this.#walk('check')) {
      const [fault] = this.#texts.slice(text - this.#place.base - STATE).split('\0');
      throw new Error(`heap: ${fault} (at ${where})`);
    }
  }

  /**
   * Repairs what can be repaired, if anything is wrong.
   * @returns {string | undefined} what was
   * @throws {Error} if it cannot
   */
  repair() {
    try {
      this.check();
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      try {
        const { memory, functions } = this.#place;
        const words = new Uint32Array(memory.buffer);
        const blocks = this.blocks();
        for (const { ptr, size, state } of blocks)
          words[ptr / 4 - 1] = ((size + HEADER) >>> 2) | (state === 'used' ? 0 : FREE);
        this.#exports.take();
        for (const { ptr, state } of blocks) if (state !== 'used') functions.free(ptr);
        this.check();
      } catch {
        throw new Error(`heap: beyond repair: ${message}`);
      }
      return message;
    }
  }
}

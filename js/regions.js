// Which heaps lie in a memory: those that this realm knows of, and what is seen in the bytes, for another thread or another
// copy of the package may have made them.
import { blocksOf } from './inspect.js';
import { isShared } from './memory.js';
import { extentOf, heapAt, placeAt, placesIn, STATE } from './place.js';
import { builds } from './profiles.js';
import { WORD } from './word.js';

/**
 * Refuses a region for a new heap where another one lies, unless it is in a block of that heap, all of it.
 * @param {WebAssembly.Memory} memory
 * @param {number} start address
 * @param {number} end address
 */
export function checkRegion(memory, start, end) {
  const bases = new Set(placesIn(memory).keys());
  // What begins before the region may reach into it; of a memory that is not shared this realm knows that.
  const words = new Int32Array(memory.buffer, 0, end / 4);
  for (const { signature } of builds.values()) {
    const next = (/** @type {number} */ from) => words.indexOf(Number(signature), from);
    for (let at = next(isShared(memory) ? 0 : start / 4); at >= 0; at = next(at + 1)) bases.add(at * 4);
  }
  for (const base of bases) {
    const build = base < end && base % 16 === 0 && heapAt({ memory, base });
    if (!build) continue;
    const place = placeAt(build, memory, base);
    const { limit = end } = place;
    if (limit <= start) continue;
    const [, spare, spareBytes] = extentOf(place);
    const unused = [[base, base + STATE + build.stateBytes], [spare, spare + spareBytes], ...place.lost];
    /** @param {import('./inspect.js').BlockInfo} block with the words before a pool's first, and the header behind */
    const isHit = ({ ptr, size, state }) =>
      ptr - 4 * WORD < end &&
      start < ptr + size + WORD &&
      !(state === 'used' && ptr <= start && end <= ptr + size);
    if (unused.some(([from, to]) => from < end && start < to) || blocksOf(place).some(isHit)) {
      throw new RangeError(`base: a heap lies at ${base} already: Heap.attach joins it, heap.close ends it`);
    }
  }
}

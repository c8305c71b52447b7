// Which heaps lie in a memory: those that this realm knows of, and what is seen in the bytes, for another thread or another
// copy of the package may have made them.
import { Inspector } from './inspect.js';
import { isShared } from './memory.js';
import { basesIn, extentOf, heapAt, LIMIT, STATE, words } from './place.js';
import { builds } from './profiles.js';

/**
 * Refuses a region for a new heap where another one lies, unless it is in a block of that heap, all of it.
 * @param {WebAssembly.Memory} memory
 * @param {number} start address
 * @param {number} end address
 */
export function checkRegion(memory, start, end) {
  const bases = new Set(basesIn(memory));
  // What begins before the region may reach into it; of a memory that is not shared this realm knows that.
  const bytes = new Int32Array(memory.buffer, 0, end / 4);
  for (const { signature } of builds.values()) {
    if (!signature) continue;
    const next = (/** @type {number} */ from) => bytes.indexOf(signature, from);
    for (let at = next(isShared(memory) ? 0 : start / 4); at >= 0; at = next(at + 1)) bases.add(at * 4);
  }
  for (const base of bases) {
    const build = base < end && base % 16 === 0 && heapAt({ memory, base });
    if (!build) continue;
    const place = /** @type {import('./place.js').Place} */ ({ memory, base, build });
    const limit = words(place)[LIMIT] >>> 0;
    if (limit && limit <= start) continue;
    const inspector = new Inspector(place);
    const [, spare, spareBytes] = extentOf(place);
    const pieces = [
      { start: base, end: limit || base + STATE + build.stateBytes },
      { start: spare, end: spare + spareBytes },
      ...inspector.pools(),
    ];
    /** @param {import('./inspect.js').BlockInfo} block */
    const contains = ({ ptr, size, state }) => state === 'used' && ptr <= start && end <= ptr + size;
    if (
      pieces.some((piece) => piece.start < end && start < piece.end) &&
      !inspector.blocks().some(contains)
    ) {
      throw new RangeError(`base: a heap lies at ${base} already: Heap.attach joins it, heap.close ends it`);
    }
  }
}

// Which heaps lie in a memory, as far as it can be seen: those that this realm has made or joined, and what looks like
// one in the bytes themselves, since another thread or another copy of the package may have made it.
import { Inspector } from './inspect.js';
import { isShared } from './memory.js';
import { extentOf, heapAt, heapsIn, STATE } from './place.js';

/**
 * Refuses a region for a new heap where another one lies, unless it is a block of that heap, all of it.
 * @param {WebAssembly.Memory} memory
 * @param {number} start address
 * @param {number} end address
 */
export function checkRegion(memory, start, end) {
  const heaps = new Map(heapsIn(memory));
  // What begins before the region may reach into it. In a memory that is not shared this realm knows of that.
  for (let base = isShared(memory) ? 16 : start; base < end; base += 16) {
    if (!heaps.has(base) && heapAt({ memory, base })) heaps.set(base, undefined);
  }
  for (const [base, limit] of heaps) {
    if (base >= end || limit <= start) continue;
    const build = heapAt({ memory, base });
    if (!build) continue; // It was closed.
    const place = /** @type {import('./place.js').Place} */ ({ memory, base, build });
    const inspector = new Inspector(place);
    const [, spare, bytes] = extentOf(place);
    const pieces = [
      { start: base, end: limit ?? base + STATE + build.stateBytes },
      { start: spare, end: spare + bytes },
      ...inspector.pools(),
    ];
    const inBlock = () =>
      inspector
        .blocks()
        .some(({ ptr, size, state }) => state === 'used' && ptr <= start && end <= ptr + size);
    if (pieces.some((piece) => piece.start < end && start < piece.end) && !inBlock()) {
      const how = 'Heap.attach joins it, heap.close ends it';
      throw new RangeError(
        `base: a heap lies at ${base} already, in the bytes from ${start} to ${end}: ${how}`,
      );
    }
  }
}

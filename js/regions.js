// Which heaps lie in a memory: seen in its bytes, for another thread or another copy of the package may have made them.
import { Inspector } from './inspect.js';
import { extentOf, LIMIT, STATE } from './place.js';
import { builds } from './profiles.js';

/**
 * Refuses a region for a new heap where another one lies, unless it is in a block of that heap, all of it. Linear in the
 * memory up to its end, and in the blocks of a heap around it.
 * @param {WebAssembly.Memory} memory
 * @param {number} start address
 * @param {number} end address
 */
export function checkRegion(memory, start, end) {
  const words = new Int32Array(memory.buffer, 0, end / 4);
  /** @param {{ start: number, end: number }} piece */
  const overlaps = (piece) => piece.start < end && start < piece.end;
  /** @param {import('./inspect.js').BlockInfo} block */
  const contains = ({ ptr, size, state }) => state === 'used' && ptr <= start && end <= ptr + size;
  for (const build of builds.values()) {
    for (let base = 16; base < end; base += 16) {
      if (words[base / 4] !== build.signature) continue;
      const limit = words[base / 4 + LIMIT] >>> 0;
      if (limit && limit <= start) continue;
      const place = /** @type {import('./place.js').Place} */ ({ memory, base, build });
      const inspector = new Inspector(place);
      const [, spare, bytes] = extentOf(place);
      const pieces = [
        { start: base, end: limit || base + STATE + place.build.stateBytes },
        { start: spare, end: spare + bytes },
        ...inspector.pools(),
      ];
      if (pieces.some(overlaps) && !inspector.blocks().some(contains)) {
        throw new RangeError(
          `base: a heap lies at ${base} already: Heap.attach joins it, heap.close ends it`,
        );
      }
    }
  }
}

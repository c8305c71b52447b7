// Puts a heap back in order that a call has left half done.
//
// What is right at every moment of a call are the blocks' headers: they alone say which blocks there are. So the heap is
// begun anew over its pools, and takes from each what was there, block by block in the order of memory, as if all were
// asked for again; then it gives back what was free. Nobody's bytes are touched.
import { extentOf, STATE } from './place.js';

/**
 * @param {import('./place.js').Place} place
 * @param {{ start: number, end: number }[]} pools by address
 * @param {import('./inspect.js').BlockInfo[]} blocks by address
 */
export function rebuild(place, pools, blocks) {
  const { begin, base, build, functions } = place;
  const extent = extentOf(place);
  const before = [...extent];
  begin((base + STATE + build.stateBytes + 15) & -16, false); // without memory
  let next = 0;
  for (const { ptr, size } of blocks) {
    const { start, end } = pools[next] ?? {};
    if (start === ptr - 16) {
      // Memory to grow by: the heap has none left at this point.
      extent.set([1, start, end - start]);
      next++;
    }
    // Any less is rounded up to the block's size, of which some profiles keep another word.
    if (functions.malloc(size - 4) >>> 0 !== ptr) throw new Error(`heap: no block (at ${ptr})`);
  }
  extent.set(before);
  for (const { ptr, state } of blocks) if (state !== 'used') functions.free(ptr);
}

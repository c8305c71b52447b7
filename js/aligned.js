// realloc for blocks at multiples of more than 16: C's own moves a block to any place.
import { bufferOf } from './memory.js';
import { isPower, unsigned } from './word.js';

/**
 * @param {WebAssembly.Memory} memory
 * @param {import('./c-functions.js').CFunctions} functions
 */
export const alignedRealloc =
  (memory, { aligned_alloc, malloc_usable_size, free }) =>
  /**
   * @param {number} ptr signed or not, as wasm hands it over
   * @param {number} alignment
   * @param {number} size
   * @returns {number} 0 if there is no room: the block is then as it was
   */
  (ptr, alignment, size) => {
    const [from, usable, wanted] = [ptr, malloc_usable_size(ptr), size].map(unsigned);
    const fits = ptr && isPower(alignment) && from % alignment === 0 && wanted <= usable;
    if (fits && wanted > usable / 2) return ptr;
    const to = unsigned(aligned_alloc(alignment, size));
    if (to === 0) return fits ? ptr : 0;
    const buffer = bufferOf(memory, to + wanted);
    new Uint8Array(buffer).copyWithin(to, from, from + Math.min(usable, wanted));
    free(ptr);
    return to;
  };

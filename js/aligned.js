// realloc for blocks at multiples of more than 16: C's own moves a block to any place.
import { bufferOf } from './memory.js';

/**
 * @param {WebAssembly.Memory} memory
 * @param {import('./family.js').Family} functions
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
    const usable = malloc_usable_size(ptr) >>> 0;
    const right = ptr !== 0 && !(alignment & (alignment - 1)) && !(ptr & (alignment - 1));
    const fits = right && size >>> 0 <= usable;
    if (fits && size >>> 0 >= usable / 2) return ptr;
    const moved = aligned_alloc(alignment, size);
    if (moved === 0) return fits ? ptr : 0;
    const from = ptr >>> 0;
    const end = from + Math.min(usable, size >>> 0);
    new Uint8Array(bufferOf(memory, (moved >>> 0) + (end - from))).copyWithin(moved >>> 0, from, end);
    free(ptr);
    return moved;
  };

// A heap whose every call is checked against its shadow, by what the functions promise.
import assert from 'node:assert/strict';
import { page } from '../../tools/modules.mjs';
import { Shadow } from './shadow.mjs';

export class CheckedHeap {
  /** @param {import('../../tools/modules.mjs').HeapModule} heap */
  constructor(heap) {
    this.heap = heap;
    this.shadow = new Shadow(heap);
    /** The last calls, to be shown when one fails. */
    this.log = [];
  }

  #note(call) {
    if (this.log.length === 40) this.log.shift();
    this.log.push(call);
    return call;
  }

  /** Makes an allocating call of `size` bytes and checks what the memory's growth, or a null, says about it. */
  #call(size, call) {
    const { heap, shadow } = this;
    const before = heap.pages;
    const start = call();
    const grown = heap.pages - before;
    this.log[this.log.length - 1] += ` = ${start}${grown ? `, ${grown} pages more` : ''}`;
    if (grown === 0 && start !== 0) return start;
    assert(start !== 0 || grown === 0, `null, but memory grew by ${grown} pages`);
    // `small` has lists whose sizes differ by half: from there on a fit is sure. The rest is for headers.
    const surely = 1.5 * size + 256;
    if (grown > 0) {
      const most = Math.ceil(size / page + heap.pages / 8) + 1;
      assert(grown <= most, `${size} B made memory grow by ${grown} pages`);
    }
    // Only a heap that joins its pools must find a gap across them. `fast` may grow before it has merged all that
    // it caches, but must have done so before it says that there is no memory.
    if (heap.coalesce && (start === 0 || heap.profile === 'small')) {
      const gap = shadow.largestGap(before * page);
      assert(gap < surely, `${start ? 'growth' : 'null'} for ${size} B, but ${gap} B in a row were free`);
    }
    return start;
  }

  malloc(size) {
    this.#note(`malloc(${size})`);
    const start = this.#call(size, () => this.heap.malloc(size));
    if (start) this.#allocated(start, size);
    return start;
  }

  calloc(count, size) {
    this.#note(`calloc(${count}, ${size})`);
    const bytes = count * size;
    const start = this.#call(bytes, () => this.heap.calloc(count, size));
    if (start) {
      this.shadow.verifyZero(start, bytes);
      this.#allocated(start, bytes);
    }
    return start;
  }

  aligned_alloc(alignment, size) {
    this.#note(`aligned_alloc(${alignment}, ${size})`);
    const start = this.#call(size + alignment, () => this.heap.aligned_alloc(alignment, size));
    if (start) this.#allocated(start, size, alignment);
    return start;
  }

  #allocated(start, size, alignment) {
    this.shadow.allocated(start, size, alignment);
    this.shadow.verifyNeighbours(start);
  }

  realloc(old, size) {
    this.#note(`realloc(${old}, ${size})`);
    if (old === 0) {
      const start = this.#call(size, () => this.heap.realloc(0, size));
      if (start) this.#allocated(start, size);
      return start;
    }
    const { shadow } = this;
    const block = shadow.block(old);
    shadow.verify(block);
    const start = this.#call(size, () => this.heap.realloc(old, size));
    if (start === 0) {
      shadow.verify(block);
      shadow.verifyNeighbours(old);
      return 0;
    }
    shadow.resized(block, start, size);
    shadow.verifyNeighbours(start);
    return start;
  }

  free(start) {
    this.#note(`free(${start})`);
    const { heap, shadow } = this;
    if (start) shadow.remove(start);
    const before = heap.pages;
    heap.free(start);
    assert(heap.pages === before, 'free made memory grow');
    if (start) shadow.verifyNeighbours(start);
  }

  /**
   * Allocates blocks of a size until there is no more memory, or until memory would have more than `pages`.
   * @returns {number[]} their addresses
   */
  fill(size, pages = Number.POSITIVE_INFINITY) {
    const starts = [];
    for (;;) {
      const start = this.malloc(size);
      if (start === 0) return starts;
      if (this.heap.pages > pages) {
        this.free(start);
        return starts;
      }
      starts.push(start);
    }
  }

  /** Somebody else takes pages at the end of the memory, if there are any. */
  growForeign(pages) {
    this.#note(`memory.grow(${pages}) by somebody else`);
    const { heap } = this;
    let before;
    try {
      before = heap.memory.grow(pages);
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
    this.shadow.own(before * page, pages * page);
    return true;
  }
}

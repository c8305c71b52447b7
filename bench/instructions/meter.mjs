// A heap whose calls are counted: how many instructions each executed.
import { counter } from '../../tools/count.mjs';

export class Meter {
  #exports;
  #counter;
  #report;
  #sizes = new Map();

  /**
   * @param {WebAssembly.Exports} exports of a module that `countInstructions` has rewritten: malloc, free and realloc; or,
   *   where the allocator wants sizes back, alloc, dealloc and resize
   * @param {(call: 'malloc' | 'hit' | 'realloc' | 'free', instructions: number, grew: boolean, result: number) => void}
   *   report is told of each call, whether memory grew in it, and what it returned
   * @param {boolean} [exact] whether the heap has lists of exact sizes, so that a hit is a thing of its own
   */
  constructor(exports, report, exact = true) {
    this.#exports = exports;
    this.#counter = exports[counter];
    this.#report = report;
    this.exact = exact;
  }

  /** Whether blocks can be resized. */
  get resizes() {
    return Boolean(this.#exports.realloc ?? this.#exports.resize);
  }

  #call(kind, run) {
    const { memory } = this.#exports;
    const [before, bytes] = [this.#counter.value, memory.buffer.byteLength];
    const result = run() >>> 0;
    this.#report(kind, this.#counter.value - before, memory.buffer.byteLength !== bytes, result);
    return result;
  }

  /** @returns {number} 0 if there is no memory */
  malloc(size, kind = 'malloc') {
    const { malloc, alloc } = this.#exports;
    const block = this.#call(kind, () => (malloc ?? alloc)(size));
    if (alloc && block) this.#sizes.set(block, size);
    return block;
  }

  free(block) {
    const { free, dealloc } = this.#exports;
    this.#call('free', () => (free ? free(block) : dealloc(block, this.#sizes.get(block))));
  }

  /** @returns {number} the block's address now, which is the old one if there is no memory */
  realloc(block, size) {
    const { realloc, resize } = this.#exports;
    const moved = this.#call('realloc', () =>
      realloc ? realloc(block, size) : resize(block, this.#sizes.get(block), size),
    );
    if (resize && moved) this.#sizes.delete(block);
    if (resize && moved) this.#sizes.set(moved, size);
    return moved || block;
  }

  /** A malloc of the size that was freed last. */
  hit(size) {
    this.free(this.malloc(size));
    this.free(this.malloc(size, 'hit'));
  }
}

// The heap as JavaScript sees it: checked arguments in, unsigned numbers and handles out. This much is `heaplet/core`;
// heap.js adds the rest.

import { byteSize, checkAlignment, checkObject, checkPointer, checkSize, checkType } from './check.js';
import { CoreArena } from './core-arena.js';
import { OutOfMemoryError } from './errors.js';
import { Handle, Lease } from './handle.js';
import { closing } from './scope.js';
import { forModules, unsigned } from './word.js';

/** @typedef {import('./core-arena.js').ArenaOptions} ArenaOptions */
/** @typedef {import('./memory.js').Memory} Memory */
/** @typedef {import('./c-functions.js').CFunctions} CFunctions */
/** @typedef {import('./c-functions.js').HeapImports} HeapImports */
/** @typedef {import('./typed-array.js').TypedArray} TypedArray */
/**
 * @template {ArrayBufferLike} [B=ArrayBufferLike]
 * @typedef {import('./typed-array.js').TypedArrays<B>} TypedArrays
 */
/**
 * @template {keyof TypedArrays} [N=any]
 * @typedef {import('./typed-array.js').TypedArrayConstructor<N>} TypedArrayConstructor
 */

// isWord of word.js once more: V8 sees that a constant of the same module is one, but asks at each call whether what is
// imported is there yet. Without it malloc and free take 15 ns instead of 13.
/** @param {unknown} value */
const fits = (value) => typeof value === 'number' && value >>> 0 === value;

/**
 * @param {number} raw what an allocating function returned
 * @param {number} size bytes
 */
export const allocated = (raw, size) => {
  if (raw === 0) throw new OutOfMemoryError(size);
  // Wasm's numbers are signed once they reach JavaScript: from 2 ** 31 on they arrive negative.
  return raw >>> 0;
};

// What the classes of a larger heap may do with this one: nobody can from outside of the package.
/**
 * The lease of a heap's handles to come: a new one, if the heap is given functions, which are its own from then on.
 * @type {(heap: CoreHeap, functions?: CFunctions) => Lease}
 */
export let leaseOf;

/**
 * A heap in a WebAssembly.Memory, without what `heaplet` adds to `heaplet/core`.
 * @template {ArrayBufferLike} [B=ArrayBufferLike] what the memory is made of
 */
export class CoreHeap {
  #memory;
  // Those that are called most have fields of their own: that is a load less, and 1 ns of 14 for the two.
  /** @type {CFunctions['malloc']} */
  #malloc;
  /** @type {CFunctions['free']} */
  #free;
  /** @type {CFunctions} */
  #functions;
  /**
   * Of the handles to come.
   * @type {Lease}
   */
  #lease;

  static {
    leaseOf = (heap, functions) => {
      if (functions) {
        heap.#functions = functions;
        heap.#malloc = functions.malloc;
        heap.#free = functions.free;
        heap.#lease = new Lease(heap.#memory, functions.free);
      }
      return heap.#lease;
    };
  }

  /**
   * @param {import('./profiles.js').Parts} parts
   * @protected
   */
  constructor({ memory, functions }) {
    checkObject('memory', 'a Memory: see Heap.create', memory);
    this.#memory = memory;
    leaseOf(this, functions);
  }

  /**
   * The memory that pointers point into. Its `buffer` is another one whenever it has grown.
   * @returns {Memory}
   */
  get memory() {
    return this.#memory;
  }

  /**
   * A block of memory, aligned to 16 bytes. What it holds at first is not defined. A size of 0 gives a block too.
   * @param {number} size bytes
   * @returns {number} its address, never 0
   * @throws {OutOfMemoryError}
   * @throws {TypeError | RangeError} naming the argument
   * @complexity O(1), the growth of the memory aside
   */
  malloc(size) {
    if (!fits(size)) checkSize('size', size);
    return allocated(this.#malloc(size), size);
  }

  /**
   * A block of `count * size` bytes, all 0.
   * @param {number} count elements
   * @param {number} size bytes of an element
   * @returns {number} its address, never 0
   * @throws {OutOfMemoryError}
   * @throws {TypeError | RangeError} naming the argument
   * @complexity O(1), the growth of the memory and the clearing aside
   */
  calloc(count, size) {
    checkSize('count', count);
    checkSize('size', size);
    return allocated(this.#functions.calloc(count, size), count * size);
  }

  /**
   * Changes a block's size, in place where it can; else it moves, with what it holds. A `ptr` of 0 is a new block.
   * @param {number} ptr its address, or 0
   * @param {number} size bytes
   * @returns {number} its address from now on, never 0
   * @throws {OutOfMemoryError} the block is then as it was
   * @throws {TypeError | RangeError} naming the argument
   * @complexity O(1), the growth of the memory aside, and the bytes to copy if it moves
   */
  realloc(ptr, size) {
    checkPointer(ptr);
    checkSize('size', size);
    return allocated(this.#functions.realloc(ptr, size), size);
  }

  /**
   * A block at a multiple of `alignment`.
   * @param {number} alignment bytes, a power of two
   * @param {number} size bytes
   * @returns {number} its address, never 0
   * @throws {OutOfMemoryError}
   * @throws {TypeError | RangeError} naming the argument
   * @complexity O(1), the growth of the memory aside
   */
  alignedAlloc(alignment, size) {
    checkAlignment(alignment);
    checkSize('size', size);
    return allocated(this.#functions.aligned_alloc(alignment, size), size);
  }

  /**
   * How many bytes of a block may be used: what was asked for, or a few more. 0 for a `ptr` of 0.
   * @param {number} ptr its address, or 0
   * @returns {number} bytes
   * @throws {TypeError | RangeError} naming the argument
   * @complexity O(1)
   */
  usableSize(ptr) {
    checkPointer(ptr);
    return unsigned(this.#functions.malloc_usable_size(ptr));
  }

  /**
   * Gives a block back. A `ptr` of 0 does nothing; any other that is not a block's address breaks the heap
   * (the profile 'hardened' looks for that and throws).
   * @param {number} ptr its address, or 0
   * @throws {TypeError | RangeError} naming the argument
   * @complexity O(1)
   */
  free(ptr) {
    if (!fits(ptr)) checkPointer(ptr);
    this.#free(ptr);
  }

  /**
   * A typed array in the heap. What it holds at first is not defined.
   * @template {keyof TypedArrays} N
   * @param {TypedArrayConstructor<N>} Type
   * @param {number} length elements
   * @returns {Handle<TypedArrays<B>[N]>} free it, or declare it with `using`
   * @throws {OutOfMemoryError}
   * @throws {TypeError | RangeError} naming the argument
   * @complexity O(1), the growth of the memory aside
   */
  alloc(Type, length) {
    const ptr = this.malloc(byteSize(Type, length));
    return new Handle(Type, this.#lease, ptr, length);
  }

  /**
   * An arena: much that is released at once. It takes nothing from the heap before it is used.
   * @param {ArenaOptions} [options]
   * @returns {CoreArena<B>}
   * @throws {TypeError | RangeError} naming the option
   * @complexity O(1)
   */
  arena(options) {
    return new CoreArena(this, options);
  }

  /**
   * Calls a function with a new arena and frees the arena when it is done: when it returns or throws, and if it
   * returns a promise, when that is settled.
   * @template R
   * @param {(arena: CoreArena<B>) => R} fn
   * @returns {R} what the function returned
   * @throws {TypeError} naming the argument
   * @complexity that of the function, and of `arena.free`
   */
  scope(fn) {
    checkType('fn', 'function', fn);
    const arena = this.arena();
    return closing(
      () => fn(arena),
      () => arena.free(),
    );
  }

  /**
   * What another module needs to be imported to work on this heap: the memory and the C functions, under `env`.
   * @returns {{ env: HeapImports }}
   * @complexity O(1)
   */
  imports() {
    return { env: { memory: this.memory, ...forModules(this.#functions) } };
  }
}

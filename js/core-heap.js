// The heap as JavaScript sees it: checked arguments in, unsigned numbers and handles out. This much is `heaplet/core`;
// heap.js adds the rest.

import { isU32, numberError, pointerError, show, sizeError } from './check.js';
import { CoreArena } from './core-arena.js';
import { create } from './create.js';
import { ended, OutOfMemoryError } from './errors.js';
import { Handle } from './handle.js';
import { HeapLease } from './lease.js';
import { closing } from './scope.js';
import { elementSize } from './typed-array.js';

/** @typedef {import('./core-arena.js').ArenaOptions} ArenaOptions */
/** @typedef {import('./create.js').CreateOptions} CreateOptions */
/** @typedef {import('./family.js').Family} Family */
/** @typedef {import('./typed-array.js').TypedArray} TypedArray */
/**
 * @template {TypedArray} T
 * @typedef {import('./typed-array.js').TypedArrayConstructor<T>} TypedArrayConstructor
 */

// Wasm's numbers are signed once they reach JavaScript: sizes and pointers of 2 ** 31 and more arrive negative.
/** @param {number} signed */
const unsigned = (signed) => signed >>> 0;

/**
 * @param {number} raw what an allocating function returned
 * @param {number} size bytes
 */
function allocated(raw, size) {
  if (raw === 0) throw new OutOfMemoryError(size);
  return unsigned(raw);
}

/** A heap in a WebAssembly.Memory, without what `heaplet` adds to `heaplet/core`. */
export class CoreHeap {
  #malloc;
  #free;
  #calloc;
  #realloc;
  #alignedAlloc;
  #usableSize;
  /**
   * Of the handles to come.
   * @internal
   * @type {HeapLease}
   */
  _lease;

  /**
   * @param {Family} family
   * @protected
   */
  constructor(family) {
    this.#malloc = family.malloc;
    this.#free = family.free;
    this.#calloc = family.calloc;
    this.#realloc = family.realloc;
    this.#alignedAlloc = family.aligned_alloc;
    this.#usableSize = family.malloc_usable_size;
    this._lease = new HeapLease(family.memory, family.free);
  }

  /**
   * Makes a memory and a heap that fills it. Synchronous: the wasm is part of the package.
   * @param {CreateOptions} [options]
   * @returns {CoreHeap}
   * @throws {TypeError | RangeError} naming the option
   * @throws {OutOfMemoryError} if the engine has no room for `initial`
   */
  static create(options = {}) {
    return new CoreHeap(create(options).exports);
  }

  /**
   * Handles from now on can be ended apart from those before.
   * @internal
   */
  _renew() {
    this._lease = new HeapLease(this.memory, this.#free);
    return this._lease;
  }

  /**
   * From now on every call says that the heap is closed.
   * @internal
   */
  _end() {
    const closed = () => {
      throw ended('heap');
    };
    this.#malloc = this.#free = this.#calloc = this.#realloc = this.#alignedAlloc = this.#usableSize = closed;
  }

  /** The memory that pointers point into. Its `buffer` is another one whenever it has grown. */
  get memory() {
    return this._lease.memory;
  }

  /**
   * A block of memory, aligned to 16 bytes. What it holds at first is not defined. A size of 0 gives a block too.
   * O(1), the growth of the memory aside.
   * @param {number} size bytes
   * @returns {number} its address, never 0
   * @throws {OutOfMemoryError}
   * @throws {TypeError | RangeError} naming the argument
   */
  malloc(size) {
    if (!isU32(size)) throw sizeError('size', size);
    return allocated(this.#malloc(size), size);
  }

  /**
   * A block of `count * size` bytes, all 0. O(1) and the clearing.
   * @param {number} count
   * @param {number} size bytes
   * @returns {number} its address, never 0
   * @throws {OutOfMemoryError}
   * @throws {TypeError | RangeError} naming the argument
   */
  calloc(count, size) {
    if (!isU32(count)) throw sizeError('count', count);
    if (!isU32(size)) throw sizeError('size', size);
    return allocated(this.#calloc(count, size), count * size);
  }

  /**
   * Changes a block's size, in place where it can; else it moves, with what it holds. A `ptr` of 0 is a new block.
   * @param {number} ptr
   * @param {number} size bytes
   * @returns {number} its address from now on, never 0
   * @throws {OutOfMemoryError} the block is then as it was
   * @throws {TypeError | RangeError} naming the argument
   */
  realloc(ptr, size) {
    if (!isU32(ptr)) throw pointerError(ptr);
    if (!isU32(size)) throw sizeError('size', size);
    return allocated(this.#realloc(ptr, size), size);
  }

  /**
   * A block at a multiple of `alignment`.
   * @param {number} alignment bytes, a power of two
   * @param {number} size bytes
   * @returns {number} its address, never 0
   * @throws {OutOfMemoryError}
   * @throws {TypeError | RangeError} naming the argument
   */
  alignedAlloc(alignment, size) {
    if (!isU32(alignment) || alignment === 0 || (alignment & (alignment - 1)) !== 0) {
      throw numberError('alignment', alignment, 'a power of two from 1 to 2 ** 31');
    }
    if (!isU32(size)) throw sizeError('size', size);
    return allocated(this.#alignedAlloc(alignment, size), size);
  }

  /**
   * How many bytes of a block may be used: what was asked for, or a few more. 0 for a `ptr` of 0.
   * @param {number} ptr
   * @returns {number} bytes
   * @throws {TypeError | RangeError} naming the argument
   */
  usableSize(ptr) {
    if (!isU32(ptr)) throw pointerError(ptr);
    return unsigned(this.#usableSize(ptr));
  }

  /**
   * Gives a block back. O(1). A `ptr` of 0 does nothing; any other that is not a block's address breaks the heap
   * (the profile 'hardened' looks for that and traps).
   * @param {number} ptr
   * @throws {TypeError | RangeError} naming the argument
   */
  free(ptr) {
    if (!isU32(ptr)) throw pointerError(ptr);
    this.#free(ptr);
  }

  /**
   * A typed array in the heap. What it holds at first is not defined. O(1), the growth of the memory aside.
   * @template {TypedArray} T
   * @param {TypedArrayConstructor<T>} Type
   * @param {number} length elements
   * @returns {Handle<T>} free it, or declare it with `using`
   * @throws {OutOfMemoryError}
   * @throws {TypeError | RangeError} naming the argument
   */
  alloc(Type, length) {
    const size = elementSize(Type);
    if (!isU32(length)) throw sizeError('length', length);
    return new Handle(Type, this._lease, this.malloc(length * size), length);
  }

  /**
   * An arena: much that is released at once. It takes nothing from the heap before it is used.
   * @param {ArenaOptions} [options]
   * @returns {CoreArena}
   * @throws {TypeError | RangeError} naming the option
   */
  arena(options) {
    return new CoreArena(this, options);
  }

  /**
   * Calls a function with a new arena and frees the arena when it is done: when it returns or throws, and if it
   * returns a promise, when that is settled.
   * @template R
   * @param {(arena: CoreArena) => R} fn
   * @returns {R} what the function returned
   */
  scope(fn) {
    if (typeof fn !== 'function') throw new TypeError(`fn: expected a function, got ${show(fn)}`);
    const arena = this.arena();
    return closing(
      () => fn(arena),
      () => arena.free(),
    );
  }

  /**
   * What another module needs to be imported to work on this heap: the memory and the C functions, under `env`.
   * @returns {{ env: Record<string, WebAssembly.ImportValue> }}
   */
  imports() {
    return {
      env: {
        memory: this.memory,
        malloc: this.#malloc,
        free: this.#free,
        calloc: this.#calloc,
        realloc: this.#realloc,
        aligned_alloc: this.#alignedAlloc,
        malloc_usable_size: this.#usableSize,
      },
    };
  }
}

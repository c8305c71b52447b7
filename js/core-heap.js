// The heap as JavaScript sees it: checked arguments in, unsigned numbers and handles out. This much is `heaplet/core`;
// heap.js adds the rest.

import { checkFunction, checkNumber, checkObject, checkPointer, checkSize, isU32 } from './check.js';
import { CoreArena } from './core-arena.js';
import { create } from './create.js';
import { OutOfMemoryError } from './errors.js';
import { Handle } from './handle.js';
import { Lease } from './lease.js';
import { closing } from './scope.js';
import { byteSize } from './typed-array.js';

/** @typedef {import('./core-arena.js').ArenaOptions} ArenaOptions */
/** @typedef {import('./create.js').CreateOptions} CreateOptions */
/** @typedef {import('./family.js').Family} Family */
/** @typedef {import('./typed-array.js').TypedArray} TypedArray */
/**
 * @template {TypedArray} T
 * @typedef {import('./typed-array.js').TypedArrayConstructor<T>} TypedArrayConstructor
 */

// isU32 of check.js once more: V8 sees that a constant of the same module is one, but asks at each call whether what is
// imported is there yet. Without it malloc and free take 15 ns instead of 13.
/** @param {unknown} value */
const fits = (value) => typeof value === 'number' && value >>> 0 === value;

/**
 * @param {number} raw what an allocating function returned
 * @param {number} size bytes
 */
const allocated = (raw, size) => {
  if (raw === 0) throw new OutOfMemoryError(size);
  // Wasm's numbers are signed once they reach JavaScript: from 2 ** 31 on they arrive negative.
  return raw >>> 0;
};

/** A heap in a WebAssembly.Memory, without what `heaplet` adds to `heaplet/core`. */
export class CoreHeap {
  #memory;
  // Those that are called most have fields of their own: that is a load less, and 1 ns of 14 for the two.
  /** @internal */
  _malloc;
  /** @internal */
  _free;
  /** @internal */
  _family;
  /**
   * Of the handles to come.
   * @internal
   * @type {Lease}
   */
  _lease;

  /**
   * @param {WebAssembly.Memory} memory
   * @param {Family} functions
   * @protected
   */
  constructor(memory, functions) {
    checkObject('memory', 'a Memory: see Heap.create', memory);
    this.#memory = memory;
    this._malloc = functions.malloc;
    this._free = functions.free;
    this._family = functions;
    this._lease = new Lease(memory, functions.free);
  }

  /**
   * Makes a memory and a heap that fills it. Synchronous: the wasm is part of the package.
   * @param {CreateOptions} [options]
   * @returns {CoreHeap}
   * @throws {TypeError | RangeError} naming the option
   * @throws {OutOfMemoryError} if the engine has no room for `initial`
   */
  static create(options) {
    const { memory, functions } = create(options);
    return new CoreHeap(memory, functions);
  }

  /** The memory that pointers point into. Its `buffer` is another one whenever it has grown. */
  get memory() {
    return this.#memory;
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
    if (!fits(size)) checkSize('size', size);
    return allocated(this._malloc(size), size);
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
    checkSize('count', count);
    checkSize('size', size);
    return allocated(this._family.calloc(count, size), count * size);
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
    checkPointer(ptr);
    checkSize('size', size);
    return allocated(this._family.realloc(ptr, size), size);
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
    const right = isU32(alignment) && alignment !== 0 && (alignment & (alignment - 1)) === 0;
    checkNumber(right, 'alignment', 'a power of two', alignment);
    checkSize('size', size);
    return allocated(this._family.aligned_alloc(alignment, size), size);
  }

  /**
   * How many bytes of a block may be used: what was asked for, or a few more. 0 for a `ptr` of 0.
   * @param {number} ptr
   * @returns {number} bytes
   * @throws {TypeError | RangeError} naming the argument
   */
  usableSize(ptr) {
    checkPointer(ptr);
    return this._family.malloc_usable_size(ptr) >>> 0;
  }

  /**
   * Gives a block back. O(1). A `ptr` of 0 does nothing; any other that is not a block's address breaks the heap
   * (the profile 'hardened' looks for that and traps).
   * @param {number} ptr
   * @throws {TypeError | RangeError} naming the argument
   */
  free(ptr) {
    if (!fits(ptr)) checkPointer(ptr);
    this._free(ptr);
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
    const ptr = this.malloc(byteSize(Type, length));
    return new Handle(Type, this._lease, ptr, length);
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
    checkFunction(fn);
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
    return { env: { memory: this.memory, ...this._family } };
  }
}

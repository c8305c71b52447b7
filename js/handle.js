// Handles: typed arrays inside a heap that stay right when its memory grows.
//
//   lease   { memory, live }             the right to use memory: one for a heap, one for an arena until its reset
//     ^
//   handle  { Type, ptr, length, view }  view: made when first asked for, and anew after a growth
//
// A view of a memory that has grown is detached: its length is 0, and what is written to it is lost without a word.
// So a handle gives out its view through a getter that looks first.
import { release } from './dispose.js';

/** @typedef {import('./typed-array.js').TypedArray} TypedArray */
/**
 * @template {TypedArray} T
 * @typedef {import('./typed-array.js').TypedArrayConstructor<T>} TypedArrayConstructor
 */

/**
 * The right to use some of a memory. It ends once, for every handle that was given out under it.
 * @typedef {{ readonly memory: WebAssembly.Memory, live: boolean }} Lease
 */

/**
 * Ends one handle and returns where it was, 0 if it had ended already.
 * @type {(handle: Handle<any>) => number}
 */
let end;

/**
 * A typed array in a heap. Arenas give these; they are released with their arena.
 * @template {TypedArray} T
 */
export class Handle {
  #Type;
  #lease;
  #ptr;
  #length;
  /** @type {T | null} */
  #view = null;

  /**
   * @param {TypedArrayConstructor<T>} Type
   * @param {Lease} lease
   * @param {number} ptr a multiple of the element's size, not 0
   * @param {number} length elements
   */
  constructor(Type, lease, ptr, length) {
    this.#Type = Type;
    this.#lease = lease;
    this.#ptr = ptr;
    this.#length = length;
  }

  /**
   * Where it lies, in bytes from the start of the memory: what a wasm function takes as a pointer.
   * @throws {ReferenceError} after its release
   */
  get ptr() {
    if (this.#ptr === 0 || !this.#lease.live) throw new ReferenceError('handle: used after its release');
    return this.#ptr;
  }

  /** How long it is, in elements. */
  get length() {
    return this.#length;
  }

  /** How long it is, in bytes. */
  get byteLength() {
    return this.#length * this.#Type.BYTES_PER_ELEMENT;
  }

  /**
   * The typed array itself, right at this moment whoever has grown the memory since. O(1); the same object for as
   * long as the memory has not grown. Do not keep it across anything that may allocate: ask again.
   * @returns {T}
   * @throws {ReferenceError} after its release
   */
  get view() {
    const view = this.#view;
    // byteOffset is 0 once a view is detached, and no ptr is 0. (Its length would not tell for an empty one.) In a
    // shared memory old buffers are not detached, and a view of bytes that stay where they are stays right.
    if (view !== null && view.byteOffset === this.#ptr && this.#lease.live) return view;
    this.#view = new this.#Type(this.#lease.memory.buffer, this.ptr, this.#length);
    return this.#view;
  }

  static {
    end = (handle) => {
      const ptr = handle.#ptr;
      handle.#ptr = 0;
      handle.#view = null;
      return ptr;
    };
  }
}

/**
 * A typed array in a block of its own, from `heap.alloc`. Call `free`, or declare it with `using`.
 * @template {TypedArray} T
 * @extends {Handle<T>}
 */
export class HeapHandle extends Handle {
  #heap;

  /**
   * @param {TypedArrayConstructor<T>} Type
   * @param {Lease} lease
   * @param {number} ptr
   * @param {number} length elements
   * @param {{ free(ptr: number): void }} heap
   */
  constructor(Type, lease, ptr, length, heap) {
    super(Type, lease, ptr, length);
    this.#heap = heap;
  }

  /** Gives the block back to the heap. O(1). Called again, it does nothing. */
  free() {
    const ptr = end(this);
    if (ptr !== 0) this.#heap.free(ptr);
  }

  [release]() {
    this.free();
  }
}

// Handles: typed arrays inside a heap that stay right when its memory grows.
//
//   lease   { memory, free }             the right to use some of a memory, which ends at once for all its handles
//     ^
//   handle  { Type, ptr, length, view }  view: made when first asked for, and anew after a growth
//
// A heap has a new lease after each snapshot, for what was made since can end; an arena after each mark and reset.
//
// A view of a memory that has grown is detached: its length is 0, and what is written to it is lost without a word.
// So a handle gives out its view through a getter that looks first.
import { release } from './dispose.js';
import { ended } from './errors.js';
import { bufferOf } from './memory.js';

/** @typedef {import('./typed-array.js').TypedArray} TypedArray */
/** @typedef {import('./typed-array.js').TypedArrays} TypedArrays */
/**
 * @template {keyof TypedArrays} [N=any]
 * @typedef {import('./typed-array.js').TypedArrayConstructor<N>} TypedArrayConstructor
 */

/** The right to use some of a memory. */
export class Lease {
  /**
   * @param {any} [memory] a WebAssembly.Memory; nothing once it has ended
   * @param {(ptr: number) => void} [free] what becomes of a handle's bytes when the handle is freed; else they wait for an
   *   arena's release
   */
  constructor(memory, free) {
    this.memory = memory;
    this.free = free;
  }

  end() {
    this.memory = this.free = undefined;
  }
}

// One class for a heap's and an arena's, and no subclass: private fields of a derived class cost twice the time to
// set up.

/** What a handle has when it was freed. */
const over = new Lease();

function released() {
  ended('handle');
}

/**
 * The class of a handle's typed array, for the rest of the package.
 * @type {(handle: Handle<any>) => TypedArrayConstructor}
 */
export let typeOf;

/**
 * A typed array in a heap, from `heap.alloc` or an arena. JSON refuses it, and whoever posts it gets an empty object: its
 * `ptr` and `length` can be posted, and `heap.adopt` makes a handle of them there.
 * @template {import('./typed-array.js').TypedArray} T
 */
export class Handle {
  #Type;
  #lease;
  #ptr;
  #length;
  /** @type {T | null} */
  #view;

  static {
    typeOf = (handle) => handle.#Type;
  }

  /**
   * @param {TypedArrayConstructor} Type
   * @param {Lease} lease
   * @param {number} ptr a multiple of the element's size, not 0
   * @param {number} length elements
   * @internal
   */
  constructor(Type, lease, ptr, length) {
    this.#Type = Type;
    this.#lease = lease;
    this.#ptr = ptr;
    this.#length = length;
    this.#view = null;
  }

  /**
   * Where it lies: what a wasm function takes as a pointer.
   * @returns {number} bytes from the start of the memory
   * @throws {ReferenceError} after its release
   */
  get ptr() {
    // V8 inlines up to 27 bytes of bytecode whatever else the caller does; this is 26. Then it sees that a handle which
    // goes no further needs not be an object at all: arenas are three times as fast.
    if (!this.#lease.memory) released();
    return this.#ptr;
  }

  /**
   * How long it is.
   * @returns {number} elements
   */
  get length() {
    return this.#length;
  }

  /**
   * How long it is.
   * @returns {number} bytes
   */
  get byteLength() {
    return this.#length * this.#Type.BYTES_PER_ELEMENT;
  }

  /**
   * The typed array itself, right at this moment whoever has grown the memory since. It is no new object for as long as
   * the memory has not grown. Do not keep it across anything that may allocate: ask again.
   * @returns {T}
   * @throws {ReferenceError} after its release
   */
  get view() {
    const view = this.#view;
    // A detached view's length is 0. (Engines read `length` ten times faster than they compare buffers.) In a shared
    // memory old buffers are not detached, and a view of bytes that stay where they are stays right.
    if (view && view.length !== 0 && this.#lease.memory) return view;
    const { ptr } = this;
    // Of an empty view the length does not tell, but the place does, which is 0 of a detached one.
    if (view?.byteOffset) return view;
    const made = new this.#Type(bufferOf(this.#lease.memory, ptr + this.byteLength), ptr, this.#length);
    this.#view = made;
    return made;
  }

  /**
   * A copy of what it holds, outside of the heap and never shared: to keep, to post, to hand to what takes no view of
   * a shared memory.
   * @returns {import('./typed-array.js').TypedArrays<ArrayBuffer>[T[typeof Symbol.toStringTag]]}
   * @throws {ReferenceError} after its release
   * @complexity linear in the bytes that are copied
   */
  copy() {
    return /** @type {any} */ (this.view).slice();
  }

  /**
   * Ends the handle. A block of its own, from `heap.alloc`, goes back to the heap; what is an arena's goes back with
   * the arena. Called again, it does nothing.
   * @complexity O(1)
   */
  free() {
    const { free } = this.#lease;
    this.#lease = over;
    if (free) free(this.#ptr);
  }

  [release]() {
    this.free();
  }
}

// An arena: many small things that are released together.
//
//   chunk (a block of the heap)
//   | handle | handle |  gap  | handle |          free          |
//                                      ^ _next                  ^ _end
//
// To allocate is to move _next, in JavaScript, with no call into wasm and no lock. A full chunk is followed by another;
// what is big for a chunk gets a block of its own. This much is `heaplet/core`; arena.js adds the rest.
import { byteSize, checkBytes, checkOptions } from './check.js';
import { checkString, encoder, from, utf8 } from './copy.js';
import { release } from './dispose.js';
import { ended, OutOfMemoryError } from './errors.js';
import { Handle, Lease } from './handle.js';
import { isPlain } from './memory.js';

/** @typedef {import('./typed-array.js').TypedArray} TypedArray */
/**
 * @template {ArrayBufferLike} [B=ArrayBufferLike]
 * @typedef {import('./typed-array.js').TypedArrays<B>} TypedArrays
 */
/**
 * @template {keyof TypedArrays} [N=any]
 * @typedef {import('./typed-array.js').TypedArrayConstructor<N>} TypedArrayConstructor
 */

/** Where the next thing would begin before the first chunk: behind its end, so that not even 0 bytes fit. */
const NOTHING_FITS = 1;

/**
 * What an arena needs of a heap.
 * @typedef {object} Blocks
 * @property {import('./memory.js').Memory} memory
 * @property {(size: number) => number} malloc
 * @property {(ptr: number) => void} free
 */

/**
 * The options of `heap.arena`.
 * @typedef {object} ArenaOptions
 * @property {number} [chunkSize] bytes taken from the heap at a time, 256 to 2 ** 30; 16384 if left out
 */

/**
 * Many small things that are released together: made by `heap.arena` or `heap.scope`.
 * @template {ArrayBufferLike} [B=ArrayBufferLike] what the memory is made of
 */
export class CoreArena {
  #heap;
  #chunkSize;
  /**
   * Where the next thing begins.
   * @internal
   */
  _next = NOTHING_FITS;
  /** @internal */
  _end = 0;
  /**
   * The chunk that _next moves in; 0 before the first.
   * @internal
   */
  _chunk = 0;
  /**
   * Full chunks, and blocks of their own.
   * @internal
   * @type {number[]}
   */
  _others = [];
  /**
   * Of the handles to come; it ends with the arena.
   * @internal
   * @type {Lease}
   */
  _lease;

  /**
   * @param {Blocks} heap
   * @param {ArenaOptions} [options]
   * @internal
   */
  constructor(heap, options = {}) {
    const { chunkSize = 16384 } = checkOptions('heap.arena', options, ['chunkSize']);
    checkBytes('chunkSize', 256, 2 ** 30, chunkSize);
    this.#heap = heap;
    this.#chunkSize = chunkSize;
    this._lease = new Lease(heap.memory);
  }

  /**
   * The memory of its heap.
   * @returns {import('./memory.js').Memory}
   */
  get memory() {
    return this.#heap.memory;
  }

  /**
   * A typed array in the arena, aligned for its type. What it holds at first is not defined.
   * @template {keyof TypedArrays} N
   * @param {TypedArrayConstructor<N>} Type
   * @param {number} length elements
   * @returns {Handle<TypedArrays<B>[N]>}
   * @throws {OutOfMemoryError}
   * @throws {TypeError | RangeError} naming the argument
   * @throws {ReferenceError} after the arena was freed
   * @complexity O(1): most often without a call into wasm, else with one of `heap.malloc`
   */
  alloc(Type, length) {
    const bytes = byteSize(Type, length);
    const lease = this._live();
    // Up to the next multiple of an element, a power of two; no bit operation on the sum, which may pass 2 ** 31.
    let ptr = this._next + (-this._next & (Type.BYTES_PER_ELEMENT - 1));
    if (ptr + bytes <= this._end) this._next = ptr + bytes;
    else ptr = this._refill(bytes);
    return new Handle(Type, lease, ptr, length);
  }

  /**
   * A copy of a typed array: of any kind, from anywhere, this memory included. Node's Buffers come as Uint8Array.
   * @template {keyof TypedArrays} N
   * @param {import('./typed-array.js').TypedArray<N>} source
   * @returns {Handle<TypedArrays<B>[N]>}
   * @throws {OutOfMemoryError | TypeError}
   * @throws {ReferenceError} after the arena was freed
   * @complexity linear in the bytes that are copied
   */
  from(source) {
    return from(this, source);
  }

  /**
   * A string as UTF-8, without a zero at its end; half a surrogate pair becomes U+FFFD, as TextEncoder does it.
   * @param {string} string
   * @returns {Handle<Uint8Array<B>>} its length is in bytes
   * @throws {OutOfMemoryError | TypeError}
   * @throws {ReferenceError} after the arena was freed
   * @complexity linear in the string's length
   */
  utf8(string) {
    checkString(string);
    this._live(); // before anything is written
    const { buffer } = this.memory;
    // Where the longest outcome fits, the text is encoded in place, six times as fast.
    const most = string.length * 3;
    if (!isPlain(buffer) || this._next + most > this._end) return utf8(this, string);
    const { written } = encoder.encodeInto(string, new Uint8Array(buffer, this._next, most));
    return this.alloc(Uint8Array, written);
  }

  /**
   * Releases everything in the arena, whose handles and marks end, and keeps a chunk for what comes next.
   * @throws {ReferenceError} after the arena was freed
   * @complexity linear in the arena's chunks and blocks, whatever number of handles they hold
   */
  reset() {
    this._live();
    this._release(this._others.splice(0));
    this._next = this._chunk || NOTHING_FITS;
  }

  /**
   * Gives everything back to the heap; the handles end, and so does the arena. Called again, it does nothing.
   * @complexity linear in the arena's chunks and blocks, whatever number of handles they hold
   */
  free() {
    if (!this._lease.memory) return;
    const all = [...this._others, this._chunk];
    this._chunk = this._end = 0;
    this._release(all);
    this._lease.end();
  }

  [release]() {
    this.free();
  }

  /** @internal */
  _live() {
    return this._lease.memory ? this._lease : this._begin();
  }

  /**
   * A lease for the next handle, where there is none: here that is an arena that was freed.
   * @returns {Lease}
   * @internal
   */
  _begin() {
    return ended('arena');
  }

  /**
   * Ends the handles, and gives blocks back, the chunk in use excepted.
   * @param {number[]} blocks
   * @internal
   */
  _release(blocks) {
    this._lease.end();
    this._lease = new Lease(this.memory);
    for (const ptr of blocks) if (ptr !== this._chunk) this.#heap.free(ptr);
  }

  /**
   * A block for a request that the chunk is too small for.
   * @param {number} bytes
   * @returns {number} its address, aligned for every type
   * @internal
   */
  _refill(bytes) {
    // A chunk is left with at most a quarter of it unused.
    if (bytes <= this.#chunkSize / 4) {
      try {
        const chunk = this.#heap.malloc(this.#chunkSize);
        if (this._chunk) this._others.push(this._chunk);
        this._chunk = chunk;
        this._end = chunk + this.#chunkSize;
        this._next = chunk + bytes;
        return chunk;
      } catch (error) {
        // Where there is no memory for a chunk there may still be some for the request.
        if (!(error instanceof OutOfMemoryError)) throw error;
      }
    }
    const ptr = this.#heap.malloc(bytes);
    this._others.push(ptr);
    return ptr;
  }
}

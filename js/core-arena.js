// An arena: many small things that are released together.
//
//   chunk (a block of the heap)
//   | handle | handle |  gap  | handle |          free          |
//                                      ^ #next                  ^ #end
//
// To allocate is to move #next, in JavaScript, with no call into wasm and no lock. A full chunk is followed by another;
// what is big for a chunk gets a block of its own. This much is `heaplet/core`; arena.js adds the rest.
import { checkOptions, isU32, numberError, sizeError } from './check.js';
import { checkString, from, utf8, utf8At } from './copy.js';
import { release } from './dispose.js';
import { ended, OutOfMemoryError } from './errors.js';
import { Handle } from './handle.js';
import { Lease } from './lease.js';
import { elementSize } from './typed-array.js';

/** @typedef {import('./lease.js').HeapLease} HeapLease */
/** @typedef {import('./typed-array.js').TypedArray} TypedArray */
/**
 * @template {TypedArray} T
 * @typedef {import('./typed-array.js').TypedArrayConstructor<T>} TypedArrayConstructor
 */

/**
 * What an arena needs of a heap.
 * @typedef {object} Blocks
 * @property {WebAssembly.Memory} memory
 * @property {(size: number) => number} malloc
 * @property {(ptr: number) => void} free
 * @property {HeapLease} _lease
 */

/**
 * The options of `heap.arena`.
 * @typedef {object} ArenaOptions
 * @property {number} [chunkSize] bytes taken from the heap at a time, 256 to 2 ** 30; 16384 if left out
 */

/** Many small things that are released together: made by `heap.arena` or `heap.scope`. */
export class CoreArena {
  #heap;
  #chunkSize;
  // Before the first chunk nothing fits, not even 0 bytes.
  #next = 1;
  #end = 0;
  /** @type {Lease} of the handles to come; it ends with the arena */
  #lease;
  /** @type {Lease[]} one for each mark that can be gone back to, and the newest */
  #leases;
  /** The chunk that #next moves in; 0 before the first. */
  #chunk = 0;
  /** @type {number[]} full chunks, and blocks of their own */
  #others = [];
  /** @type {HeapLease | null} under which the newest block was taken */
  #grant = null;

  /**
   * @param {Blocks} heap
   * @param {ArenaOptions} [options]
   * @internal
   */
  constructor(heap, options = {}) {
    checkOptions('heap.arena', options, ['chunkSize']);
    const { chunkSize = 16384 } = options;
    if (!isU32(chunkSize) || chunkSize < 256 || chunkSize > 2 ** 30) {
      throw numberError('chunkSize', chunkSize, 'a whole number of bytes from 256 to 2 ** 30');
    }
    this.#heap = heap;
    this.#chunkSize = chunkSize;
    this.#lease = new Lease(heap.memory);
    this.#leases = [this.#lease];
  }

  /** The memory of its heap. */
  get memory() {
    return this.#heap.memory;
  }

  /**
   * A typed array in the arena, aligned for its type. What it holds at first is not defined. O(1).
   * @template {TypedArray} T
   * @param {TypedArrayConstructor<T>} Type
   * @param {number} length elements
   * @returns {Handle<T>}
   * @throws {OutOfMemoryError | RangeError | TypeError}
   * @throws {ReferenceError} after the arena was freed
   */
  alloc(Type, length) {
    const size = elementSize(Type);
    if (!isU32(length)) throw sizeError('length', length);
    if (!this.#lease.live) throw ended('arena');
    const bytes = length * size;
    // Up to the next multiple of size, a power of two; no bit operation on the sum, which may pass 2 ** 31.
    let ptr = this.#next + (-this.#next & (size - 1));
    if (ptr + bytes <= this.#end) this.#next = ptr + bytes;
    else ptr = this.#refill(bytes);
    return new Handle(Type, this.#lease, ptr, length);
  }

  /**
   * A copy of a typed array: of any kind, from anywhere, this memory included. Node's Buffers come as Uint8Array.
   * @template {TypedArray} T
   * @param {T} source
   * @returns {Handle<T extends Uint8Array ? Uint8Array : T>}
   * @throws {OutOfMemoryError | TypeError}
   */
  from(source) {
    return from(this, source);
  }

  /**
   * A string as UTF-8, without a zero at its end; half a surrogate pair becomes U+FFFD, as TextEncoder does it.
   * @param {string} string
   * @returns {Handle<Uint8Array>} its length is in bytes
   * @throws {OutOfMemoryError | TypeError}
   */
  utf8(string) {
    checkString(string);
    // Encoded in place where the longest outcome has room.
    if (this.#next + string.length * 3 <= this.#end) {
      const written = utf8At(this.memory, this.#next, string);
      if (written >= 0) return this.alloc(Uint8Array, written);
    }
    return utf8(this, string);
  }

  /**
   * Notes where the arena stands.
   * @returns {{ lease: Lease, back(): void }} what is as old as the place, and the way back to it
   * @internal
   */
  _place() {
    const lease = this.#lease;
    if (!lease.live) throw ended('arena');
    const [kept, chunk, next, end] = [this.#others.length, this.#chunk, this.#next, this.#end];
    this.#renew();
    const back = () => {
      // The chunk of then may be one of the full ones by now.
      const since = this.#others.splice(kept).concat(this.#chunk);
      [this.#chunk, this.#next, this.#end] = [chunk, next, end];
      this.#release(this.#leases.indexOf(lease) + 1, since);
    };
    return { lease, back };
  }

  /** Releases everything in the arena, whose handles and marks end, and keeps a chunk for what comes next. */
  reset() {
    if (!this.#lease.live) throw ended('arena');
    this.#release(0, this.#others.splice(0));
    if (this.#chunk !== 0) this.#next = this.#chunk;
  }

  /** Gives everything back to the heap; the handles end, and so does the arena. Called again, it does nothing. */
  free() {
    if (!this.#lease.live) return;
    const all = this.#others.splice(0).concat(this.#chunk);
    this.#chunk = 0;
    this.#release(0, all);
    this.#lease.live = false;
    this.#grant?.arenas.delete(this.#leases);
  }

  [release]() {
    this.free();
  }

  // Handles from now on can be ended apart from those before.
  #renew() {
    this.#lease = new Lease(this.memory);
    this.#leases.push(this.#lease);
  }

  /**
   * Ends all leases but the first `kept`, and gives blocks back, the one in use excepted.
   * @param {number} kept
   * @param {number[]} blocks
   */
  #release(kept, blocks) {
    for (const lease of this.#leases.splice(kept)) lease.live = false;
    for (const ptr of blocks) if (ptr !== this.#chunk) this.#heap.free(ptr);
    this.#renew();
  }

  /**
   * Room for a request that the chunk has no room for.
   * @param {number} bytes
   * @returns {number} its address, aligned for every type
   */
  #refill(bytes) {
    const ptr = this.#take(bytes);
    // Noted for a heap that goes back to an older state, in which this block is not taken.
    const { _lease: grant } = this.#heap;
    if (this.#grant !== grant) {
      this.#grant?.arenas.delete(this.#leases);
      this.#grant = grant;
      grant.arenas.add(this.#leases);
    }
    return ptr;
  }

  /** @param {number} bytes */
  #take(bytes) {
    // A chunk is left with at most a quarter of it unused.
    if (bytes <= this.#chunkSize / 4 && this.#addChunk()) {
      this.#next = this.#chunk + bytes;
      return this.#chunk;
    }
    const ptr = this.#heap.malloc(bytes);
    this.#others.push(ptr);
    return ptr;
  }

  /** @returns {boolean} false if the heap has no room for a chunk: it may still have room for the request */
  #addChunk() {
    try {
      const chunk = this.#heap.malloc(this.#chunkSize);
      if (this.#chunk !== 0) this.#others.push(this.#chunk);
      this.#chunk = chunk;
      this.#end = chunk + this.#chunkSize;
      return true;
    } catch (error) {
      if (error instanceof OutOfMemoryError) return false;
      throw error;
    }
  }
}

// An arena: many small things that are released together.
//
//   chunk (a block of the heap)
//   | handle | handle |  gap  | handle |          free          |
//                                      ^ #next                  ^ #end
//
// To allocate is to move #next, in JavaScript, with no call into wasm. A full chunk is followed by another; what is
// big for a chunk gets a block of its own.
import { checkOptions, isU32, numberError, show, sizeError } from './check.js';
import { release } from './dispose.js';
import { OutOfMemoryError } from './errors.js';
import { Handle } from './handle.js';
import { classOf, elementSize } from './typed-array.js';

/** @typedef {import('./handle.js').Lease} Lease */
/** @typedef {import('./typed-array.js').TypedArray} TypedArray */
/**
 * @template {TypedArray} T
 * @typedef {import('./typed-array.js').TypedArrayConstructor<T>} TypedArrayConstructor
 */

/**
 * What an arena needs of a heap.
 * @typedef {{ readonly memory: WebAssembly.Memory, malloc(size: number): number, free(ptr: number): void }} Blocks
 */

/**
 * The options of `heap.arena`.
 * @typedef {object} ArenaOptions
 * @property {number} [chunkSize] bytes taken from the heap at a time, 256 to 2 ** 30; 16384 if left out
 */

const encoder = new TextEncoder();

// Where an arena without a chunk stands. An address of 0 would not do: no handle may lie there.
const nowhere = { next: 1, end: 0 };

export class Arena {
  #heap;
  #chunkSize;
  /** @type {Lease} */
  #lease;
  #released = false;
  #next = nowhere.next;
  #end = nowhere.end;
  /** The chunk that #next moves in; 0 before the first. */
  #chunk = 0;
  /** @type {number[]} full chunks, and blocks of their own */
  #others = [];

  /**
   * @param {Blocks} heap
   * @param {ArenaOptions} [options]
   */
  constructor(heap, options = {}) {
    checkOptions('heap.arena', options, ['chunkSize']);
    const { chunkSize = 16384 } = options;
    if (!isU32(chunkSize) || chunkSize < 256 || chunkSize > 2 ** 30) {
      throw numberError('chunkSize', chunkSize, 'a whole number of bytes from 256 to 2 ** 30');
    }
    this.#heap = heap;
    this.#chunkSize = chunkSize;
    this.#lease = leaseOn(heap);
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
    const Type = classOf(source);
    if (Type === undefined) throw new TypeError(`source: expected a typed array, got ${show(source)}`);
    const { byteOffset, length } = source;
    const handle = this.alloc(Type, length);
    // If it was a view of this memory, and the memory had to grow, then it is detached by now.
    const intact = source.length === length;
    handle.view.set(intact ? source : new Type(this.#lease.memory.buffer, byteOffset, length));
    return handle;
  }

  /**
   * A string as UTF-8, without a zero at its end; half a surrogate pair becomes U+FFFD, as TextEncoder does it.
   * @param {string} string
   * @returns {Handle<Uint8Array>} its length is in bytes
   * @throws {OutOfMemoryError | TypeError}
   */
  utf8(string) {
    if (typeof string !== 'string') throw new TypeError(`string: expected a string, got ${show(string)}`);
    const most = string.length * 3;
    const { buffer } = this.#lease.memory;
    // Encoded in place where the longest outcome has room. Browsers do not encode into shared memory.
    if (this.#next + most > this.#end || !(buffer instanceof ArrayBuffer))
      return this.from(encoder.encode(string));
    const { written } = encoder.encodeInto(string, new Uint8Array(buffer, this.#next, most));
    return this.alloc(Uint8Array, written);
  }

  /** Releases everything in the arena, whose handles end, and keeps a chunk for what comes next. */
  reset() {
    if (this.#released) throw spent();
    this.#lease.live = false;
    this.#lease = leaseOn(this.#heap);
    for (const ptr of this.#others) this.#heap.free(ptr);
    this.#others = [];
    if (this.#chunk !== 0) this.#next = this.#chunk;
  }

  /** Gives everything back to the heap; the handles end, and so does the arena. Called again, it does nothing. */
  free() {
    if (this.#released) return;
    this.reset();
    this.#released = true;
    this.#lease.live = false;
    this.#heap.free(this.#chunk);
    this.#chunk = 0;
    this.#next = nowhere.next;
    this.#end = nowhere.end;
  }

  [release]() {
    this.free();
  }

  /**
   * Room for a request that the chunk has no room for.
   * @param {number} bytes
   * @returns {number} its address, aligned for every type
   */
  #refill(bytes) {
    if (this.#released) throw spent();
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

// A handle's bytes wait for the arena's release.
/** @param {Blocks} heap */
const leaseOn = ({ memory }) => ({ memory, live: true, free() {} });

const spent = () => new ReferenceError('arena: used after it was freed');

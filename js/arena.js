// Arenas with everything: marks and nested scopes, and strings of every kind.
import { checkFunction } from './check.js';
import { cstring, utf16 } from './copy.js';
import { CoreArena } from './core-arena.js';
import { leaseOf } from './core-heap.js';
import { counted, describe } from './describe.js';
import { release } from './dispose.js';
import { ended } from './errors.js';
import { grantsOf } from './grants.js';
import { Lease } from './lease.js';
import { closing } from './scope.js';

/**
 * @template {import('./typed-array.js').TypedArray} T
 * @typedef {import('./handle.js').Handle<T>} Handle
 */

/** A point in an arena's life to go back to: see `arena.mark`. */
export class Mark {
  #lease;
  #rewind;

  /**
   * @param {Lease} lease of the handles before it: the mark lasts as long
   * @param {() => void} rewind
   * @internal
   */
  constructor(lease, rewind) {
    this.#lease = lease;
    this.#rewind = rewind;
  }

  /**
   * Releases what the arena has handed out since. May be called again, until the arena is reset, freed, or rewound
   * to an earlier mark.
   * @throws {ReferenceError} once the mark is gone
   */
  rewind() {
    if (!this.#lease.memory) ended('mark');
    this.#rewind();
  }

  [release]() {
    if (this.#lease.memory) this.#rewind();
  }
}

/**
 * Many small things that are released together: made by `heap.arena` or `heap.scope`.
 * @template {ArrayBufferLike} [B=ArrayBufferLike]
 * @extends {CoreArena<B>}
 */
export class Arena extends CoreArena {
  /**
   * One for each mark that can be gone back to, and the newest.
   * @internal
   * @type {Lease[]}
   */
  _leases = [this._lease];
  #heap;

  /**
   * @param {import('./core-heap.js').CoreHeap} heap
   * @param {import('./core-arena.js').ArenaOptions} [options]
   * @internal
   */
  constructor(heap, options) {
    super(heap, options);
    this.#heap = heap;
  }

  /**
   * A string's 16-bit units, as JavaScript has them.
   * @param {string} string
   * @returns {Handle<Uint16Array<B>>}
   * @throws {OutOfMemoryError | TypeError}
   */
  utf16(string) {
    return utf16(this, string);
  }

  /**
   * A string as UTF-8 with a zero at its end, for C.
   * @param {string} string
   * @returns {Handle<Uint8Array<B>>} its length is in bytes, the zero included
   * @throws {OutOfMemoryError | TypeError}
   * @throws {RangeError} if the string holds a zero, which would end it
   */
  cstring(string) {
    return cstring(this, string);
  }

  /**
   * Notes where the arena stands. `mark.rewind()`, or the end of the block of `using mark = arena.mark()`, releases
   * what came after. O(1).
   * @returns {Mark}
   * @throws {ReferenceError} after the arena was freed
   */
  mark() {
    const lease = this._living();
    const { _chunk, _next, _end } = this;
    const { length } = this._others;
    // Handles from now on can be ended apart from those before.
    this._lease = new Lease(this.memory);
    this._leases.push(this._lease);
    return new Mark(lease, () => {
      // The chunk of then may be one of the full ones by now.
      const since = [...this._others.splice(length), this._chunk];
      Object.assign(this, { _chunk, _next, _end });
      this._release(since, this._leases.indexOf(lease) + 1);
    });
  }

  /**
   * Calls a function and releases what it has taken from the arena when it is done: when it returns or throws, and
   * if it returns a promise, when that is settled.
   * @template R
   * @param {(arena: Arena<B>) => R} fn
   * @returns {R} what the function returned
   */
  scope(fn) {
    checkFunction(fn);
    const mark = this.mark();
    return closing(
      () => fn(this),
      () => mark[release](),
    );
  }

  /**
   * @override
   * @param {number[]} blocks
   * @param {number} [kept] leases, of what is older
   * @internal
   */
  _release(blocks, kept = 0) {
    for (const lease of this._leases.splice(kept)) lease.end();
    super._release(blocks);
    this._leases.push(this._lease);
  }

  /**
   * @override
   * @param {number} bytes
   * @internal
   */
  _refill(bytes) {
    const ptr = super._refill(bytes);
    // Noted for a heap that goes back to an older state, in which this block is not taken.
    grantsOf(this.#heap).set(this._leases, leaseOf(this.#heap));
    return ptr;
  }

  /**
   * @override
   * @internal
   */
  free() {
    super.free();
    grantsOf(this.#heap).delete(this._leases);
  }
}

describe(Arena, ({ _lease, _chunk, _others }) =>
  _lease.memory ? `Arena, ${counted(_others.length + Number(_chunk !== 0))}` : 'Arena (freed)',
);

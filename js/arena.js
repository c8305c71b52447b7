// Arenas with everything: marks and nested scopes, and strings of every kind.
import { checkType } from './check.js';
import { cstring, utf16 } from './copy.js';
import { CoreArena } from './core-arena.js';
import { leaseOf } from './core-heap.js';
import { counted, describe } from './describe.js';
import { release } from './dispose.js';
import { ended } from './errors.js';
import { grantsOf } from './grants.js';
import { Lease } from './handle.js';
import { closing } from './scope.js';

/** The lease of an arena that nobody has taken anything from since its newest mark. */
const none = new Lease();

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
   * @complexity linear in the chunks, blocks and marks since, whatever number of handles they hold
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
 * What a heap must know of an arena to end it when an older state is brought back. Its handles keep it, and it keeps no
 * arena: one that is forgotten can be collected.
 * @typedef {object} Grant
 * @property {Lease | null} from that of the heap under which the arena took its newest block; null while it has none
 * @property {Lease[]} leases of the arena's handles, the oldest first: each but the first begins at a mark
 */

/**
 * Many small things that are released together: made by `heap.arena` or `heap.scope`.
 * @template {ArrayBufferLike} [B=ArrayBufferLike]
 * @extends {CoreArena<B>}
 */
export class Arena extends CoreArena {
  /**
   * @internal
   * @type {Grant}
   */
  _grant = { from: null, leases: [] };
  #heap;
  /** @type {Map<Lease, Set<Arena>>} the running scopes, by the lease with which they end */
  #scopes = new Map();

  /**
   * @param {import('./core-heap.js').CoreHeap} heap
   * @param {import('./core-arena.js').ArenaOptions} [options]
   * @internal
   */
  constructor(heap, options) {
    super(heap, options);
    this.#heap = heap;
    this._begin();
  }

  /**
   * A string's 16-bit units, as JavaScript has them.
   * @param {string} string
   * @returns {Handle<Uint16Array<B>>} its length is in units
   * @throws {OutOfMemoryError | TypeError}
   * @throws {ReferenceError} after the arena was freed
   * @complexity linear in the string's length
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
   * @throws {ReferenceError} after the arena was freed
   * @complexity linear in the string's length
   */
  cstring(string) {
    return cstring(this, string);
  }

  /**
   * Notes where the arena stands. `mark.rewind()`, or the end of the block of `using mark = arena.mark()`, releases
   * what came after, whoever took it: functions that run at the same time, waiting for promises, take a scope each.
   * @returns {Mark}
   * @throws {ReferenceError} after the arena was freed
   * @complexity O(1)
   */
  mark() {
    const { leases } = this._grant;
    if (!leases[0].memory) ended('arena');
    // Handles from now on can be ended apart from those before. Their lease is made for the first of them: so marks of
    // the same place share it, and a mark that is set, used and forgotten leaves nothing behind.
    this._lease = none;
    const { length } = leases;
    const { _chunk, _next, _end } = this;
    const full = this._others.length;
    return new Mark(leases[length - 1], () => {
      // The chunk of then may be one of the full ones by now.
      const since = [...this._others.splice(full), this._chunk];
      Object.assign(this, { _chunk, _next, _end });
      this._release(since, length);
    });
  }

  /**
   * Calls a function with an arena of its own inside of this one, and frees that when the function is done: when it
   * returns or throws, and if it returns a promise, when that is settled. Any number may run at the same time: each
   * releases what was taken from the arena that it was given. What ends this arena, or goes back to a mark from before
   * the call, ends that one too.
   * @template R
   * @param {(arena: Arena<B>) => R} fn
   * @returns {R} what the function returned
   * @throws {TypeError} naming the argument
   * @throws {ReferenceError} after the arena was freed
   * @complexity that of the function, and of the inner arena's `free`
   */
  scope(fn) {
    checkType('fn', 'function', fn);
    const lease = this._live();
    const running = this.#scopes.get(lease) ?? new Set();
    // Scopes are many, deep and mostly short: their chunks are small, of a size that a heap hands out the fastest.
    /** @type {Arena<any>} */
    const inner = new Arena(this.#heap, { chunkSize: 1000 });
    this.#scopes.set(lease, running.add(inner));
    return closing(
      () => fn(inner),
      () => {
        inner.free();
        running.delete(inner);
        if (running.size === 0) this.#scopes.delete(lease);
      },
    );
  }

  /**
   * @override
   * @internal
   */
  _begin() {
    const { leases } = this._grant;
    if (leases[0] && !leases[0].memory) ended('arena');
    // The heap's set of grants keeps none alive: that is for the handles to do.
    this._lease = Object.assign(new Lease(this.memory), { kept: this._grant });
    leases.push(this._lease);
    return this._lease;
  }

  /**
   * @override
   * @param {number[]} blocks
   * @param {number} [kept] leases, of what is older
   * @internal
   */
  _release(blocks, kept = 0) {
    for (const lease of this._grant.leases.splice(kept)) {
      lease.end();
      for (const scope of this.#scopes.get(lease) ?? []) scope.free();
      this.#scopes.delete(lease);
    }
    super._release(blocks);
    if (kept > 0) this._lease = none;
    else this._begin();
  }

  /**
   * @override
   * @param {number} bytes
   * @internal
   */
  _refill(bytes) {
    const ptr = super._refill(bytes);
    // Noted for a heap that goes back to an older state, in which this block is not taken.
    if (!this._grant.from) grantsOf(this.#heap).add(this._grant);
    this._grant.from = leaseOf(this.#heap);
    return ptr;
  }

  /**
   * @override
   * @internal
   */
  free() {
    // Of a lease that has ended nothing is given back: it was the heap that ended it.
    [this._lease] = this._grant.leases;
    super.free();
    this._grant.from = null;
    grantsOf(this.#heap).delete(this._grant);
  }
}

describe(Arena, ({ _grant, _chunk, _others }) =>
  _grant.leases[0].memory ? `Arena, ${counted(_others.length + Number(_chunk !== 0))}` : 'Arena (freed)',
);

// Arenas with everything: marks and nested scopes, and strings of every kind.
import { show } from './check.js';
import { cstring, utf16 } from './copy.js';
import { CoreArena } from './core-arena.js';
import { release } from './dispose.js';
import { closing } from './scope.js';

/** @typedef {import('./lease.js').Lease} Lease */
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
    if (!this.#lease.live) throw new ReferenceError('mark: its arena was reset, freed or rewound past it');
    this.#rewind();
  }

  [release]() {
    if (this.#lease.live) this.#rewind();
  }
}

/** Many small things that are released together: made by `heap.arena` or `heap.scope`. */
export class Arena extends CoreArena {
  /**
   * A string's 16-bit units, as JavaScript has them.
   * @param {string} string
   * @returns {Handle<Uint16Array>}
   * @throws {OutOfMemoryError | TypeError}
   */
  utf16(string) {
    return utf16(this, string);
  }

  /**
   * A string as UTF-8 with a zero at its end, for C.
   * @param {string} string
   * @returns {Handle<Uint8Array>} its length is in bytes, the zero included
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
    const { lease, back } = this._place();
    return new Mark(lease, back);
  }

  /**
   * Calls a function and releases what it has taken from the arena when it is done: when it returns or throws, and
   * if it returns a promise, when that is settled.
   * @template R
   * @param {(arena: Arena) => R} fn
   * @returns {R} what the function returned
   */
  scope(fn) {
    if (typeof fn !== 'function') throw new TypeError(`fn: expected a function, got ${show(fn)}`);
    const mark = this.mark();
    return closing(
      () => fn(this),
      () => mark[release](),
    );
  }
}

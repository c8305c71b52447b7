// The lock of a heap in a shared memory.
//
//   lock     0 free; 1 held; 2 held, and somebody may be asleep on it
//   hungry   0, or the mark of one who has waited for long: the others then let him go first
//
// Whoever finds it free takes it: that is quick, and nobody holds anything while he waits, so a worker that is
// terminated while it waits leaves nothing behind. It could starve one who sleeps while others come and go; so after
// PATIENCE he leaves his mark, and whoever comes sees it and stands back for a moment, no longer than POLITENESS, for
// the owner of the mark may be dead.
//
// A browser's main thread must not sleep: there all waiting is spinning, and bounded.
import { bufferOf } from './memory.js';

const LOCK = 1;
const HUNGRY = 2;

const SPINS = 200;
const PATIENCE = 2; // ms
const POLITENESS = 1; // ms
// Nobody holds the lock for longer than it takes to copy a block. If it lasts, then its holder was terminated.
const SPIN_LIMIT = 1000; // ms
const SLEEP_LIMIT = 10_000; // ms

const now = () => performance.now();

/** @param {Int32Array} words */
function maySleep(words) {
  try {
    Atomics.wait(words, LOCK, -1, 0);
    return true;
  } catch {
    return false;
  }
}

export class Lock {
  #words;
  #sleeps;

  /** @param {Int32Array} words at the heap's base, in shared memory */
  constructor(words) {
    this.#words = words;
    this.#sleeps = maySleep(words);
  }

  /**
   * Calls `fn` when no other thread is in such a call.
   * @template R
   * @param {() => R} fn
   * @returns {R}
   */
  run(fn) {
    this.acquire();
    try {
      return fn();
    } finally {
      this.release();
    }
  }

  acquire() {
    const words = this.#words;
    if (Atomics.load(words, HUNGRY) === 0 && Atomics.compareExchange(words, LOCK, 0, 1) === 0) return;
    this.#wait();
  }

  release() {
    if (Atomics.exchange(this.#words, LOCK, 0) === 2) Atomics.notify(this.#words, LOCK, 1);
  }

  #wait() {
    const words = this.#words;
    const start = now();
    this.#standBack();
    for (let i = 0; i < SPINS; i++) {
      if (Atomics.compareExchange(words, LOCK, 0, 1) === 0) return;
    }
    const limit = this.#sleeps ? SLEEP_LIMIT : SPIN_LIMIT;
    const mine = 1 + Math.floor(Math.random() * 0x7ffffffe);
    let marked = false;
    while (Atomics.exchange(words, LOCK, 2) !== 0) {
      this.#pause(LOCK, 2, POLITENESS);
      const waited = now() - start;
      if (waited > PATIENCE) marked = Atomics.compareExchange(words, HUNGRY, 0, mine) === 0 || marked;
      if (waited > limit) {
        if (marked) this.#clear(mine);
        throw new Error(`heap: its lock was held for ${limit} ms: has a worker been terminated in a call?`);
      }
    }
    if (marked) this.#clear(mine);
  }

  /** Leaves the lock to one who has waited for long, for a moment. */
  #standBack() {
    const mark = Atomics.load(this.#words, HUNGRY);
    if (mark === 0) return;
    this.#pause(HUNGRY, mark, POLITENESS);
    // Still there: he may be dead. If not, he leaves it again.
    Atomics.compareExchange(this.#words, HUNGRY, mark, 0);
  }

  /** @param {number} mine */
  #clear(mine) {
    if (Atomics.compareExchange(this.#words, HUNGRY, mine, 0) === mine) Atomics.notify(this.#words, HUNGRY);
  }

  /**
   * Waits while a word has a value, at most so long.
   * @param {number} index
   * @param {number} value
   * @param {number} time ms
   */
  #pause(index, value, time) {
    if (this.#sleeps) {
      Atomics.wait(this.#words, index, value, time);
      return;
    }
    const end = now() + time;
    while (Atomics.load(this.#words, index) === value && now() < end);
  }
}

/** @typedef {import('./family.js').Family} Family */

/**
 * The same functions, each under the lock.
 * @param {Family} family
 * @param {Lock} lock
 * @returns {Family}
 */
export function locked(family, lock) {
  /** @param {(...numbers: number[]) => any} fn */
  const under = (fn) => (/** @type {number} */ a, /** @type {number} */ b) => {
    lock.acquire();
    try {
      return fn(a, b);
    } finally {
      lock.release();
    }
  };
  const malloc = /** @type {(size: number) => number} */ (under(family.malloc));
  return {
    memory: family.memory,
    malloc,
    free: /** @type {(ptr: number) => void} */ (under(family.free)),
    // To clear may take long: that is done after the lock is released.
    calloc(count, size) {
      const bytes = (count >>> 0) * (size >>> 0);
      const ptr = bytes < 2 ** 32 ? malloc(bytes) : 0;
      if (ptr !== 0) new Uint8Array(bufferOf(family.memory, (ptr >>> 0) + bytes), ptr >>> 0, bytes).fill(0);
      return ptr;
    },
    realloc: under(family.realloc),
    aligned_alloc: under(family.aligned_alloc),
    malloc_usable_size: /** @type {(ptr: number) => number} */ (under(family.malloc_usable_size)),
  };
}

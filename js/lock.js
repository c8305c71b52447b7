// The lock of a heap in a shared memory.
//
//   lock     0 free; 1 held; 2 held, and somebody may be asleep on it
//   hungry   0, or the mark of one who has waited for long: the others then let him go first
//
// Whoever finds it free takes it: that is quick, and nobody holds anything while he waits, so a worker that is
// terminated while it waits leaves nothing behind. It could starve one who sleeps while others come and go; so after
// PATIENCE he leaves his mark, and whoever comes sees it and stands back for a moment, for the owner of the mark may be
// dead.
//
// A browser's main thread must not sleep: there all waiting is spinning, and bounded.

const LOCK = 1;
const HUNGRY = 2;

const SPINS = 200;
const MOMENT = 1; // ms
const PATIENCE = 2; // ms
// Nobody holds the lock for longer than it takes to copy a block. If it lasts, then its holder was terminated.
const SPIN_LIMIT = 1000; // ms
const SLEEP_LIMIT = 10_000; // ms

const { compareExchange, exchange, load, notify, wait } = Atomics;

export class Lock {
  #words;
  #sleeps = true;

  /** @param {Int32Array} words at the heap's base, in shared memory */
  constructor(words) {
    this.#words = words;
    try {
      wait(words, LOCK, -1, 0);
    } catch {
      this.#sleeps = false;
    }
  }

  /**
   * Calls `fn` when no other thread is in such a call.
   * @template A
   * @template B
   * @template R
   * @param {(a: A, b: B) => R} fn
   * @param {A} a
   * @param {B} b
   * @returns {R}
   */
  run(fn, a, b) {
    const words = this.#words;
    if (load(words, HUNGRY) !== 0 || compareExchange(words, LOCK, 0, 1) !== 0) this.#wait(words);
    try {
      return fn(a, b);
    } finally {
      if (exchange(words, LOCK, 0) === 2) notify(words, LOCK, 1);
    }
  }

  /** @param {Int32Array} words */
  #wait(words) {
    const start = performance.now();
    const other = load(words, HUNGRY);
    if (other !== 0) {
      this.#pause(HUNGRY, other);
      // Still there: he may be dead. If not, he leaves it again.
      compareExchange(words, HUNGRY, other, 0);
    }
    for (let i = 0; i < SPINS; i++) if (compareExchange(words, LOCK, 0, 1) === 0) return;

    const mark = 1 + Math.floor(Math.random() * 0x7ffffffe);
    try {
      while (exchange(words, LOCK, 2) !== 0) {
        this.#pause(LOCK, 2);
        const waited = performance.now() - start;
        if (waited > PATIENCE) compareExchange(words, HUNGRY, 0, mark);
        const limit = this.#sleeps ? SLEEP_LIMIT : SPIN_LIMIT;
        if (waited > limit) {
          throw new Error(`heap: its lock was held for ${limit} ms: was a worker terminated in a call?`);
        }
      }
    } finally {
      if (compareExchange(words, HUNGRY, mark, 0) === mark) notify(words, HUNGRY);
    }
  }

  /**
   * Waits while a word has a value, for a moment at most.
   * @param {number} index
   * @param {number} value
   */
  #pause(index, value) {
    const end = performance.now() + MOMENT;
    if (this.#sleeps) wait(this.#words, index, value, MOMENT);
    else while (load(this.#words, index) === value && performance.now() < end);
  }
}

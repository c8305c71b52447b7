// The lock of a heap in a shared memory.
//
//   lock     0 free; else who holds it, and two flags:  | thread | broken | asleep |
//   starving 0, or the thread that has waited for long: the others then let it go first
//   life     a number of the heap's own: another, and the heap that this lock was made for is closed
//
// Whoever finds it free takes it: that is quick, and nobody holds anything while it waits, so a worker that is
// terminated while it waits leaves nothing behind. It could starve one that sleeps while others come and go; so after
// PATIENCE that one leaves its mark, and whoever comes sees it and stands back for a moment, for the owner of the mark
// may be dead.
//
// A worker that is terminated inside of a call holds the lock for ever. Who has waited for long enough to be sure marks it
// as broken, and from then on nobody waits: each call fails at once, until `recover` takes the lock over. If the holder was
// only slow, then its release heals the lock.
//
// A browser's main thread must not sleep: there all waiting is spinning, and bounded.
const LOCK = 1;
const STARVING = 2;
const LIFE = 3;

const ASLEEP = 1;
const BROKEN = 2;
const THREAD = 2; // the shift

const SPINS = 200;
const MOMENT = 1; // ms
const PATIENCE = 2; // ms
const WHILE = 20; // ms
// Nobody holds the lock for longer than it takes to copy a block. If it lasts, then its holder was terminated.
const SPIN_LIMIT = 1000; // ms
const SLEEP_LIMIT = 10_000; // ms

const { compareExchange, load, notify, store, wait } = Atomics;

export class Lock {
  /** The thread that the lock was taken from the last time that it was; 0 if it was nobody's. */
  from = 0;
  /** A number that no other lock has. */
  thread = 1 + Math.floor(Math.random() * 0x1ffffffe);
  #mine = this.thread << THREAD;
  #words;
  #life;
  #closed;
  #sleeps = true;

  /**
   * @param {Int32Array} words at the heap's base, in shared memory
   * @param {() => never} closed throws: the heap was found closed
   */
  constructor(words, closed) {
    this.#words = words;
    this.#life = words[LIFE];
    this.#closed = closed;
    try {
      wait(words, LOCK, -1, 0);
    } catch {
      this.#sleeps = false;
    }
  }

  /** Whether nobody has the lock just now, and nobody waits for it. */
  get isFree() {
    return load(this.#words, LOCK) === 0 && load(this.#words, STARVING) === 0;
  }

  /**
   * Calls `fn` when no other thread is in such a call; or in place of one that is dead: if `fn` throws then, the lock stays
   * broken.
   * @template A
   * @template B
   * @template R
   * @param {(a: A, b: B) => R} fn
   * @param {A} a
   * @param {B} b
   * @param {number} [dead] the thread to take the lock from: if it is not the holder, nothing is done. 0: whoever does not
   *   give the lock back. -1: nobody; if it is not to be had in a short while, nothing is done
   * @returns {R}
   */
  run(fn, a, b, dead) {
    const words = this.#words;
    // Before anything is written, for the place may be somebody else's by now; and again when nobody can close the heap.
    if (words[LIFE] !== this.#life) this.#closed();
    const nothing = /** @type {any} */ (undefined);
    if (Number(dead) > 0 && load(words, LOCK) >> THREAD !== dead) return nothing;
    if (
      dead !== undefined ||
      load(words, STARVING) !== 0 ||
      compareExchange(words, LOCK, 0, this.#mine) !== 0
    ) {
      if (!this.#wait(words, dead)) return nothing;
    }
    try {
      if (words[LIFE] !== this.#life) this.#closed();
      return fn(a, b);
    } catch (error) {
      if (Number(dead) >= 0) store(words, LOCK, BROKEN); // of no thread, so nobody gives it back
      throw error;
    } finally {
      if (compareExchange(words, LOCK, this.#mine, 0) !== this.#mine) this.#leave(words);
    }
  }

  /**
   * Gives back a lock that others wait for, unless it is another's meanwhile.
   * @param {Int32Array} words
   */
  #leave(words) {
    const value = load(words, LOCK);
    if (value >> THREAD !== this.thread) return;
    if (compareExchange(words, LOCK, value, 0) === value) notify(words, LOCK, 1);
    else this.#leave(words);
  }

  /**
   * @param {Int32Array} words
   * @param {number} [dead] the thread to take the lock from; 0: from whoever does not give it back; -1: only for a while
   * @returns {boolean} whether this thread has it
   */
  #wait(words, dead) {
    const start = performance.now();
    const other = load(words, STARVING);
    if (other !== 0) {
      this.#pause(STARVING, other);
      // Still there: it may be dead. If not, it leaves it again.
      compareExchange(words, STARVING, other, 0);
    }
    for (let i = 0; i < SPINS; i++) if (compareExchange(words, LOCK, 0, this.#mine) === 0) return true;

    const limit = this.#sleeps ? SLEEP_LIMIT : SPIN_LIMIT;
    let [holder, since] = [0, start];
    try {
      for (;;) {
        const value = load(words, LOCK);
        const now = performance.now();
        if (value >> THREAD !== holder) {
          holder = value >> THREAD;
          since = now;
        }
        const broken = value & BROKEN || now - since > limit;
        // Free, or to be taken over.
        if (value === 0 || holder === dead || (broken && dead === 0)) {
          if (compareExchange(words, LOCK, value, this.#mine | ASLEEP) === value) {
            this.from = holder;
            return true;
          }
        } else if (dead === -1) {
          // Without a trace: the holder may be dead, and is somebody else's.
          if (now - start > WHILE) return false;
          this.#pause(LOCK, value);
        } else if (compareExchange(words, LOCK, value, value | (broken ? BROKEN : ASLEEP)) === value) {
          if (broken) throw new Error(`heap: its lock was held for ${limit} ms: see heap.recover`);
          this.#pause(LOCK, value | ASLEEP);
        }
        if (now - start > PATIENCE) compareExchange(words, STARVING, 0, this.thread);
      }
    } finally {
      if (compareExchange(words, STARVING, this.thread, 0) === this.thread) notify(words, STARVING);
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

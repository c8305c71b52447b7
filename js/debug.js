// What `{ debug: true }` adds: where each block was allocated, a word when a handle is forgotten, and an error for a
// pointer that is freed twice.
import { unsigned } from './word.js';

/** @typedef {import('./c-functions.js').CFunctions} CFunctions */

/**
 * A block that is in use.
 * @typedef {object} Leak
 * @property {number} ptr its address
 * @property {number} size bytes
 * @property {string} [stack] where it was allocated; with `{ debug: true }`, of blocks of this thread
 */

// Where this package's files are, if they are files of their own: a bundler may have put them into one with the
// program's. Of a file the path, since some engines name it so and others by its address. (By an expression and not by
// a URL: Vite would take that for a file to bring along.)
const [, here = '\0'] = /(\/[^/].*\/)debug\.js$/.exec(import.meta.url) ?? [];

/** The stack without the lines of this package, which come first. */
function callers() {
  // V8 and JavaScriptCore keep ten lines, or as many as the program says: of a string, all would be the package's.
  const { stackTraceLimit } = /** @type {any} */ (Error);
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit + 30);
  const lines = (new Error().stack ?? '').split('\n').filter((line) => line !== 'Error');
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  const first = lines.findIndex((line) => !line.includes(here));
  return lines.slice(Math.max(first, 0)).join('\n');
}

/** So many freed blocks are held back at most. */
const HELD = 64;

/** Of so many freed blocks it is known where they were freed. */
const PAST = 1000;

/** Knows the blocks that a heap has handed out in this thread. */
export class Tracker {
  /**
   * By their addresses.
   * @type {Map<number, Leak>}
   */
  blocks = new Map();
  #complete;
  /**
   * Freed, but not given back yet, the oldest first. Where others allocate and free too, a block that was given back may
   * be in use again at the next moment. While it is held back, to free it is wrong for certain.
   * @type {Set<number>}
   */
  #held = new Set();
  #giveBack;
  /**
   * Where blocks were freed of late, and allocated before that, by their addresses; the oldest first.
   * @type {Map<number, { allocated?: string, freed: string }>}
   */
  #past = new Map();
  /** Those of the heap, watched. */
  functions;
  /** The heap itself knows wrong pointers, and holds freed blocks back: the profile 'hardened'. */
  #guarded;
  #forgotten = new FinalizationRegistry(
    (/** @type {{ what: string, lives(): boolean, stack: string }} */ it) => {
      if (it.lives())
        console.warn(`heaplet: ${it.what} was forgotten, not freed; it was made at\n${it.stack}`);
    },
  );

  /**
   * @param {CFunctions} functions of the heap
   * @param {boolean} complete nobody else allocates or frees: a pointer that is not known is wrong
   * @param {boolean} guarded
   */
  constructor(functions, complete, guarded) {
    this.#complete = complete;
    this.#guarded = guarded;
    this.#giveBack = functions.free;
    this.functions = this.#watched(functions);
  }

  /** From now on blocks may come and go otherwise: an older state of the heap was brought back. */
  forget() {
    this.#complete = false;
    this.blocks.clear();
    this.#past.clear();
    this.#held.clear();
  }

  /**
   * Gives back what is held back.
   * @param {number} [most] that may stay
   */
  flush(most = 0) {
    for (const ptr of this.#held) {
      if (this.#held.size <= most) return;
      this.#held.delete(ptr);
      this.#giveBack(ptr);
    }
  }

  /**
   * Warns when an object is collected that nobody has freed.
   * @template {object} T
   * @param {T} object
   * @param {string} what it is
   * @param {() => boolean} lives whether what it stands for is still in use; must not hold the object
   */
  watch(object, what, lives) {
    this.#forgotten.register(object, { what, lives, stack: callers() });
    return object;
  }

  /**
   * Notes a new block. Before there is none, what is held back is given back.
   * @param {(a: number, b: number) => number} allocate
   * @param {number} size
   * @param {number} a
   * @param {number} [b]
   */
  #add(allocate, size, a, b = size) {
    let raw = this.#explained(() => allocate(a, b));
    if (raw === 0 && this.#held.size > 0) {
      this.flush();
      raw = allocate(a, b);
    }
    const ptr = unsigned(raw);
    if (ptr !== 0) {
      this.#past.delete(ptr);
      this.blocks.set(ptr, { ptr, size: unsigned(size), stack: callers() });
    }
    return raw;
  }

  /** @param {number} ptr */
  #hold(ptr) {
    this.#held.add(ptr);
    this.flush(HELD);
  }

  /**
   * Refuses a pointer to what is not in use.
   * @param {number} raw
   */
  #check(raw) {
    const ptr = unsigned(raw);
    if (this.#guarded || ptr === 0 || (this.#complete ? this.blocks.has(ptr) : !this.#held.has(ptr))) return;
    throw new RangeError(`ptr: no block in use begins at ${ptr}: was it freed before?`);
  }

  /**
   * Calls a function of the heap. What it throws gets the stacks of the block that is meant.
   * @param {() => any} call
   */
  #explained(call) {
    try {
      return call();
    } catch (error) {
      const { ptr } = /** @type {any} */ (error);
      // A block that is in use is the one that is meant, whatever was there before.
      const past = this.#past.get(ptr) ?? { allocated: this.blocks.get(ptr)?.stack };
      if (this.#guarded) Object.assign(/** @type {any} */ (error), past);
      throw error;
    }
  }

  /**
   * A block is given back: where it was, and where that is.
   * @param {number} ptr
   */
  #passed(ptr) {
    if (!this.#guarded || ptr === 0) return;
    this.#past.delete(ptr);
    this.#past.set(ptr, { allocated: this.blocks.get(ptr)?.stack, freed: callers() });
    for (const [oldest] of this.#past) {
      if (this.#past.size <= PAST) break;
      this.#past.delete(oldest);
    }
  }

  /**
   * The same functions, watched.
   * @param {CFunctions} functions
   * @returns {CFunctions}
   */
  #watched(functions) {
    const { malloc, free, calloc, realloc, aligned_alloc } = functions;
    return {
      ...functions,
      malloc: (size) => this.#add(malloc, size, size),
      free: (raw) => {
        this.#check(raw);
        const ptr = unsigned(raw);
        if (this.#complete || this.#guarded || ptr === 0) this.#explained(() => free(raw));
        else this.#hold(ptr);
        this.#passed(ptr);
        this.blocks.delete(ptr);
      },
      calloc: (count, size) => this.#add(calloc, count * size, count, size),
      realloc: (raw, size) => {
        this.#check(raw);
        const ptr = unsigned(raw);
        const block = this.blocks.get(ptr);
        const moved = this.#add(realloc, size, raw);
        if (moved !== 0 && unsigned(moved) !== ptr && block) {
          this.#passed(ptr);
          this.blocks.delete(ptr);
          if (this.#guarded) return moved;
          // Where it was is given back by now: most often that is what a request of its size gets at once.
          const again = this.#complete ? 0 : malloc(block.size);
          if (again !== 0 && unsigned(again) === ptr) this.#hold(ptr);
          else free(again);
        }
        return moved;
      },
      aligned_alloc: (alignment, size) => this.#add(aligned_alloc, size, alignment),
    };
  }
}

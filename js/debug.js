// What `{ debug: true }` adds: where each block was allocated, a word when a handle is forgotten, and an error for a
// pointer that is freed twice.

/** @typedef {import('./family.js').Family} Family */

/**
 * A block that is in use.
 * @typedef {object} Leak
 * @property {number} ptr
 * @property {number} size bytes
 * @property {string} [stack] where it was allocated; with `{ debug: true }`, of blocks of this thread
 */

// Where this package's files are, if they are files of their own: a bundler may have put them into one with the
// program's. Of a file the path, since some engines name it so and others by its address. (By an expression and not by
// a URL: Vite would take that for a file to bring along.)
const [, here = '\0'] = /^(?:file:\/\/)?(.*\/)debug\.js$/.exec(import.meta.url) ?? [];

/** The stack without the lines of this package, which come first. */
function callers() {
  // V8 and JavaScriptCore keep ten lines, or as many as the program says: of a string, all would be the package's.
  const { stackTraceLimit } = /** @type {any} */ (Error);
  if (stackTraceLimit >= 0) Reflect.set(Error, 'stackTraceLimit', stackTraceLimit + 30);
  const lines = (new Error().stack ?? '').split('\n').filter((line) => line !== 'Error');
  if (stackTraceLimit >= 0) Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  const first = lines.findIndex((line) => !line.includes(here));
  return lines.slice(Math.max(first, 0)).join('\n');
}

/** Knows the blocks that a heap has handed out in this thread. */
export class Tracker {
  /**
   * By their addresses.
   * @type {Map<number, Leak>}
   */
  blocks = new Map();
  #complete;
  #forgotten = new FinalizationRegistry(
    (/** @type {{ what: string, lives(): boolean, stack: string }} */ it) => {
      if (it.lives())
        console.warn(`heaplet: ${it.what} was forgotten, not freed; it was made at\n${it.stack}`);
    },
  );

  /** @param {boolean} complete nobody else allocates or frees: a pointer that is not known is wrong */
  constructor(complete) {
    this.#complete = complete;
  }

  /** From now on blocks may come and go otherwise: an older state of the heap was brought back. */
  forget() {
    this.#complete = false;
    this.blocks.clear();
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
   * @param {number} raw as wasm returns it
   * @param {number} size
   */
  #add(raw, size) {
    const ptr = raw >>> 0;
    if (ptr !== 0) this.blocks.set(ptr, { ptr, size: size >>> 0, stack: callers() });
    return raw;
  }

  /**
   * Refuses a pointer to what is not in use.
   * @param {number} raw
   */
  #check(raw) {
    const ptr = raw >>> 0;
    if (ptr === 0 || this.blocks.has(ptr) || !this.#complete) return;
    throw new RangeError(`ptr: no block in use begins at ${ptr}: was it freed before?`);
  }

  /**
   * The same functions, watched.
   * @param {Family} functions
   * @returns {Family}
   */
  watched(functions) {
    const { malloc, free, calloc, realloc, aligned_alloc } = functions;
    return {
      ...functions,
      malloc: (size) => this.#add(malloc(size), size),
      free: (ptr) => {
        this.#check(ptr);
        this.blocks.delete(ptr >>> 0);
        free(ptr);
      },
      calloc: (count, size) => this.#add(calloc(count, size), Math.imul(count, size)),
      realloc: (ptr, size) => {
        this.#check(ptr);
        const moved = realloc(ptr, size);
        if (moved !== 0) this.blocks.delete(ptr >>> 0);
        return this.#add(moved, size);
      },
      aligned_alloc: (alignment, size) => this.#add(aligned_alloc(alignment, size), size),
    };
  }
}

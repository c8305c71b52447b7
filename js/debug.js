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
// program's. Some engines name a file by its path, others by its address.
const { href, protocol, pathname } = new URL('.', import.meta.url);
const here = !import.meta.url.endsWith('/debug.js') ? '\0' : protocol === 'file:' ? pathname : href;

/** The stack without the lines of this package, which come first. */
function callers() {
  const lines = (new Error().stack ?? '').split('\n').filter((line) => line !== 'Error');
  const first = lines.findIndex((line) => !line.includes(here));
  return lines.slice(Math.max(first, 0)).join('\n');
}

/** Knows the blocks that a heap has handed out in this thread. */
export class Tracker {
  /** @type {Map<number, Leak>} */
  #blocks = new Map();
  #complete;
  #forgotten;

  /**
   * @param {boolean} complete nobody else allocates or frees: a pointer that is not known is wrong
   * @param {(text: string) => void} warn
   */
  constructor(complete, warn) {
    this.#complete = complete;
    this.#forgotten = new FinalizationRegistry((/** @type {Leak} */ block) => {
      // Unless it was freed: by its handle, or by its pointer.
      if (this.#blocks.get(block.ptr) !== block) return;
      warn(
        `heaplet: a handle of ${block.size} bytes was forgotten, not freed; it was allocated at\n${block.stack}`,
      );
    });
  }

  /** The blocks, by their addresses. */
  get blocks() {
    return this.#blocks;
  }

  /** From now on blocks may come and go otherwise: an older state of the heap was brought back. */
  forget() {
    this.#complete = false;
    this.#blocks.clear();
  }

  /**
   * Warns when an object is collected while its block is still in use.
   * @param {object} holder
   * @param {number} ptr
   */
  watch(holder, ptr) {
    const block = this.#blocks.get(ptr);
    if (block) this.#forgotten.register(holder, block);
  }

  /**
   * @param {number} raw as wasm returns it
   * @param {number} size
   */
  #add(raw, size) {
    const ptr = raw >>> 0;
    if (ptr !== 0) this.#blocks.set(ptr, { ptr, size, stack: callers() });
    return raw;
  }

  /**
   * Refuses a pointer to what is not in use.
   * @param {number} raw
   */
  #check(raw) {
    const ptr = raw >>> 0;
    if (ptr === 0 || this.#blocks.has(ptr) || !this.#complete) return;
    throw new RangeError(`ptr: no block in use begins at ${ptr}: was it freed before?`);
  }

  /**
   * The same functions, watched.
   * @param {Family} family
   * @returns {Family}
   */
  watched(family) {
    const { malloc, free, calloc, realloc, aligned_alloc } = family;
    return {
      ...family,
      malloc: (size) => this.#add(malloc(size), size >>> 0),
      free: (ptr) => {
        this.#check(ptr);
        this.#blocks.delete(ptr >>> 0);
        free(ptr);
      },
      calloc: (count, size) => this.#add(calloc(count, size), (count >>> 0) * (size >>> 0)),
      realloc: (ptr, size) => {
        this.#check(ptr);
        const moved = realloc(ptr, size);
        if (moved !== 0) this.#blocks.delete(ptr >>> 0);
        return this.#add(moved, size >>> 0);
      },
      aligned_alloc: (alignment, size) => this.#add(aligned_alloc(alignment, size), size >>> 0),
    };
  }
}

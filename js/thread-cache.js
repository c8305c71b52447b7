// What a thread of a shared heap keeps for itself: small blocks that it frees, and takes again, without the lock.
//
//                                                              v its top
//   this thread's own   | tops | ends | newest | 16 B: - ptr ptr . . | 32 B: - ptr . . | ... | 1 KiB: - ptr . |
//                                                                  ^ its end
//
// The newest block of each list is apart from the others: to take it, no processor has to wait for where the list's top is. A
// list may hold what lies before its end. The ends of all are moved so that the thread never keeps more than KEPT: that is
// done where a list is full, so that a free which finds room counts nothing.
//
// Whoever frees a block keeps it, whoever has allocated it. To the heap it is a block in use as before; a mark in its own
// bytes tells everybody else that it is not, and who keeps it (kept.js). So nothing that threads share is written without
// the lock but the bytes of blocks that are this thread's, and what a thread kept that was terminated is found by its mark.
//
// Its header is all that is read of what threads share. Another thread that has the lock may change a flag in it meanwhile,
// and nothing else: a shift drops the flags.
import { bytesIn, poolsOf } from './inspect.js';
import { EPOCH } from './kept.js';
import { bufferOf } from './memory.js';
import { extentOf } from './place.js';

/** @typedef {import('./c-functions.js').CFunctions} CFunctions */
/** @typedef {import('./lock.js').Lock} Lock */
/** @typedef {import('./place.js').Place} Place */

const HEADER = 4;
const GRANULE = 16;

/** One for the blocks of each number of granules; that for 0 is always empty, and full. */
const LISTS = 65;
const ENDS = LISTS;
const NEWEST = 2 * LISTS;
/** The largest request for which there is a list, in bytes. */
const LARGEST = (LISTS - 1) * GRANULE - HEADER;
/** The words of a list, the first of which is no block: so a top tells whether the list is empty. */
const WORDS = 64;
/** The most granules in a list, and that are taken at once. */
const GRANULES = 256;
const BATCH = 128;
/** The most granules that a thread keeps; of a heap that does not grow no more than a sixteenth. */
const KEPT = 8192;

/** The word before a list's first block. */
const bottomOf = (/** @type {number} */ list) => (list + 3) * WORDS;
/** The most blocks in a list. */
const mostOf = (/** @type {number} */ list) => Math.min(WORDS - 1, GRANULES / list) | 0;

/** The list for a request of at most LARGEST bytes. */
const listFor = (/** @type {number} */ size) => (size + HEADER + GRANULE - 1) >> 4;

const AGAIN = 100; // ms
const TRIES = 20;

/**
 * A heap that is forgotten gives back what its thread kept, some time later: when nobody has the lock, for who collects garbage
 * waits for no other thread. If that one is dead the blocks are there for `recover`.
 * @param {ThreadCache} cache
 */
function forget(cache, tries = TRIES) {
  try {
    if (cache.isFree) cache.flush();
    else if (tries > 0) /** @type {any} */ (setTimeout(forget, AGAIN, cache, tries - 1)).unref?.();
  } catch {} // it is closed; or there is no timer here, as between the requests of a Worker
}

const forgotten = new FinalizationRegistry((/** @type {ThreadCache} */ cache) => forget(cache));

export class ThreadCache {
  #place;
  #lock;
  /** All memory, and where in it the epoch is. */
  #view;
  #at;
  #epoch = 0;
  #thread;
  #lists = new Int32Array(bottomOf(LISTS));
  /** How many blocks of a size will be taken at once, besides the one that is asked for. */
  #batches = new Uint8Array(LISTS);
  /** How many granules no list may hold yet. */
  #room = 0;
  /** So little is left of the heap that nothing is taken before it is asked for. */
  #short = false;
  /** The list that gives way next. */
  #next = 1;

  /**
   * @param {Place} place
   * @param {Lock} lock
   */
  constructor(place, lock) {
    this.#place = place;
    this.#lock = lock;
    this.#thread = lock.thread;
    this.#at = place.base / 4 + EPOCH;
    this.#view = new Int32Array(place.memory.buffer);
  }

  /** @param {number} size */
  malloc(size) {
    if (size >>> 0 <= LARGEST) {
      const list = listFor(size);
      const lists = this.#lists;
      const view = this.#view;
      const top = lists[list];
      if ((top & (WORDS - 1)) !== 0 && view[this.#at] === this.#epoch) {
        const ptr = lists[NEWEST + list];
        lists[NEWEST + list] = lists[top - 1];
        lists[list] = top - 1;
        view[ptr >>> 2] = 0; // no mark any more
        return ptr;
      }
    }
    return this.locked(this.#take, size, 0);
  }

  /** @param {number} ptr */
  free(ptr) {
    if (!this.#keep(ptr) && ptr !== 0) this.#lock.run(this.#give, ptr, 0);
  }

  /**
   * Keeps a block, if it is small and there is room.
   * @param {number} ptr
   */
  #keep(ptr) {
    const at = ptr >>> 2;
    const view = this.#view;
    if (at === 0 || at >= view.length) return false;
    const list = (view[at - 1] << 2) >>> 4;
    const lists = this.#lists;
    const epoch = this.#epoch;
    if (list >= LISTS || view[this.#at] !== epoch) return false;
    const top = lists[list];
    if (top >= lists[ENDS + list]) return false;
    const thread = this.#thread;
    view[at] = ptr ^ epoch;
    view[at + 1] = thread;
    view[at + 2] = ~(ptr ^ thread);
    lists[top] = lists[NEWEST + list];
    lists[NEWEST + list] = ptr;
    lists[list] = top + 1;
    return true;
  }

  /**
   * Calls a function of the heap with the lock. If it finds no room, once more after all that this thread keeps has been given
   * back.
   * @param {(a: number, b: number) => number} fn
   * @param {number} a
   * @param {number} b
   */
  locked(fn, a, b) {
    return this.#lock.run(fn, a, b) || (this.flush() ? this.#lock.run(fn, a, b) : 0);
  }

  /** Whether it would have the lock at once. */
  get isFree() {
    return this.#lock.isFree;
  }

  /** Gives back all that this thread keeps. @returns whether that was anything */
  flush() {
    return this.#lock.run(this.drain, 0, 0);
  }

  // With the lock.

  /** A block of the heap, and more of that size if the thread has asked for such blocks before. */
  #take = (/** @type {number} */ size) => {
    this.#look();
    const { malloc, free } = this.#place.functions;
    const ptr = malloc(size);
    if (ptr === 0 || size >>> 0 > LARGEST) return ptr;
    this.#see(ptr);
    const list = listFor(size);
    const batch = this.#batches[list];
    this.#batches[list] = Math.min(2 * batch + 1, BATCH / list - 1, mostOf(list) >> 1);
    if (batch > this.#sizeOf(list)) this.#resize(list, batch);
    for (let left = this.#short ? 0 : batch; left > 0; left--) {
      const another = malloc(list * GRANULE - HEADER);
      this.#short = another === 0;
      this.#see(another);
      if (!this.#keep(another)) {
        free(another);
        break;
      }
    }
    return ptr;
  };

  /** Gives back a block, or if it is small, older ones in its place. */
  #give = (/** @type {number} */ ptr) => {
    this.#look();
    this.#see(ptr);
    const list = (this.#view[(ptr >>> 2) - 1] << 2) >>> 4;
    if (list < LISTS) {
      const size = this.#sizeOf(list);
      const more = Math.min(2 * size + 1, mostOf(list));
      // Those that may hold more than this one will have to give way.
      for (let i = 1; i < LISTS && (more - size) * list > this.#room; i++) {
        const other = this.#next;
        this.#next = (other % (LISTS - 1)) + 1;
        const others = this.#sizeOf(other);
        if (others * other > more * list) this.#resize(other, others >> 1);
      }
      this.#resize(list, more);
      const count = this.#count(list);
      if (count === this.#sizeOf(list)) this.#evict(list, (count + 1) >> 1);
    }
    if (!this.#keep(ptr)) this.#place.functions.free(ptr);
  };

  /** Gives back all. @returns whether that was anything */
  drain = () => {
    this.#look();
    let any = false;
    for (let list = 1; list < LISTS; list++) any = this.#evict(list, this.#count(list)) || any;
    return any;
  };

  /** @param {number} list */
  #count(list) {
    return this.#lists[list] & (WORDS - 1);
  }

  /** @param {number} list */
  #sizeOf(list) {
    return this.#lists[ENDS + list] & (WORDS - 1);
  }

  /**
   * Lets a list hold so many blocks, if there is room.
   * @param {number} list
   * @param {number} size
   */
  #resize(list, size) {
    const more = size - this.#sizeOf(list);
    if (more * list > this.#room) return;
    this.#room -= more * list;
    this.#lists[ENDS + list] += more;
    this.#evict(list, this.#count(list) - size);
  }

  /**
   * Gives back the oldest blocks of a list.
   * @param {number} list
   * @param {number} count how many
   */
  #evict(list, count) {
    if (count <= 0) return false;
    const lists = this.#lists;
    const first = bottomOf(list) + 1;
    // The newest one where it would be if it were not apart.
    lists[lists[list]] = lists[NEWEST + list];
    const old = lists.slice(first, first + count);
    lists.copyWithin(first, first + count, lists[list] + 1);
    lists[list] -= count;
    lists[NEWEST + list] = lists[lists[list]];
    this.#short = false;
    for (const ptr of old) {
      // No mark any more; and whatever the heap writes here makes none.
      this.#view[ptr >>> 2] = this.#view[(ptr >>> 2) + 1] = 0;
      this.#place.functions.free(ptr);
    }
    return true;
  }

  /** Forgets what was kept before the heap was reset or restored. */
  #look() {
    const epoch = this.#view[this.#at];
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    for (let list = 1; list < LISTS; list++) this.#lists[list] = this.#lists[ENDS + list] = bottomOf(list);
    this.#batches.fill(0);
    const [grows] = extentOf(this.#place);
    this.#room = grows ? KEPT : Math.min(KEPT, (bytesIn(poolsOf(this.#place)) / GRANULE) >> 4);
  }

  /**
   * Looks again where memory ends, if a block lies behind that.
   * @param {number} ptr
   */
  #see(ptr) {
    const end = (ptr >>> 0) + GRANULE;
    if (end > this.#view.byteLength) this.#view = new Int32Array(bufferOf(this.#place.memory, end));
  }

  /**
   * Sets a block to 0 that was taken just now.
   * @param {number} ptr
   * @param {number} size at most LARGEST
   */
  clear(ptr, size) {
    this.#view.fill(0, ptr >>> 2, (ptr >>> 2) + ((size + 3) >> 2));
    return ptr;
  }

  /**
   * Whether a block stays as it is when its size changes.
   * @param {number} ptr
   * @param {number} size
   */
  fits(ptr, size) {
    const usable = ((this.#view[(ptr >>> 2) - 1] << 2) >>> 0) - HEADER;
    return size >>> 0 <= usable && usable - (size >>> 0) < GRANULE;
  }
}

/**
 * A heap's functions, which keep small blocks for their thread.
 * @param {CFunctions} wasm
 * @param {CFunctions} locked the same under the lock
 * @param {ThreadCache} cache
 * @returns {CFunctions}
 */
export function keeping({ calloc, realloc, aligned_alloc }, locked, cache) {
  const functions = {
    ...locked,
    malloc: (/** @type {number} */ size) => cache.malloc(size),
    free: (/** @type {number} */ ptr) => cache.free(ptr),
    calloc(/** @type {number} */ count, /** @type {number} */ size) {
      const bytes = (count >>> 0) * (size >>> 0);
      if (bytes > LARGEST) return cache.locked(calloc, count, size);
      const ptr = cache.malloc(bytes);
      return ptr === 0 ? 0 : cache.clear(ptr, bytes);
    },
    realloc: (/** @type {number} */ ptr, /** @type {number} */ size) =>
      cache.fits(ptr, size) ? ptr : cache.locked(realloc, ptr, size),
    aligned_alloc: (/** @type {number} */ alignment, /** @type {number} */ size) =>
      [1, 2, 4, 8, GRANULE].includes(alignment)
        ? cache.malloc(size)
        : cache.locked(aligned_alloc, alignment, size),
  };
  forgotten.register(functions.free, cache);
  return functions;
}

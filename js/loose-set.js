// A set that keeps nothing alive for long: of arenas, of leases, of heaps that were made and may be forgotten.
//
// What is added is held as it is at first, since most is deleted soon, and a WeakRef costs more than the whole life of
// a scope: the engine keeps what it refers to until the current job is done. Only when many have stayed do they become
// weak, and those that were collected meanwhile are dropped: that is O(1) for each that was added.

/** So many may be held before it is asked which of them still live. */
const FEW = 64;

/** @template {object} T */
export class LooseSet {
  /** @type {Set<T>} */
  #fresh = new Set();
  /** @type {WeakRef<T>[]} older than those */
  #weak = [];

  /** @param {T} item that is not in the set */
  add(item) {
    if (this.#fresh.size >= FEW + this.#weak.length) {
      this.#weak = [...this].map((item) => new WeakRef(item));
      this.#fresh.clear();
    }
    this.#fresh.add(item);
  }

  /**
   * Forgets an item at once, if it is a fresh one; an older one when nobody else has it.
   * @param {T} item
   */
  delete(item) {
    this.#fresh.delete(item);
  }

  /** In the order in which they were added. */
  *[Symbol.iterator]() {
    for (const ref of this.#weak) {
      const item = ref.deref();
      if (item) yield item;
    }
    yield* this.#fresh;
  }
}

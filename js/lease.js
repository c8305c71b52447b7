// Leases: the right to use some of a memory, which ends at once for every handle that was given out under it.
//
//   Heap --> HeapLease --> the heap's own handles         a new one after each snapshot: what was made since can end
//   Arena --> Lease --> the arena's handles               a new one after each mark and reset
//
// Two classes, so that an engine sees one target at each call of a wasm function, and can inline it.

/** Of an arena: its handles' bytes wait for the arena's release. */
export class Lease {
  live = true;

  /** @param {WebAssembly.Memory} memory */
  constructor(memory) {
    this.memory = memory;
  }

  /**
   * What becomes of a handle's bytes when the handle is freed.
   * @param {number} _ptr
   */
  free(_ptr) {}
}

/** Of a heap: a handle's block goes back to the heap. */
export class HeapLease {
  live = true;
  /** @type {HeapLease | null} the one that followed it */
  next = null;
  /** @type {Set<Lease[]>} of the arenas that took their newest block under it */
  arenas = new Set();
  #free;

  /**
   * @param {WebAssembly.Memory} memory
   * @param {(ptr: number) => void} free
   */
  constructor(memory, free) {
    this.memory = memory;
    this.#free = free;
  }

  /** @param {number} ptr */
  free(ptr) {
    this.#free(ptr);
  }

  /** Ends it and all that followed. */
  end() {
    for (let lease = /** @type {HeapLease | null} */ (this); lease; lease = lease.next) {
      lease.live = false;
      // Instead of a question at each call.
      lease.#free = () => {};
      for (const leases of lease.arenas) for (const its of leases) its.live = false;
      lease.arenas.clear();
    }
  }
}

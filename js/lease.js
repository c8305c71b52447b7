// A lease: the right to use some of a memory, which ends at once for every handle that was given out under it.
//
//   Heap --> Lease --> the heap's own handles     a new one after each snapshot: what was made since can end
//   Arena --> Lease --> the arena's handles       a new one after each mark and reset

export class Lease {
  /**
   * @param {any} memory a WebAssembly.Memory; null once it has ended
   * @param {((ptr: number) => void) | null} [free] what becomes of a handle's bytes when the handle is freed; null: they
   *   wait for an arena's release
   * @param {object} [kept] what must not be collected before the last handle
   */
  constructor(memory, free = null, kept) {
    this.memory = memory;
    this.free = free;
    this.kept = kept;
  }

  end() {
    this.memory = this.free = null;
  }
}

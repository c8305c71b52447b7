// A lease: the right to use some of a memory, which ends at once for every handle that was given out under it.
//
//   Heap --> Lease --> the heap's own handles     a new one after each snapshot: what was made since can end
//   Arena --> Lease --> the arena's handles       a new one after each mark and reset

export class Lease {
  /**
   * @param {any} memory a WebAssembly.Memory; null once it has ended
   * @param {((ptr: number) => void) | null} [free] what becomes of a handle's bytes when the handle is freed; null: they
   *   wait for an arena's release
   */
  constructor(memory, free = null) {
    this.memory = memory;
    this.free = free;
  }

  end() {
    this.memory = this.free = null;
  }
}

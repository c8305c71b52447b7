// A model of a processor's data caches: how many of a program's accesses to memory would have had to wait. Two levels of 64
// byte lines, each set keeps the lines that were used last. No prefetching, no pages: what a layout costs, not what a
// processor hides of it.

const lineBits = 6;

/** A level: `ways` lines in each of its sets, the one that was used last first. */
class Level {
  #lines;
  #ways;
  #mask;
  misses = 0;

  /**
   * @param {number} bytes
   * @param {number} ways
   */
  constructor(bytes, ways) {
    const sets = bytes / ways / (1 << lineBits);
    this.#lines = new Int32Array(sets * ways).fill(-1);
    this.#ways = ways;
    this.#mask = sets - 1;
  }

  /** @returns {boolean} whether the line was there; it is now */
  has(line) {
    const lines = this.#lines;
    const first = (line & this.#mask) * this.#ways;
    if (lines[first] === line) return true;
    const last = first + this.#ways - 1;
    let at = first + 1;
    while (at < last && lines[at] !== line) at++;
    const found = lines[at] === line;
    for (; at > first; at--) lines[at] = lines[at - 1];
    lines[first] = line;
    if (!found) this.misses++;
    return found;
  }
}

/** What is modelled: most processors of the last ten years have as much, or more. */
const sizes = { l1: { bytes: 32 * 1024, ways: 8 }, l2: { bytes: 1024 * 1024, ways: 16 } };

export class Cache {
  #l1 = new Level(sizes.l1.bytes, sizes.l1.ways);
  #l2 = new Level(sizes.l2.bytes, sizes.l2.ways);
  accesses = 0;

  /** Accesses that found their line in neither the first level nor, of `l2`, the second. */
  get misses() {
    return { l1: this.#l1.misses, l2: this.#l2.misses };
  }

  /**
   * A load or a store.
   * @param {number} address
   * @param {number} bytes at most a line
   */
  access(address, bytes) {
    this.accesses++;
    const line = address >>> lineBits;
    if (!this.#l1.has(line)) this.#l2.has(line);
    const end = (address + bytes - 1) >>> lineBits;
    if (end !== line && !this.#l1.has(end)) this.#l2.has(end);
  }

  /** All of a range, eight bytes at a time; but a line is looked for once, since it is there the next seven times. */
  sweep(address, bytes) {
    if (bytes === 0) return;
    this.accesses += Math.ceil(bytes / 8);
    const last = (address + bytes - 1) >>> lineBits;
    for (let line = address >>> lineBits; line <= last; line++) if (!this.#l1.has(line)) this.#l2.has(line);
  }
}

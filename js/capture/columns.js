// Typed arrays that grow, side by side: ten million events are columns of numbers, and no objects.

/**
 * @template {Uint32Array | Int32Array | Float64Array | Uint8Array | Uint16Array} T
 */
export class Column {
  /** @type {T} */
  #values;
  /** How many there are. */
  length = 0;

  /** @param {new (length: number) => T} Type */
  constructor(Type) {
    this.Type = Type;
    this.#values = new Type(1024);
  }

  /** @param {number} value */
  push(value) {
    if (this.length === this.#values.length) this.#grow(2 * this.length);
    this.#values[this.length++] = value;
  }

  /** @param {number} capacity */
  #grow(capacity) {
    const larger = new this.Type(capacity);
    larger.set(this.#values);
    this.#values = larger;
  }

  /** The values: until the next `push` only. @returns {T} */
  get values() {
    return /** @type {T} */ (this.#values.subarray(0, this.length));
  }

  /** All that has room: what is at an index may be read and written. */
  get raw() {
    return this.#values;
  }
}

/**
 * Which block lies at an address: open addressing, an address and 1 + its value side by side, so that to look one up is to
 * miss one line of the processor's cache. A Map takes several times as long.
 */
export class AddressMap {
  #table = new Uint32Array(2048);
  #mask = 1023;
  size = 0;

  /**
   * @param {number} key of 32 bits
   * @returns {number} where it is in the table, or the empty place where it would be
   */
  #find(key) {
    let slot = (Math.imul(key >>> 2, 0x9e3779b1) >>> 7) & this.#mask;
    while (this.#table[2 * slot + 1] !== 0 && this.#table[2 * slot] !== key) slot = (slot + 1) & this.#mask;
    return slot;
  }

  /**
   * @param {number} address
   * @param {number} value
   * @returns {number} what it was, or -1
   */
  set(address, value) {
    if (this.size * 2 > this.#mask) this.#grow();
    const slot = this.#find(address >>> 0);
    const before = this.#table[2 * slot + 1] - 1;
    if (before < 0) this.size++;
    this.#table[2 * slot] = address;
    this.#table[2 * slot + 1] = value + 1;
    return before;
  }

  /**
   * @param {number} address
   * @returns {number} its value, or -1
   */
  get(address) {
    return this.#table[2 * this.#find(address >>> 0) + 1] - 1;
  }

  /**
   * Forgets an address.
   * @param {number} address
   * @returns {number} its value, or -1
   */
  take(address) {
    const slot = this.#find(address >>> 0);
    const value = this.#table[2 * slot + 1] - 1;
    if (value >= 0) this.#remove(slot);
    return value;
  }

  /** @param {number} hole whose followers move up, so that a search never stops before what it looks for */
  #remove(hole) {
    this.size--;
    let empty = hole;
    for (let at = (hole + 1) & this.#mask; this.#table[2 * at + 1] !== 0; at = (at + 1) & this.#mask) {
      const home = (Math.imul(this.#table[2 * at] >>> 2, 0x9e3779b1) >>> 7) & this.#mask;
      if (((at - home) & this.#mask) < ((at - empty) & this.#mask)) continue;
      this.#table[2 * empty] = this.#table[2 * at];
      this.#table[2 * empty + 1] = this.#table[2 * at + 1];
      empty = at;
    }
    this.#table[2 * empty + 1] = 0;
  }

  #grow() {
    const before = this.#table;
    this.#mask = 2 * this.#mask + 1;
    this.#table = new Uint32Array(2 * before.length);
    this.size = 0;
    for (let i = 0; i < before.length; i += 2)
      if (before[i + 1] !== 0) this.set(before[i], before[i + 1] - 1);
  }

  /** @param {(address: number, value: number) => void} each */
  forEach(each) {
    for (let i = 0; i < this.#table.length; i += 2) {
      if (this.#table[i + 1] !== 0) each(this.#table[i], this.#table[i + 1] - 1);
    }
  }
}

/**
 * The numbers of blocks in the order of their addresses, by a radix sort: a million in some 20 ms.
 * @param {Uint32Array} order numbers of blocks
 * @param {Uint32Array} addresses of all blocks
 * @returns {Uint32Array}
 */
export function byAddress(order, addresses) {
  /** @type {Uint32Array[]} */
  let [from, to] = [order, new Uint32Array(order.length)];
  for (const shift of [0, 11, 22]) {
    const starts = new Uint32Array(2049);
    for (let i = 0; i < from.length; i++) starts[((addresses[from[i]] >>> shift) & 2047) + 1]++;
    for (let i = 0; i < 2048; i++) starts[i + 1] += starts[i];
    for (let i = 0; i < from.length; i++) to[starts[(addresses[from[i]] >>> shift) & 2047]++] = from[i];
    [from, to] = [to, from];
  }
  return from;
}

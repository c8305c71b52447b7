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

/** Which block lies at an address: open addressing, since a Map takes four times as long. */
export class AddressMap {
  #keys = new Float64Array(1024).fill(-1);
  #values = new Uint32Array(1024);
  #mask = 1023;
  size = 0;

  /** @param {number} key */
  #slot(key) {
    return ((Math.imul(key >>> 2, 0x9e3779b1) >>> 7) ^ (key >>> 20)) & this.#mask;
  }

  /**
   * @param {number} key
   * @param {number} value
   */
  set(key, value) {
    if (this.size * 2 > this.#mask) this.#grow();
    let at = this.#slot(key);
    while (this.#keys[at] !== -1 && this.#keys[at] !== key) at = (at + 1) & this.#mask;
    if (this.#keys[at] === -1) this.size++;
    this.#keys[at] = key;
    this.#values[at] = value;
  }

  /**
   * @param {number} key
   * @returns {number} its value, or -1
   */
  get(key) {
    const at = this.#find(key);
    return at < 0 ? -1 : this.#values[at];
  }

  /**
   * Forgets a key.
   * @param {number} key
   * @returns {number} its value, or -1
   */
  take(key) {
    const at = this.#find(key);
    if (at < 0) return -1;
    const value = this.#values[at];
    this.#remove(at);
    return value;
  }

  /** @param {number} key */
  #find(key) {
    let at = this.#slot(key);
    while (this.#keys[at] !== key) {
      if (this.#keys[at] === -1) return -1;
      at = (at + 1) & this.#mask;
    }
    return at;
  }

  /** @param {number} hole whose followers move up, so that a search never stops before what it looks for */
  #remove(hole) {
    this.size--;
    let at = hole;
    let empty = hole;
    for (;;) {
      at = (at + 1) & this.#mask;
      const key = this.#keys[at];
      if (key === -1) break;
      const home = this.#slot(key);
      if (((at - home) & this.#mask) < ((at - empty) & this.#mask)) continue;
      this.#keys[empty] = key;
      this.#values[empty] = this.#values[at];
      empty = at;
    }
    this.#keys[empty] = -1;
  }

  #grow() {
    const [keys, values] = [this.#keys, this.#values];
    this.#mask = 2 * this.#mask + 1;
    this.#keys = new Float64Array(this.#mask + 1).fill(-1);
    this.#values = new Uint32Array(this.#mask + 1);
    this.size = 0;
    for (let i = 0; i < keys.length; i++) if (keys[i] !== -1) this.set(keys[i], values[i]);
  }

  /** @param {(key: number, value: number) => void} each */
  forEach(each) {
    for (let i = 0; i < this.#keys.length; i++)
      if (this.#keys[i] !== -1) each(this.#keys[i], this.#values[i]);
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

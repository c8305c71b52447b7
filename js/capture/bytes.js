// Bytes that grow: numbers go in as unsigned LEB128, seven bits a byte, the lowest first.

const encoder = new TextEncoder();

export class Bytes {
  #bytes = new Uint8Array(1024);
  /** How many there are. */
  length = 0;

  /** @param {number} more bytes that must have room */
  #reserve(more) {
    const least = this.length + more;
    if (least <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(least, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
  }

  /** @param {number} value a whole number from 0 to 2 ** 53 - 1 */
  number(value) {
    this.#reserve(8);
    let left = value;
    // Bit operations are of 32 bits: what is above is divided.
    while (left >= 2 ** 31) {
      this.#bytes[this.length++] = (left % 128) | 128;
      left = Math.floor(left / 128);
    }
    while (left >= 128) {
      this.#bytes[this.length++] = (left & 127) | 128;
      left >>>= 7;
    }
    this.#bytes[this.length++] = left;
  }

  /** @param {number} value a whole number of either sign: 0, -1, 1, -2 ... become 0, 1, 2, 3 ... */
  signed(value) {
    this.number(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** @param {string} text its length in bytes, and then its bytes */
  text(text) {
    const bytes = encoder.encode(text);
    this.number(bytes.length);
    this.append(bytes);
  }

  /** @param {ArrayLike<number>} bytes */
  append(bytes) {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** What is there, as it is: the next write may change it. */
  view() {
    return this.#bytes.subarray(0, this.length);
  }

  /** What was there. Then there is nothing. */
  take() {
    const bytes = this.#bytes.slice(0, this.length);
    this.length = 0;
    return bytes;
  }
}

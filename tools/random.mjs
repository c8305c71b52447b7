// Random numbers that can be had again: every random test prints its seed and takes it from HEAPLET_SEED.

/** The seed of this run; a new one each time unless HEAPLET_SEED gives it. */
export const seed = process.env.HEAPLET_SEED ? Number(process.env.HEAPLET_SEED) >>> 0 : Date.now() >>> 0;

/** A 32-bit generator (a Weyl sequence through a mixing function). */
export class Random {
  #state;

  /** @param {...(number | string)} seeds a run's seed and the names of what it is for: each case has its own sequence */
  constructor(...seeds) {
    this.#state = 0x9e3779b9;
    for (const character of seeds.join(' ')) {
      this.#state = Math.imul(this.#state ^ character.codePointAt(0), 0x01000193) >>> 0;
    }
  }

  /** @returns {number} 0 <= x < 2^32 */
  word() {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return (x ^ (x >>> 15)) >>> 0;
  }

  /** @returns {number} an integer of low..high, both included */
  integer(low, high) {
    return low + Math.floor((this.word() / 2 ** 32) * (high - low + 1));
  }

  /** @returns {number} an integer of low..high, each power of two as likely as the next */
  logarithmic(low, high) {
    const exponent = (this.word() / 2 ** 32) * Math.log((high + 1) / low);
    return Math.min(high, Math.floor(low * Math.exp(exponent)));
  }

  chance(probability) {
    return this.word() / 2 ** 32 < probability;
  }

  pick(list) {
    return list[this.integer(0, list.length - 1)];
  }
  /** Puts a list into another order, in place. */
  shuffle(list) {
    for (let i = list.length - 1; i > 0; i--) {
      const other = this.integer(0, i);
      [list[i], list[other]] = [list[other], list[i]];
    }
    return list;
  }
}

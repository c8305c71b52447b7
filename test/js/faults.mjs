// The mistakes that the profile 'hardened' knows, and what it says of each: in a program of C (bench/hardened/faults.c has one by each
// name) the same as in JavaScript.

/** A block, as a message has it. @param {number} size */
const block = (size) => `${size} bytes at 0x[0-9a-f]+ \\(malloc #\\d+\\)`;
const address = '0x[0-9a-f]+';

/** What of a heap the mistakes are made with. */
export class Hand {
  /** @param {import('heaplet/hardened').Heap} heap */
  constructor(heap) {
    this.heap = heap;
  }
  /** @param {number} size */
  take = (size) => this.heap.malloc(size);
  /** @param {number} ptr */
  give = (ptr) => this.heap.free(ptr);
  /** @param {number} at @param {number} value @param {number} length */
  fill = (at, value, length) => new Uint8Array(this.heap.memory.buffer).fill(value, at, at + length);
  /** @param {number} at @param {number[]} words */
  write = (at, ...words) => new Uint32Array(this.heap.memory.buffer).set(words, at / 4);
  /** All that waits is used again. */
  drain = () => this.take(1 << 25);

  /** @param {number} size @param {number} length @param {number} value */
  overflow(size, length, value) {
    const [a, b] = [this.take(size), this.take(40)];
    this.fill(a + size, value, length);
    this.give(a);
    this.give(b);
  }
  /** @param {number} length */
  underflow(length) {
    this.take(26); // not all of its block, whatever length a word has: so it is seen where the write came from
    const a = this.take(40);
    this.fill(a - length, 120, length);
    this.give(a);
  }
  /** @param {number} size @param {number} at */
  writeAfterFree(size, at) {
    const a = this.take(size);
    this.take(40);
    this.give(a);
    this.fill(a + at, 120, 4);
    this.drain();
  }
}

/**
 * @typedef {object} Mistake
 * @property {string} message as a regular expression, without `heaplet: `
 * @property {(hand: Hand) => void} [make] in JavaScript, which has no function for some
 */

/** @type {Record<string, Mistake>} */
export const mistakes = {
  double_free: {
    message: `double free: ${block(40)} were freed before; found by free`,
    make({ take, give }) {
      const a = take(40);
      give(a);
      give(a);
    },
  },
  double_free_later: {
    message: `double free: ${block(40)} were freed before; found by free`,
    make({ take, give }) {
      const a = take(40);
      const others = Array.from({ length: 20 }, () => take(40));
      give(a);
      for (const other of others) give(other);
      give(a);
    },
  },
  double_free_merged: {
    message: `double free: ${address} lies in memory that was freed before; found by free`,
    make({ take, give }) {
      const a = take(20000);
      take(40);
      give(a);
      give(a);
    },
  },
  double_free_reused: {
    message: `double free: ${block(40)} were freed before; found by free`,
    make({ take, give }) {
      const a = take(40);
      give(a);
      for (let i = 0; i < 200; i++) give(take(40));
      give(a);
    },
  },
  free_interior: {
    message: `not a block of this heap: ${address} lies 16 bytes into ${block(40)}; found by free`,
    make: ({ take, give }) => give(take(40) + 16),
  },
  free_unaligned: {
    message: `not a block of this heap: ${address} lies 1 byte into ${block(40)}; found by free`,
    make: ({ take, give }) => give(take(40) + 1),
  },
  free_global: {
    message: `not a block of this heap: ${address}; found by free`,
    make({ take, give }) {
      take(40);
      give(256);
    },
  },
  free_stack: { message: `not a block of this heap: ${address}; found by free` },
  free_integer: {
    message: 'not a block of this heap: 0x7; found by free',
    make: ({ give }) => give(7),
  },
  realloc_freed: {
    message: `double free: ${block(40)} were freed before; found by realloc`,
    make({ heap, take, give }) {
      const a = take(40);
      give(a);
      heap.realloc(a, 80);
    },
  },
  realloc_interior: {
    message: `not a block of this heap: ${address} lies 16 bytes into ${block(40)}; found by realloc`,
    make: ({ heap, take }) => heap.realloc(take(40) + 16, 80),
  },
  usable_freed: {
    message: `double free: ${block(40)} were freed before; found by malloc_usable_size`,
    make({ heap, take, give }) {
      const a = take(40);
      give(a);
      heap.usableSize(a);
    },
  },
  usable_interior: {
    message: `not a block of this heap: ${address} lies 16 bytes into ${block(40)}; found by malloc_usable_size`,
    make: ({ heap, take }) => heap.usableSize(take(40) + 16),
  },
  overflow_byte: {
    message: `write past the end of a block: ${block(10)}, 1 byte behind it was changed; found by free`,
    make: (hand) => hand.overflow(10, 1, 120),
  },
  overflow_zero: {
    message: `write past the end of a block: ${block(10)}, 1 byte behind it was changed; found by free`,
    make: (hand) => hand.overflow(10, 1, 0),
  },
  overflow_zero_full: {
    message: `write past the end of a block: ${block(20)}, 1 byte behind it was changed; found by free`,
    make: (hand) => hand.overflow(20, 1, 0),
  },
  overflow_word: {
    message: `write past the end of a block: ${block(40)}, [48] bytes behind it were changed; found by free`,
    make: (hand) => hand.overflow(40, 4, 120),
  },
  overflow_64: {
    message: `write past the end of a block: up to \\d+ bytes at ${address}, what is noted behind it was overwritten; found by free`,
    make: (hand) => hand.overflow(40, 64, 120),
  },
  overflow_victim: {
    message: `write past the end of a block: up to \\d+ bytes at ${address}, what is noted behind it was overwritten; found by free of ${address}`,
    make({ take, give, fill }) {
      const [a, b] = [take(40), take(40)];
      fill(a + 40, 120, 64);
      give(b);
    },
  },
  overflow_realloc: {
    message: `write past the end of a block: ${block(10)}, 1 byte behind it was changed; found by realloc`,
    make({ heap, take, fill }) {
      const a = take(10);
      fill(a + 10, 120, 1);
      heap.realloc(a, 100);
    },
  },
  ...Object.fromEntries(
    [1, 4, 16].map((length) => [
      `underflow_${{ 1: 'byte', 4: 'word' }[length] ?? length}`,
      {
        message: `write before the start of a block: ${block(40)}, the bytes before it were changed; found by free`,
        make: (/** @type {Hand} */ hand) => hand.underflow(length),
      },
    ]),
  ),
  write_after_free_link: {
    message: `write after free: ${block(40)} were changed at their byte 0; found by malloc`,
    make: (hand) => hand.writeAfterFree(40, 0),
  },
  write_after_free_middle: {
    message: `write after free: ${block(40)} were changed at their byte 20; found by malloc`,
    make: (hand) => hand.writeAfterFree(40, 20),
  },
  write_after_free_large: {
    message: `write after free: ${block(5000)} were changed at their byte 200; found by malloc`,
    make: (hand) => hand.writeAfterFree(5000, 200),
  },
  write_after_free_aimed: {
    message: `write after free: ${block(40)} were changed at their byte 0; found by malloc`,
    make({ take, give, write }) {
      const target = take(100);
      const a = take(40);
      give(a);
      for (let i = 0; i < 600; i++) give(take(200)); // it leaves the quarantine: seven in eight stay, each time
      write(a, target);
      for (let i = 0; i < 600; i++) if (take(40) === target) throw new Error('the target was handed out');
    },
  },
  unlink_forged: {
    message: `write after free: up to \\d+ bytes at ${address} were changed at their byte 0; found by malloc`,
    make({ take, give, write, drain }) {
      const target = take(100);
      const a = take(20000);
      take(40);
      give(a);
      write(a, target, target + 16);
      take(20000);
      drain();
    },
  },
  block_forged: {
    message: `not a block of this heap: ${address} lies 32 bytes into ${block(400)}; found by free`,
    make({ heap, take, give }) {
      const [real, a] = [take(40), take(400)];
      new Uint8Array(heap.memory.buffer).copyWithin(a + 28, real - 4, real + 60);
      give(a + 32);
    },
  },
  wrong_size: { message: `wrong size: ${block(40)} are given back as 48; found by free_sized` },
  wrong_alignment: {
    message: `wrong alignment: ${block(64)} are no multiple of \\d+; found by free_aligned_sized`,
  },
};

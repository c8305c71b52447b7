// Histories that are built to hurt an allocator: for all of them the same, heaplet's and others'.
import { page } from '../../tools/modules.mjs';

/** @typedef {import('./meter.mjs').Meter} Meter */
/** @typedef {import('../../tools/random.mjs').Random} Random */

/** How many calls each history makes on its heap once it is built. */
const calls = 4000;

/** More than any heap caches: what is freed beyond it is merged at once. */
const many = 9000;

const allocate = (meter, count, sizes) => Array.from({ length: count }, (_, i) => meter.malloc(sizes(i)));

/** Takes a random element out of a list. */
function take(random, list) {
  const index = random.integer(0, list.length - 1);
  const element = list[index];
  list[index] = list[list.length - 1];
  list.pop();
  return element;
}

/** Blocks are replaced, resized and freed at random; the heap keeps about as many. */
function churn(meter, random, live, sizes) {
  for (let i = 0; i < calls; i++) {
    const action = random.integer(0, 9);
    if (live.length > 1 && action < 4) meter.free(take(random, live));
    else if (meter.resizes && live.length > 1 && action < 6) {
      live.push(meter.realloc(take(random, live), sizes()));
    } else {
      const start = meter.malloc(sizes());
      if (start) live.push(start);
    }
  }
}

/**
 * Each builds a heap, which `create` makes, of `blocks` live blocks and goes on from there. None of them takes a GiB.
 * @type {Object<string, (create: (maximum?: number) => Meter, blocks: number, random: Random, most?: number) => void>}
 */
export const histories = {
  /** As many free blocks of one size as live ones, between them: one list holds them all. */
  oneList(create, blocks, random) {
    for (const size of [20, 1500]) {
      const meter = create();
      const live = allocate(meter, blocks, () => 20);
      const all = allocate(meter, size === 20 ? blocks : 2 * Math.min(blocks, many), () => size);
      for (let i = 1; i < all.length; i += 2) meter.free(all[i]);
      live.push(...all.filter((_, i) => i % 2 === 0));
      churn(meter, random, live, () => size + random.pick([0, 0, 0, 1, 16, 100]));
    }
  },

  /** Every second block is freed, then those between, each of which joins two free ones. */
  alternating(create, blocks, random) {
    for (const size of [12, 2000]) {
      const meter = create();
      const live = allocate(meter, blocks, () => 12);
      const all = allocate(meter, Math.min(blocks, many), () => size);
      for (let i = 0; i < all.length; i += 2) meter.free(all[i]);
      for (let i = 1; i < all.length; i += 2) meter.free(all[i]);
      churn(meter, random, live, () => random.logarithmic(1, 4 * size));
    }
  },

  /** Blocks of all sizes, in all lists. */
  allSizes(create, blocks, random) {
    const meter = create();
    const sizes = () => (random.chance(0.01) ? random.logarithmic(1, 300000) : random.logarithmic(1, 2000));
    const live = allocate(meter, blocks, sizes);
    if (meter.exact) for (let size = 1; size <= 1000; size += 7) meter.hit(size);
    churn(meter, random, live, sizes);
    churn(meter, random, live, () => random.logarithmic(1, 300000));
    while (live.length > 0) meter.free(take(random, live));
  },

  /** Small freed blocks that a heap may cache, each between two larger free ones: merging one joins all three. */
  sandwiched(create, blocks, random, most = many) {
    for (const size of [20, 1000]) {
      const meter = create();
      allocate(meter, blocks, () => 40);
      const pairs = Math.min(blocks, most);
      // Sizes of many lists, so that each joined block changes lists.
      const larger = () => random.logarithmic(1100, 9000);
      const all = allocate(meter, 2 * pairs, (i) => (i % 2 ? size : larger()));
      for (let i = 1; i < all.length; i += 2) meter.free(all[i]);
      for (let i = 0; i < all.length; i += 2) meter.free(all[i]);
      // Nothing cached is large enough: the heap merges it or grows.
      const live = allocate(meter, 20, (i) => 20000 << (i % 10));
      churn(meter, random, live, () => random.logarithmic(1, 20000));
    }
  },

  /** Free blocks that are a little smaller than what is asked for. */
  nearMisses(create, blocks) {
    const meter = create();
    allocate(meter, blocks, () => 40);
    for (const size of [60, 250, 1000, 4000]) {
      const all = allocate(meter, Math.min(blocks, many), (i) => (i % 2 ? 16 : size));
      for (let i = 0; i < all.length; i += 2) meter.free(all[i]);
      allocate(meter, 300, () => size + 20);
    }
  },

  /** A program that uses one size, then another. */
  phases(create, blocks, random) {
    const meter = create();
    allocate(meter, blocks, () => 40);
    const most = Math.min(blocks, many);
    for (let phase = 0; phase < 14; phase++) {
      const all = allocate(meter, most, () => 12 + random.pick([16, 48, 100, 500, 1016, 1200, 2500]));
      while (all.length > 0) meter.free(take(random, all));
      meter.free(meter.malloc(1000000 + phase * 100000));
    }
  },

  /** One free block in each list of two an octave, which are then taken, the largest first, so that none is left. */
  everyList(create, blocks, random) {
    const meter = create();
    allocate(meter, blocks, () => 40);
    const sizes = [];
    for (let size = 16; size < 2 ** 25; size *= 2) sizes.push(size, 1.5 * size);
    for (const shift of [0, 4, 12]) {
      const all = sizes.flatMap((size) => [meter.malloc(size + shift), meter.malloc(1)]);
      for (let i = 0; i < all.length; i += 2) meter.free(all[i]);
      for (const size of [...sizes].reverse()) meter.malloc(size - 12);
      for (let i = 0; i < 5; i++) meter.free(meter.malloc(random.pick([1, 20, 1000, 100000])));
      for (let i = 1; i < all.length; i += 2) meter.free(all[i]);
    }
  },
};

/** No memory is left, and no more to be had: each call looks everywhere. */
export function nearlyFull(create, blocks, random) {
  const meter = create(Math.ceil((blocks * 128) / page) + 4);
  const live = [];
  for (const size of [110, 12]) {
    for (let start = meter.malloc(size); start; start = meter.malloc(size)) live.push(start);
  }
  churn(meter, random, live, () => random.logarithmic(1, 2000));
  for (let i = 0; i < Math.min(live.length, many); i++) meter.free(take(random, live));
  churn(meter, random, live, () => random.logarithmic(1, 20000));
}

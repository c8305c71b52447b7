// Heaps that are built to hurt an allocator, with every call's instructions counted: the worst of each kind is kept.
import { counter, countInstructions } from '../../tools/count.mjs';
import { load, page } from '../../tools/modules.mjs';
import { Random } from '../../tools/random.mjs';

/**
 * The kinds of calls that are told apart:
 * - hit: a malloc of the size that was freed last, where the heap has lists of exact sizes
 * - malloc, realloc, free: while the heap holds a large free block, so that it never has to look for more memory
 * - growth: a malloc or realloc on any other heap: all that is cached may be merged, memory grows or is refused
 */
export const kinds = ['hit', 'malloc', 'realloc', 'free', 'growth'];

/** Bytes of the large free block: more than any history takes. */
const room = 2 ** 30;

/** Calls a heap and keeps the most instructions that a call of each kind executed. */
class Meter {
  #instructions;
  #roomy = false;

  /**
   * @param {object} worst the most so far of each kind, to be raised
   * @param {object} options
   * @param {boolean} options.roomy the heap holds a large free block
   * @param {number} [options.maximum] pages
   */
  constructor(module, worst, { roomy, maximum }) {
    this.heap = load(module, { maximum, instrument: countInstructions });
    this.worst = worst;
    this.#instructions = this.heap.exports[counter];
    if (roomy) this.free(this.malloc(room));
    this.#roomy = roomy;
  }

  #call(kind, run) {
    const { heap, worst } = this;
    const [before, bytes] = [this.#instructions.value, heap.memory.buffer.byteLength];
    const result = run();
    const count = this.#instructions.value - before;
    if (this.#roomy && heap.memory.buffer.byteLength !== bytes)
      throw new Error('the heap had not room enough');
    const counted = this.#roomy || kind === 'free' || kind === 'hit' ? kind : 'growth';
    worst[counted] = Math.max(worst[counted] ?? 0, count);
    return result;
  }

  malloc(size) {
    return this.#call('malloc', () => this.heap.malloc(size));
  }

  free(start) {
    this.#call('free', () => this.heap.free(start));
  }

  /** @returns {number} the block's address now, which is the old one if there is no memory */
  realloc(start, size) {
    return this.#call('realloc', () => this.heap.realloc(start, size)) || start;
  }

  hit(size) {
    const start = this.malloc(size);
    this.free(start);
    this.free(this.#call('hit', () => this.heap.malloc(size)));
  }
}

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
    else if (meter.heap.realloc && live.length > 1 && action < 6) {
      live.push(meter.realloc(take(random, live), sizes()));
    } else {
      const start = meter.malloc(sizes());
      if (start) live.push(start);
    }
  }
}

/**
 * Each builds a heap, which `create` makes, of `blocks` live blocks and goes on from there.
 * @type {Object<string, (create: (maximum?: number) => Meter, blocks: number, random: Random) => void>}
 */
const histories = {
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
    if (meter.heap.profile !== 'small') for (let size = 1; size <= 1000; size += 7) meter.hit(size);
    churn(meter, random, live, sizes);
    churn(meter, random, live, () => random.logarithmic(1, 300000));
    while (live.length > 0) meter.free(take(random, live));
  },

  /** Small freed blocks that a heap may cache, each between two larger free ones: merging one joins all three. */
  sandwiched(create, blocks, random) {
    for (const size of [20, 1000]) {
      const meter = create();
      allocate(meter, blocks, () => 40);
      const pairs = Math.min(blocks, many);
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
    for (let size = 16; size < room / 32; size *= 2) sizes.push(size, 1.5 * size);
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
function nearlyFull(create, blocks, random) {
  const meter = create(Math.ceil((blocks * 128) / page) + 4);
  const live = [];
  for (const size of [110, 12]) {
    for (let start = meter.malloc(size); start; start = meter.malloc(size)) live.push(start);
  }
  churn(meter, random, live, () => random.logarithmic(1, 2000));
  for (let i = 0; i < Math.min(live.length, many); i++) meter.free(take(random, live));
  churn(meter, random, live, () => random.logarithmic(1, 20000));
}

/**
 * The most instructions of a call on a heap of `blocks` live blocks, over all histories.
 * @returns {Object<string, number>} by kind
 */
export function worstCalls(module, blocks) {
  const worst = {};
  const run = (history, roomy) => {
    history(
      (maximum) => new Meter(module, worst, { roomy, maximum }),
      blocks,
      new Random(history.name, blocks),
    );
  };
  for (const history of Object.values(histories)) {
    run(history, true);
    run(history, false);
  }
  run(nearlyFull, false);
  return worst;
}

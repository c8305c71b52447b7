// How long can a single call take? Counted, not timed: every allocator's module is rewritten so that it counts the
// instructions that it executes (tools/count.mjs), and called on heaps that are built to hurt.
//
// memory.copy, memory.fill and memory.grow are one instruction each.
import { counter, countInstructions } from '../../tools/count.mjs';
import { Random } from '../../tools/random.mjs';
import { instantiate } from '../../tools/wasi.mjs';
import { optimise } from '../../wasm/build/modules.mjs';

/** What is told apart. */
export const kinds = ['malloc', 'malloc that grows', 'free'];

// The engine's limit on what the harness may take for all of it: an allocator whose search is linear would need
// hours for the larger heaps. It is counted as far as it comes.
const patience = 2_000_000_000; // instructions for each heap

class TooSlow extends Error {}

/** Calls an allocator and keeps how often a call of each kind executed how many instructions. */
class Meter {
  #counter;
  #exports;
  #sizes = new Map();
  #spent = 0;

  constructor(module, counts) {
    this.#exports = instantiate(module).exports;
    this.#counter = this.#exports[counter];
    this.counts = counts;
  }

  #count(kind, run) {
    const { memory } = this.#exports;
    const [before, bytes] = [this.#counter.value, memory.buffer.byteLength];
    const result = run();
    const instructions = this.#counter.value - before;
    const of = kind === 'malloc' && memory.buffer.byteLength !== bytes ? 'malloc that grows' : kind;
    this.counts[of].set(instructions, (this.counts[of].get(instructions) ?? 0) + 1);
    this.#spent += instructions;
    if (this.#spent > patience) throw new TooSlow();
    return result;
  }

  malloc(size) {
    const { malloc, alloc } = this.#exports;
    const block = this.#count('malloc', () => (malloc ?? alloc)(size)) >>> 0;
    if (block === 0) throw new TooSlow();
    if (alloc) this.#sizes.set(block, size);
    return block;
  }

  free(block) {
    const { free, dealloc } = this.#exports;
    if (free) this.#count('free', () => free(block));
    else {
      const size = this.#sizes.get(block);
      this.#count('free', () => dealloc(block, size));
    }
  }
}

const many = 20_000;

const allocate = (heap, count, size) => Array.from({ length: count }, (_, i) => heap.malloc(size(i)));

/** Each builds a heap that some allocators cannot bear, and goes on from there. */
const heaps = {
  /** Every second of many blocks of one size is free: lists of one size, nothing to join. */
  holes(heap, random) {
    for (const size of [24, 200, 1500, 5000]) {
      const blocks = allocate(heap, many / 4, () => size);
      const freed = random.shuffle(blocks.filter((_, i) => i % 2));
      for (const block of freed) heap.free(block);
      const more = allocate(heap, 500, () => size + random.integer(1, 300));
      for (const block of random.shuffle([...more, ...blocks.filter((_, i) => i % 2 === 0)]))
        heap.free(block);
    }
  },

  /** Free blocks of all sizes between live ones, then requests that hardly any of them fits. */
  allSizes(heap, random) {
    const blocks = allocate(heap, many, () => random.logarithmic(1, 20_000));
    for (let i = 0; i < many; i += 2) heap.free(blocks[i]);
    const more = allocate(heap, 2000, () => random.logarithmic(1, 40_000));
    for (const block of random.shuffle([...more, ...blocks.filter((_, i) => i % 2)])) heap.free(block);
  },

  /** A large free block and many small ones that are a little smaller than what is asked for. */
  nearMisses(heap, random) {
    heap.free(heap.malloc(8 << 20));
    const live = [];
    for (const size of [60, 250, 1000, 4000]) {
      const blocks = allocate(heap, many / 8, (i) => (i % 2 ? 16 : size));
      for (let i = 0; i < blocks.length; i += 2) heap.free(blocks[i]);
      live.push(...blocks.filter((_, i) => i % 2));
      live.push(...allocate(heap, 300, () => size + 20));
    }
    for (const block of random.shuffle(live)) heap.free(block);
  },

  /** One size is used up, all of it freed, then another is wanted: what was put off must be done. */
  phases(heap) {
    for (const size of [40, 100, 1000, 3000]) {
      const blocks = allocate(heap, many / 2, () => size);
      for (const block of blocks) heap.free(block);
      heap.free(heap.malloc(3 << 20));
    }
  },
};

/**
 * The distribution over all heaps.
 * @param {Uint8Array} wasm an allocator's module
 * @returns {Promise<Record<string, { most: number, percentiles: Record<string, number>, unfinished: string[] }>>}
 */
export async function measureLatency(wasm) {
  const optimised = await optimise(wasm, [['-O3', '--strip-debug', '--strip-producers']]);
  const module = new WebAssembly.Module(countInstructions(optimised));
  const counts = Object.fromEntries(kinds.map((kind) => [kind, new Map()]));
  const unfinished = [];
  for (const [name, build] of Object.entries(heaps)) {
    try {
      build(new Meter(module, counts), new Random('latency', name));
    } catch (error) {
      if (!(error instanceof TooSlow)) throw error;
      unfinished.push(name);
    }
  }
  return Object.fromEntries(
    kinds.filter((kind) => counts[kind].size).map((kind) => [kind, { ...summary(counts[kind]), unfinished }]),
  );
}

const percents = [50, 90, 99, 99.9];

function summary(counts) {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, times]) => sum + times, 0);
  const percentiles = {};
  let seen = 0;
  let next = 0;
  for (const [instructions, times] of sorted) {
    seen += times;
    for (; next < percents.length && seen >= (total * percents[next]) / 100; next++)
      percentiles[percents[next]] = instructions;
  }
  return { most: sorted.at(-1)[0], percentiles };
}

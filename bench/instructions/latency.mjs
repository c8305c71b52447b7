// How long can a single call take? Counted, not timed: every allocator's module is rewritten so that it counts the
// instructions that it executes (tools/count.mjs), and called on heaps that are built to hurt.
//
// memory.copy, memory.fill and memory.grow are one instruction each.
import { countInstructions } from '../../tools/count.mjs';
import { Random } from '../../tools/random.mjs';
import { instantiate } from '../../tools/wasi.mjs';
import { optimise } from '../../wasm/build/modules.mjs';
import { histories } from './histories.mjs';
import { Meter } from './meter.mjs';

/** What is told apart. */
const kinds = ['malloc', 'malloc that grows', 'free'];
const kindOf = (call, grew) => (call === 'free' ? call : grew ? 'malloc that grows' : 'malloc');

// An allocator whose search is linear would need hours for the larger heaps. It is counted as far as it comes.
const patience = 2_000_000_000; // instructions for each history

/** An allocator that takes too long, or has no memory left. */
class Hopeless extends Error {}

/**
 * The distribution over all histories. A realloc is none of it: it may copy a whole block.
 * @param {Uint8Array} wasm an allocator's module
 * @param {number} [blocks] live ones of each heap
 * @returns {Promise<Record<string, { most: number, percentiles: Record<string, number>, unfinished: string[] }>>}
 */
export async function measureLatency(wasm, blocks = 10_000) {
  const optimised = await optimise(wasm, [['-O3', '--strip-debug', '--strip-producers']]);
  const module = new WebAssembly.Module(countInstructions(optimised));
  const counts = Object.fromEntries(kinds.map((kind) => [kind, new Map()]));
  const unfinished = [];
  for (const [name, history] of Object.entries(histories)) {
    let spent = 0;
    const report = (call, instructions, grew, result) => {
      const times = call === 'realloc' ? undefined : counts[kindOf(call, grew)];
      times?.set(instructions, (times.get(instructions) ?? 0) + 1);
      spent += instructions;
      if (spent > patience || (call === 'malloc' && result === 0)) throw new Hopeless();
    };
    try {
      history(() => new Meter(instantiate(module).exports, report), blocks, new Random(name, blocks));
    } catch (error) {
      if (!(error instanceof Hopeless || error instanceof WebAssembly.RuntimeError)) throw error;
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

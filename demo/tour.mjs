// A short tour of a heap: what JavaScript sees of one that allocates, grows and merges. Everything shown has just happened.
import { Heap } from '../js/heap.js';
import { placed } from '../js/place.js';
import { provide } from '../js/profiles.js';
import { describePlaced } from '../wasm/build/placed.mjs';
import { byFirst } from './build.mjs';

/**
 * Gives the package its wasm, which a fresh checkout does not have in dist/ yet. Nobody measures its bytes, and somebody waits
 * for it: so the fastest compiler makes it, and no optimiser after that.
 */
async function prepare(candidates) {
  const make = ({ compiler }) => describePlaced('lean', { compiler, lists: [] });
  const build = await byFirst(make, candidates);
  provide({ ...build, profile: 'fast', fill: placed });
}

const number = (value) => value.toLocaleString('en');

/**
 * @param {import('./build.mjs').Candidate[]} [candidates] for its compiler
 * @yields {string} a line for each step
 */
export async function* tour(candidates) {
  await prepare(candidates);
  const step = (what, result) => `  ${what.padEnd(44)}${result}`;
  const heap = Heap.create({ maximum: 2 ** 26 });
  const kib = () => `${number(heap.memory.buffer.byteLength / 1024)} KiB`;

  yield 'A heap in a WebAssembly.Memory, from JavaScript:\n';
  const samples = heap.alloc(Float32Array, 4);
  const kept = samples.view;
  kept.set([1, 2, 3, 4]);
  yield step('samples = heap.alloc(Float32Array, 4)', `at ${samples.ptr}, in a memory of ${kib()}`);
  const large = heap.malloc(10_000_000);
  yield step('large = heap.malloc(10_000_000)', `at ${large}: the memory has grown to ${kib()}`);
  yield step('a view that was kept', `has ${kept.length} elements: growth has cut it off`);
  yield step('samples.view', `has ${samples.view.length}, made anew: ${samples.view.join(', ')}`);
  heap.free(large);

  const blocks = Array.from({ length: 1000 }, (_, i) => heap.malloc(1025 + i));
  const holes = blocks.filter((_, i) => i % 2);
  for (const ptr of holes) heap.free(ptr);
  yield step('1,000 blocks, every other freed', `${number(heap.stats().freeBlocks)} free blocks`);
  for (const ptr of blocks.filter((_, i) => i % 2 === 0)) heap.free(ptr);
  const { freeBlocks } = heap.stats();
  yield step(
    'the others freed',
    `${freeBlocks} free ${freeBlocks === 1 ? 'block' : 'blocks'}: they have merged`,
  );

  const bytes = heap.scope((arena) => {
    let sum = 0;
    for (let i = 0; i < 10_000; i++) sum += arena.utf8(`text ${i}`).byteLength;
    return sum;
  });
  yield step('10,000 strings in an arena, and its end', `${number(bytes)} bytes, taken and released at once`);

  // The best of short rounds: what else the machine does, SQLite's compiler for one, only makes a round longer.
  const [rounds, pairs] = [40, 25_000];
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < pairs; i++) heap.free(heap.malloc(64));
    least = Math.min(least, performance.now() - start);
  }
  yield step(
    'a million times malloc(64) and free',
    `${((least * 1e6) / pairs).toFixed(0)} ns a pair, at best`,
  );
  heap.check();
  const { usedBlocks } = heap.stats();
  yield step('heap.check()', `every block and list is sound, ${usedBlocks} in use`);
}

// `npm run bench:js`: what the JavaScript layer costs, and how it compares. All cases of a table run in turns in one
// process, each round by round; the table shows the least of each, since noise only adds. Ratios hold between lines of
// one table, not between machines. The figures are left in bench/results/js.json.
import { keep } from '../../tools/results.mjs';
import { calls } from './calls.mjs';
import { compare, line } from './measure.mjs';
import { peers } from './peers.mjs';
import { measure } from './size.mjs';
import { contention } from './threads.mjs';

/**
 * Replaces blocks at random. Made from text for each peer, so that an engine compiles it for that peer alone.
 * @param {{ take(size: number): any, give(block: any): void }} peer
 * @returns {(count: number) => void}
 */
function replacing({ take, give }) {
  const live = 10_000;
  const blocks = Array.from({ length: live }, () => take(64));
  const body = `
    let state = 1;
    return (count) => {
      for (let i = 0; i < count; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        const which = (state >>> 8) % ${live};
        give(blocks[which]);
        blocks[which] = take(16 + (state >>> 23));
      }
    };`;
  return new Function('take', 'give', 'blocks', body)(take, give, blocks);
}

const { node, v8 } = process.versions;
console.log(`node ${node}, V8 ${v8}\n`);

const rounded = (results) =>
  Object.fromEntries(Object.entries(results).map(([name, value]) => [name, Number(value.toPrecision(4))]));

/** For the texts. */
const figures = {};

// Short rounds: the garbage collector, which comes every few hundred thousand handles, falls between them.
console.log('What the layer costs, ns for 64 bytes, garbage collection aside');
{
  const results = compare(calls(), { count: 20_000, rounds: 300 });
  figures.calls = rounded(results);
  const [bare, raw] = [results['two wasm calls: malloc, free'], results['heap.malloc, heap.free']];
  const limits = {
    'heap.malloc, heap.free': ['of two wasm calls', bare, 1.5],
    'heap.alloc, handle.ptr, handle.free': ['of raw', raw, 1.6],
    'arena.alloc, handle.ptr': ['of raw', raw, 0.5],
  };
  for (const [name, ns] of Object.entries(results)) {
    const [what, base, most] = limits[name] ?? [];
    line(name, ns, base ? `${(ns / base).toFixed(2)} ${what}; at most ${most}` : '');
  }
}

console.log('\n10,000 live blocks of 16 to 527 bytes, replaced at random; ns a replacement');
{
  const cases = Object.entries(peers).map(([name, make]) => [name, replacing(make())]);
  const results = compare(Object.fromEntries(cases), { count: 200_000, rounds: 15 });
  figures.replaced = rounded(results);
  const own = results['heaplet, raw'];
  for (const [name, ns] of Object.entries(results)) line(name, ns, `${(ns / own).toFixed(2)} of raw`);
}

console.log('\nThreads on one heap, malloc and free');
figures.threads = rounded(await contention());

console.log('\nBytes in a page, minified and gzipped, the wasm included');
for (const { name, gzipped, limit } of await measure()) line(name, gzipped, limit ? `at most ${limit}` : '');

keep('js', { command: 'npm run bench:js', versions: { node, v8 }, figures });

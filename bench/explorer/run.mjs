// `npm run bench:explorer`: what recording costs here, and how quick the explorer is in this machine's browsers. Leaves both in
// bench/results/explorer.json, if all browsers are there.
import { Heap } from 'heaplet';
import { record } from 'heaplet/record';
import { commandOf, known } from '../../tools/browsers.mjs';
import { postedBy } from '../../tools/posted.mjs';
import { keep } from '../../tools/results.mjs';
import { line } from '../../tools/text.mjs';

const ROUNDS = 5;
const CALLS = 100_000;

/** A stack of some depth, as programs have it. */
function deep(levels, work) {
  return levels === 0 ? work() : deep(levels - 1, work);
}

/** Nanoseconds of a malloc and its free, which is two events. */
function pair(options) {
  const heap = Heap.create();
  const recording = options && record(heap, options);
  const start = performance.now();
  deep(10, () => {
    for (let i = 0; i < CALLS; i++) heap.free(heap.malloc(16 + (i & 255)));
  });
  const elapsed = performance.now() - start;
  const bytes = recording?.stop().length ?? 0;
  return { time: (elapsed * 1e6) / CALLS, bytes: bytes / CALLS / 2 };
}

const ways = {
  'not recorded': undefined,
  'without stacks': { stacks: 0 },
  'with stacks': {},
  'one block in 10 KB': { sampling: 10_000 },
  'one block in 500 KB': { sampling: 500_000 },
};
console.log('What recording costs: a malloc and its free, in nanoseconds; bytes of the capture an event');
console.log(line(['', 'ns', 'times', 'bytes'], 22, 10));
const best = Object.fromEntries(
  Object.keys(ways).map((name) => [name, { time: Number.POSITIVE_INFINITY, bytes: 0 }]),
);
for (let round = 0; round < ROUNDS; round++)
  for (const [name, options] of Object.entries(ways)) {
    const result = pair(options);
    if (result.time < best[name].time) best[name] = result;
  }
for (const [name, { time, bytes }] of Object.entries(best)) {
  const times = time / best['not recorded'].time;
  console.log(line([name, time.toFixed(0), times.toFixed(1), bytes.toFixed(1)], 22, 10));
}

/** @type {Record<string, any>} */
const browsers = {};
for (const name of process.argv.slice(2).length ? process.argv.slice(2) : known) {
  const command = commandOf(name);
  if (!command) {
    console.log(`${name}: not on this machine`);
    continue;
  }
  const { error, ...measured } = await postedBy(name, command, 'bench/explorer/page.html', {
    isolated: false,
    limit: 180_000,
  });
  const { opened, megabytes, blocks, width, height, frame, slowest, shown, slowestShown } = measured;
  if (error) {
    console.log(`${name}: ${error}`);
    process.exitCode = 1;
    continue;
  }
  browsers[name] = measured;
  console.log(
    `\n${name}: ten million events, ${megabytes.toFixed(0)} MB, opened in ${(opened / 1000).toFixed(1)} s`,
  );
  console.log(
    `  a map of ${blocks.toLocaleString('en')} blocks, ${width} by ${height} pixels, zoomed in and out:`,
  );
  console.log(`  painted in ${frame.toFixed(1)} ms, the slowest ${slowest.toFixed(1)} ms`);
  console.log(
    `  shown every ${shown.toFixed(1)} ms (${(1000 / shown).toFixed(0)} frames/s), the slowest after ${slowestShown.toFixed(1)} ms`,
  );
}

if (known.every((name) => browsers[name]))
  keep('explorer', {
    command: 'npm run bench:explorer',
    versions: { node: process.versions.node },
    figures: { recording: best, browsers },
  });

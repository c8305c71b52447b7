// `npm run bench:exact`: what some workloads cost heaplet's profiles, counted (figures.mjs), beside what is written down in
// exact.json. A change that costs something shows there, and in what is committed with it.
//
//   --update   writes exact.json anew
import { readFileSync, writeFileSync } from 'node:fs';
import { isProgram, path } from '../../tools/paths.mjs';
import { counted } from '../allocators/heaplet.mjs';
import { withHarness } from '../build.mjs';
import { workloads } from '../workloads.mjs';
import { count } from './figures.mjs';

const file = path('bench/instructions/exact.json');

/** Rows that are counted in a second or less, and together ask for all that a heap does. */
const rows = [
  'random',
  'realloc',
  'robin',
  '10k',
  '8-40',
  'pairs',
  'objects',
  'queue',
  'walk',
  'calloc1k',
  'state',
];

/** @typedef {Record<string, Record<string, import('./figures.mjs').Figures>>} Exact by profile, workload */

/** @returns {Promise<Exact>} as it is now */
export async function measureExact() {
  const wanted = workloads([]).filter(({ name }) => rows.includes(name));
  const found = {};
  for (const { name, build } of counted) {
    const program = await withHarness(await build());
    found[name] = {};
    for (const workload of wanted) found[name][workload.name] = await count(program, workload);
  }
  return found;
}

/** @returns {Exact} as it is written down */
export const written = () => JSON.parse(readFileSync(file, 'utf8'));

/** @returns {string[]} a line for each figure that is another one now: what it was, what it is */
export function differences(before, now) {
  const lines = [];
  for (const profile of new Set([...Object.keys(before), ...Object.keys(now)])) {
    for (const workload of new Set([before, now].flatMap((each) => Object.keys(each[profile] ?? {})))) {
      const [was, is] = [before, now].map((each) => each[profile]?.[workload] ?? {});
      for (const what of new Set([...Object.keys(was), ...Object.keys(is)])) {
        if (was[what] === is[what]) continue;
        const change = is[what] / was[what];
        const part = Number.isFinite(change) ? ` (${change.toFixed(3)})` : '';
        lines.push(`${profile}, ${workload}: ${what} ${was[what] ?? 'none'} -> ${is[what] ?? 'none'}${part}`);
      }
    }
  }
  return lines;
}

if (isProgram(import.meta.url)) {
  const now = await measureExact();
  const update = process.argv.includes('--update');
  const before = update ? now : written();
  console.log(
    [
      `${'a call'.padEnd(28)}${['instructions', 'accesses', 'L1', 'L2'].map((title) => title.padStart(13)).join('')}`,
      ...Object.entries(now).flatMap(([profile, found]) =>
        Object.entries(found).map(([workload, { calls, instructions, accesses, l1, l2 }]) => {
          const figures = [instructions, accesses, l1, l2].map((value) =>
            (value / calls).toFixed(2).padStart(13),
          );
          return `${profile.padEnd(18)}${workload.padEnd(10)}${figures.join('')}`;
        }),
      ),
    ].join('\n'),
  );
  if (update) writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
  const lines = differences(before, now);
  if (lines.length > 0) {
    console.log(`\nOthers than in exact.json:\n${lines.join('\n')}`);
    console.log('\nIf that is meant: npm run bench:exact -- --update');
    process.exitCode = 1;
  }
}

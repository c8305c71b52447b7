// `npm run bench`: every workload on every allocator, in one run; the results as tables here, and in build/bench as
// index.html, results.csv and results.json.
//
//   --quick         one process, an eighth of the operations, nothing is counted: two minutes, once everything is
//                   compiled. How long the first run takes is said before it starts
//   --only REGEXP   allocators whose names match
//   --rows REGEXP   workloads whose names match
//   --processes N   one after the other: default 3; 1 with --quick
//   --rounds N      in each of them: default 2
//   --no-traces     do not compile and record the real programs
//   --keep          leave the figures in bench/results too, from which the texts' are made: as a run of everything in full
//                   does anyway
//
// It fails if two allocators disagree about what was in their blocks, or past a limit of limits.mjs.
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { folder } from '../tools/paths.mjs';
import { progressLine } from '../tools/progress.mjs';
import { keep, keptFigures } from '../tools/results.mjs';
import { forTexts } from './figures.mjs';
import { csv } from './report/csv.mjs';
import { regressions } from './report/limits.mjs';
import { page } from './report/page.mjs';
import { report } from './report/table.mjs';
import { threadsOf } from './report/threads.mjs';
import { runSuite } from './suite.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '.' },
    rows: { type: 'string', default: '.' },
    processes: { type: 'string' },
    rounds: { type: 'string', default: '2' },
    'no-traces': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const { quick, only, rows } = options;

/** An option that is a number. */
function atLeastOne(name, text) {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  console.error(`--${name}: a whole number from 1 on, not ${text}`);
  process.exit(2);
}

const processes = atLeastOne('processes', options.processes ?? (quick ? 1 : 3));
const rounds = atLeastOne('rounds', options.rounds);

const progress = progressLine();
let results;
try {
  results = await runSuite({
    only: new RegExp(only),
    rows: new RegExp(rows),
    processes,
    rounds,
    scale: quick ? 1 / 8 : 1,
    quick,
    traces: !options['no-traces'],
    announce: (text) => console.error(text),
    report: progress.report,
  });
} finally {
  progress.end();
}

const out = folder('build/bench');
const threads = keptFigures('threads'); // of the last run of bench:threads
const files = {
  'index.html': page(results, threadsOf(threads)),
  'results.csv': csv(results),
  'results.json': JSON.stringify(results),
};
for (const [name, contents] of Object.entries(files)) writeFileSync(join(out, name), contents);

const everything = options.only === '.' && options.rows === '.' && !options['no-traces'];
if (options.keep || (everything && !quick && processes >= 3))
  keep('bench', { command: 'npm run bench', ...forTexts(results, { processes, rounds, quick }) });

console.log(report(results));
console.log(`\n${Object.keys(files).join(', ')} are in ${relative('.', out)}`);
for (const hint of results.missing) console.log(`left out: ${hint}`);
const failures = regressions(results);
for (const failure of failures) console.error(`too much: ${failure}`);
process.exit(failures.length ? 1 : 0);

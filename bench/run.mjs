// `npm run bench`: every workload on every allocator, in one run; the results as tables here, and in build/bench as
// index.html, results.csv and results.json.
//
//   --quick         about a minute, once everything is compiled: an eighth of the operations, no latency. The first run
//                   compiles for more than ten minutes, and says so
//   --only REGEXP   allocators whose names match
//   --rows REGEXP   workloads whose names match
//   --rounds N      default 5; 2 with --quick
//   --no-traces     do not compile and record the real programs
//
// It fails if two allocators disagree about what was in their blocks, or past a limit of limits.mjs.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { folder } from '../tools/paths.mjs';
import { progressLine } from '../tools/progress.mjs';
import { csv } from './report/csv.mjs';
import { regressions } from './report/limits.mjs';
import { page } from './report/page.mjs';
import { report } from './report/table.mjs';
import { runSuite } from './suite.mjs';

// Compile with the optimising compiler at once: no row is measured in two tiers. What an allocator leaves behind is given
// back to the operating system before the next one's turn, not by another thread in the course of it.
const flags = ['--no-liftoff', '--no-wasm-lazy-compilation', '--expose-gc', '--single-threaded-gc'];

if (!flags.every((flag) => process.execArgv.includes(flag))) {
  const args = [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  process.exit(status ?? 1);
}

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '.' },
    rows: { type: 'string', default: '.' },
    rounds: { type: 'string' },
    'no-traces': { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 2 : 5));
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds: a whole number from 1 on, not ${options.rounds}`);
  process.exit(2);
}

const progress = progressLine();
let results;
try {
  results = await runSuite({
    only: new RegExp(options.only),
    rows: new RegExp(options.rows),
    rounds,
    scale: options.quick ? 1 / 8 : 1,
    quick: options.quick,
    traces: !options['no-traces'],
    announce: (text) => console.error(text),
    report: progress.report,
  });
} finally {
  progress.end();
}

const out = folder('build/bench');
const files = {
  'index.html': page(results),
  'results.csv': csv(results),
  'results.json': JSON.stringify(results),
};
for (const [name, contents] of Object.entries(files)) writeFileSync(join(out, name), contents);

console.log(report(results));
console.log(`\n${Object.keys(files).join(', ')} are in ${relative('.', out)}`);
for (const hint of results.missing) console.log(`left out: ${hint}`);
const failures = regressions(results);
for (const failure of failures) console.error(`too much: ${failure}`);
process.exit(failures.length ? 1 : 0);

// `npm run bench`: every workload on every allocator, in one run.
//
//   --quick         under a minute, once everything is compiled
//   --only REGEXP   allocators whose names match
//   --rows REGEXP   workloads whose names match
//   --rounds N      default 5; 3 with --quick
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { progressLine } from '../demo/progress.mjs';
import { toolchain } from '../wasm/build/toolchain.mjs';
import { find } from './allocators/index.mjs';
import { buildProgram } from './build.mjs';
import { compareChecksums, measure } from './measure.mjs';
import { memoryTable, speedTable } from './table.mjs';
import { recordTraces } from './traces/record.mjs';
import { workloads } from './workloads.mjs';

// Compile with the optimising compiler at once: no row is measured in two tiers.
const flags = ['--no-liftoff', '--no-wasm-lazy-compilation'];

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
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 3 : 5));
const scale = options.quick ? 1 / 8 : 1;

const { allocators, missing } = find(new RegExp(options.only));
const wanted = new RegExp(options.rows);

const progress = progressLine();
const programs = new Map();
let cells;
try {
  const { traces, missing: untraced } = await recordTraces(wanted, progress.report);
  missing.push(...untraced);
  for (const allocator of allocators) {
    progress.report(`building ${allocator.name}`);
    programs.set(allocator.name, await buildProgram(await allocator.build()));
  }
  const all = workloads(traces).filter(({ name }) => wanted.test(name));
  if (options.quick) for (const workload of all) if (workload.rounds) workload.rounds = 1;
  const timed = all.filter(({ memoryOnly }) => !memoryOnly);
  const rows = { linked: all, calls: options.quick ? timed.filter(({ script }) => !script) : timed };
  cells = await measure(programs, { rows, rounds, scale, report: progress.report });
} finally {
  progress.end();
}
compareChecksums(cells);

const names = allocators.map(({ name }) => name);
const timedRows = (rows) =>
  Object.fromEntries(Object.entries(rows).filter(([name]) => !name.startsWith('grow')));
console.log(`Node ${process.versions.node} (V8 ${process.versions.v8}), ${cpus()[0].model}, clang ${toolchain.clang},
binaryen ${toolchain.binaryen}. Medians of ${rounds} rounds, in turns; processor time.
~ : hopeless, only tried on fewer operations; - : no memory, or not tried

Nanoseconds a call, linked into one module${speedTable(timedRows(cells.linked), names)}

Nanoseconds a call, from another module${speedTable(cells.calls, names)}

Pages of 64 KiB at the end${memoryTable(cells.linked, names)}
`);
for (const hint of missing) console.log(`left out: ${hint}`);

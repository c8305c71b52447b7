// `npm run bench:programs`: real programs, built with every toolchain that is there, on heaplet and on the toolchain's
// own allocators: the same answers, and how large, how fast and how hungry each is.
//
//   --rounds N         how often each is run; the table has medians (5)
//   --program NAME     only this one
//   --toolchain WORD   only those with this word in the name, such as emscripten
//   --json             the rows as JSON instead of the table
//   --keep             leave the figures in bench/results too, from which the texts' are made: as a run of both programs in
//                      five rounds or more does anyway. What other toolchains came to stays there: EMCC names one at a time
import { parseArgs } from 'node:util';
import { progressLine } from '../../tools/progress.mjs';
import { keep } from '../../tools/results.mjs';
import { buildProgram } from './build.mjs';
import { merged } from './figures.mjs';
import { compare, runOnce } from './measure.mjs';
import { programs } from './programs.mjs';
import { failuresOf, section, shortOf } from './table.mjs';
import { findToolchains } from './toolchains.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    program: { type: 'string' },
    toolchain: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  quit(`--rounds: a whole number from 1 on, not ${options.rounds}`);

const found = findToolchains();
const chosen = programs.filter(({ name }) => name === (options.program ?? name));
if (!chosen.length) quit(`--program: one of ${programs.map(({ name }) => name).join(', ')}`);
const toolchains = found.toolchains.filter(({ name }) =>
  name.toLowerCase().includes(options.toolchain.toLowerCase()),
);
if (!toolchains.length) quit(`--toolchain: a part of ${found.toolchains.map(({ name }) => name).join(', ')}`);

const groups = await measure();
const rows = groups.map(compare);
const failures = rows.flatMap(failuresOf);

if (options.keep || (chosen.length === programs.length && rounds >= 5))
  keep('programs', {
    command: 'npm run bench:programs',
    versions: { node: process.versions.node },
    figures: merged(rows.flat(), rounds),
  });

if (options.json) {
  console.log(JSON.stringify({ node: process.version, rounds, rows: rows.flat(), failures }, null, 2));
} else {
  for (const { title, name } of chosen) {
    const sections = rows.filter(([row]) => row.program === name).map(section);
    if (sections.length) console.log(`\n${title}\n\n${sections.join('\n\n')}`);
  }
  const short = rows.flatMap(shortOf).map((text) => `  ${text}`);
  console.log(`\nNode ${process.version}, ${rounds} rounds in turns. Time is the processor's.`);
  console.log(short.length ? `\nNot as good as wanted:\n${short.join('\n')}` : '\nEvery goal is reached.');
}
for (const part of found.missing) console.error(`left out: ${part}`);
for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exitCode = failures.length ? 1 : 0;

function quit(message) {
  console.error(message);
  process.exit(2);
}

/** Builds all of it and runs it: an array for each program and toolchain, with the runs of each allocator. */
async function measure() {
  const progress = progressLine();
  try {
    const groups = [];
    for (const program of chosen) {
      for (const toolchain of toolchains.filter(({ cxx }) => cxx || !program.cxx)) {
        const built = await buildProgram(program, toolchain, progress);
        groups.push(built.map((one) => ({ ...one, runs: [] })));
      }
    }
    for (let round = 1; round <= rounds; round++) {
      for (const built of groups.flat()) {
        const { program, toolchain, allocator, runs } = built;
        progress.report(`round ${round} of ${rounds}: ${program.name}, ${allocator}, ${toolchain.name}`);
        runs.push(await runOnce(built));
      }
    }
    return groups;
  } finally {
    progress.end();
  }
}

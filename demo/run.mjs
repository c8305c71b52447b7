// `npm start`: one real program, SQLite, on heaplet and on the libc's own dlmalloc, over the same real data. Before that
// there is a tour of a heap to see, and heaplet's sizes while SQLite compiles, which takes up to a minute the first time.
// `node demo/run.mjs 9` takes the median of 9 rounds instead of 3.
import { progressLine } from '../tools/progress.mjs';
import { median } from '../tools/statistics.mjs';
import { number, line as tableLine } from '../tools/text.mjs';
import { allocators } from './build.mjs';
import { buildInThread } from './build-thread.mjs';
import { sizes } from './sizes.mjs';
import { tour } from './tour.mjs';
import { compareAnswers, work } from './workload.mjs';

const rounds = Number(process.argv[2] ?? 3);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`rounds: a whole number from 1 on, not ${process.argv[2]}`);
  process.exit(2);
}

const { programs, compiler, results } = await measure();

/** Lets the line be drawn: neither a compiler nor a program ever yields. */
function breath() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Builds the programs and runs each of them in turns, so that what else the machine does falls on all. */
async function measure() {
  const progress = progressLine();
  try {
    const show = async (section) => {
      progress.print('');
      for await (const line of section) {
        progress.print(line);
        await breath();
      }
    };
    await show(tour()); // alone: the first result comes a few seconds sooner so
    const building = buildInThread(progress.report);
    building.catch(() => {}); // it is awaited below: until then a failure waits
    await show(sizes());
    const { programs, compiler } = await building;
    const modules = Object.fromEntries(
      allocators.map((name) => [name, new WebAssembly.Module(programs[name])]),
    );
    const results = Object.fromEntries(allocators.map((name) => [name, []]));
    for (let round = 1; round <= rounds; round++) {
      for (const name of allocators) {
        progress.report(`round ${round} of ${rounds}: SQLite on ${name}`);
        await breath();
        results[name].push(work(modules[name]));
      }
    }
    return { programs, compiler, results };
  } finally {
    progress.end();
  }
}

const [reference] = results.dlmalloc;
for (const name of allocators) {
  for (const { answers } of results[name]) compareAnswers(reference.answers, answers, name);
}

const seconds = (name, part) => median(results[name].map(({ ms }) => ms[part])) / 1000;
const peak = (name) => Math.max(...results[name].map(({ memory }) => memory));

const line = (...cells) => tableLine(cells, 14, widths);
const widths = [13, 9, 9, 9, 9, 8, 9];
const table = [
  line('', 'module', 'load', 'query', 'change', 'total', 'ratio', 'peak'),
  line('', 'bytes', 's', 's', 's', 's', '', 'MiB'),
  ...allocators.map((name) =>
    line(
      name,
      number(programs[name].length),
      ...['load', 'query', 'change', 'total'].map((part) => number(seconds(name, part), 2)),
      number(seconds(name, 'total') / seconds('dlmalloc', 'total'), 2),
      number(peak(name) / 2 ** 20, 1),
    ),
  ),
];
const samples = Object.entries(reference.shown).map(([title, rows]) => {
  const answer = rows
    .trimEnd()
    .split('\n')
    .map((row) => row.replace('\t', ' '));
  return `  ${title.padEnd(22)}${answer.join(', ')}`;
});

console.log(`
SQLite in WebAssembly, by ${compiler}, over ${number(reference.count)} cities (GeoNames, CC BY 4.0)

${samples.join('\n')}

Each allocator gave the same ${number(reference.answers.length)} answers.
${rounds === 1 ? 'One round' : `Medians of ${rounds} rounds in turns`}, seconds of processor time:

${table.join('\n')}
`);

// What the texts say of `npm run bench:threads`.
import { results } from '../../tools/results.mjs';
import { geometricMean } from '../../tools/statistics.mjs';
import { figure } from '../../tools/text.mjs';
import { kb, named, table } from './format.mjs';

const rowsOf = (place) => results('threads').figures[place];
const namesOf = (rows) => Object.keys(rows[0].results);
const ratio = ({ results }, name, to) => results[name].cpu / results[to].cpu;

const meanOf = (rows, threads, name, to) =>
  geometricMean(rows.filter((row) => row.threads === threads).map((row) => ratio(row, name, to)));

/**
 * @param {'emscripten' | 'native'} place
 * @param {string} word an allocator
 * @param {string} threads how many
 * @param {string} [to] another one; the first, if it is not said
 * @returns {string} the mean of its processor time to that one's
 */
export function threadsMean(place, word, threads, to) {
  const rows = rowsOf(place);
  const names = namesOf(rows);
  return meanOf(rows, Number(threads), named(names, word), to ? named(names, to) : names[0]).toFixed(2);
}

/** @param {string} word @returns {string} KB of wasm that it adds to the smallest */
export function threadsSize(word) {
  const { sizes } = results('threads').figures;
  return kb(sizes[named(Object.keys(sizes), word)]);
}

/** @param {'emscripten' | 'native'} place @returns {string} a line for each workload and number of threads */
export function threadsTable(place) {
  const rows = rowsOf(place);
  const names = namesOf(rows);
  const counts = [...new Set(rows.map((row) => row.threads))];
  const workloads = [...new Set(rows.map((row) => row.workload))];
  const cell = (values) => values.map((value) => value.toFixed(2)).join(' / ');
  const at = (workload, threads) => rows.find((row) => row.workload === workload && row.threads === threads);
  return table([
    [`Processor time to ${names[0]}'s at ${counts.join(' / ')} threads`, ...names.slice(1)],
    ...workloads.map((workload) => [
      workload,
      ...names
        .slice(1)
        .map((name) => cell(counts.map((threads) => ratio(at(workload, threads), name, names[0])))),
    ]),
    [
      '**mean**',
      ...names
        .slice(1)
        .map((name) => `**${cell(counts.map((threads) => meanOf(rows, threads, name, names[0])))}**`),
    ],
  ]);
}

/** @param {'emscripten' | 'native'} place @returns {string} the memory that each took, at the most threads */
export function threadsMemory(place) {
  const rows = rowsOf(place);
  const names = namesOf(rows);
  const most = Math.max(...rows.map((row) => row.threads));
  return table([
    [`KiB at ${most} threads`, ...names],
    ...rows
      .filter((row) => row.threads === most)
      .map((row) => [row.workload, ...names.map((name) => row.results[name].peak.toLocaleString('en'))]),
  ]);
}

/** @param {'emscripten' | 'native'} place @returns {string} the means of the processor's time and of the clock's */
export function threadsClock(place) {
  const rows = rowsOf(place);
  const names = namesOf(rows);
  const counts = [...new Set(rows.map((row) => row.threads))];
  const mean = (what, threads, name) =>
    geometricMean(
      rows
        .filter((row) => row.threads === threads)
        .map(({ results }) => results[name][what] / results[names[0]][what]),
    ).toFixed(2);
  return table([
    [`Mean to ${names[0]}'s at ${counts.join(' / ')} threads`, ...names.slice(1)],
    ...Object.entries({ cpu: "the processor's time", wall: "the clock's" }).map(([what, text]) => [
      text,
      ...names.slice(1).map((name) => counts.map((threads) => mean(what, threads, name)).join(' / ')),
    ]),
  ]);
}

/** @param {'emscripten' | 'native'} place @returns {string} the longest call of any thread, at the most threads */
export function threadsLongest(place) {
  const rows = rowsOf(place);
  const names = namesOf(rows);
  const most = Math.max(...rows.map((row) => row.threads));
  const last = rows.filter((row) => row.threads === most);
  if (last[0].results[names[0]].longest === undefined) return 'The last run has not measured it.';
  return table([
    [`ms at ${most} threads`, ...names],
    ...last.map(({ workload, results }) => [workload, ...names.map((name) => figure(results[name].longest))]),
    [
      'the longest pause with no call in it',
      ...names.map((name) => figure(Math.max(...last.map(({ results }) => results[name].pause)))),
    ],
  ]);
}

/** @param {string} word an allocator @returns {string} what one thread takes of a build with threads, to one without */
export function threadsAlone(word) {
  const alone = results('threads-alone').figures;
  const cells = Object.values(alone[named(Object.keys(alone), word)]);
  return geometricMean(cells.map((cell) => cell.with / cell.without)).toFixed(2);
}

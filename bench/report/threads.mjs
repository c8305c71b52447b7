// What `npm run bench:threads` has measured, in the page and as a page of its own.
import { geometricMean } from '../../tools/statistics.mjs';
import { escaped, figure, number } from '../../tools/text.mjs';
import { workloads } from '../threads/workloads.mjs';
import { colours } from './colours.mjs';
import { picture, style, table } from './page.mjs';
import { bars, overThreads } from './plots.mjs';

/** @typedef {import('../threads/run.mjs').Measured} Measured */
/** @typedef {{ workload: string, threads: number, results: Record<string, Measured> }} Row */

const places = { emscripten: 'Emscripten, -pthread', native: 'Natively' };

/** @param {Row[]} rows @param {string} title */
function place(rows, title) {
  const names = Object.keys(rows[0].results);
  const counts = [...new Set(rows.map(({ threads }) => threads))];
  const colour = colours(names);
  const means = (what) =>
    names.map((name) => ({
      name,
      values: counts.map((threads) => {
        const at = rows.filter((row) => row.threads === threads).map(({ results }) => results);
        return geometricMean(at.map((row) => row[name][what] / row[names[0]][what]));
      }),
    }));
  const lines = Object.entries({ cpu: "the processor's time", wall: "the clock's time" }).map(
    ([what, text]) =>
      picture(
        `${title}: ${text}, the geometric mean over all workloads, to ${names[0]}'s with as many threads`,
        overThreads(text, counts, means(what), colour),
      ),
  );
  const most = Math.max(...counts);
  const atMost = rows.filter(({ threads }) => threads === most);
  const plots = atMost.map(({ workload, results }) =>
    picture(
      `${workloads[workload]}: ms of the processor, ${most} threads`,
      bars(
        workload,
        names.map((name) => ({ name, value: results[name].cpu })),
        undefined,
        colour,
      ),
    ),
  );
  const columns = atMost.map(({ workload }) => workload);
  const cellOf = (what) => (column, name) =>
    atMost.find(({ workload }) => workload === column).results[name][what];
  /** @type {[what: string, heading: string, digits: (value: number) => string][]} */
  const kinds = [
    ['cpu', 'Processor, ms', number],
    ['wall', 'Clock, ms', number],
    ['peak', 'Memory, KiB', number],
    ['longest', 'The longest call, ms', figure],
    ['pause', 'The longest pause with no call in it, ms: what the machine adds to a call', figure],
  ];
  const tables = kinds
    .filter(([what]) => atMost[0].results[names[0]][what] !== undefined)
    .map(([what, heading, digits]) => {
      const cells = table(names, columns, cellOf(what), (value) => digits(value));
      return `<h3>${escaped(`${heading}, ${most} threads`)}</h3>${cells}`;
    });
  return `<h2>Threads: ${escaped(title)}</h2>
<div class="grid" style="--width: 30rem">${lines.join('')}</div>
<div class="grid" style="--width: 23rem">${plots.join('')}</div>
${tables.join('')}`;
}

/** @param {Record<string, any> | undefined} figures of bench/results/threads.json @returns {string} nothing if there are none */
export const threadsOf = (figures) =>
  Object.entries(places)
    .filter(([name]) => figures?.[name])
    .map(([name, title]) => place(figures[name], title))
    .join('');

/** @param {{ command: string, versions: Record<string, string>, figures: Record<string, any> }} measured */
export function threadsPage({ command, versions, figures }) {
  const about = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>heaplet: threads</title><style>${style}</style>
<h1>heaplet: programs with threads</h1>
<p>${escaped([command, ...about].join(', '))}</p>
${threadsOf(figures)}
</html>
`;
}

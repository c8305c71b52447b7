// What the texts say of `npm run bench:explorer`.
import { results } from '../../tools/results.mjs';
import { number } from '../../tools/text.mjs';
import { table } from './format.mjs';

/** What a malloc and its free take while they are recorded. */
export function explorerRecording() {
  const { recording } = results('explorer').figures;
  const bytes = (value) => (value ? value.toFixed(1) : '');
  return table([
    ['recorded', 'ns a `malloc` and its `free`', 'bytes an event'],
    ...Object.entries(recording).map(([name, row]) => [name, number(Math.round(row.time)), bytes(row.bytes)]),
  ]);
}

/** How quick the explorer is in each browser. */
export function explorerBrowsers() {
  const { browsers } = results('explorer').figures;
  return table([
    ['', 'ten million events opened', 'frames a second, a million blocks zoomed', 'the slowest frame'],
    ...Object.entries(browsers).map(([name, row]) => [
      `${name[0].toUpperCase()}${name.slice(1)}`,
      `${(row.opened / 1000).toFixed(1)} s`,
      number(Math.round(1000 / row.shown)),
      `${number(Math.round(row.slowestShown))} ms`,
    ]),
  ]);
}

/** @returns {string} the size of a capture of ten million events */
export const explorerMegabytes = () =>
  `${number(Math.round(Object.values(results('explorer').figures.browsers)[0].megabytes))} MB`;

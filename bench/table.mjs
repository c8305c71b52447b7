// The results as text, for a terminal of 80 columns.
import { median } from './measure.mjs';

const first = 17;
const width = 9;
const columns = 7;

const pad = (cells) =>
  cells[0].padEnd(first) +
  cells
    .slice(1)
    .map((cell) => cell.padStart(width))
    .join('');

/** Three digits, no more than fit. */
const figure = (value) => (value >= 99.5 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));

/** Geometric mean of an allocator's time over the reference's, over all rows that both have. */
export function ratio(rows, name, reference) {
  const ratios = Object.values(rows).flatMap((row) =>
    [name, reference].every((each) => row[each]?.ns.length)
      ? [Math.log(median(row[name].ns) / median(row[reference].ns))]
      : [],
  );
  return ratios.length ? Math.exp(ratios.reduce((sum, value) => sum + value, 0) / ratios.length) : undefined;
}

/** A block of at most `columns` columns, one line for each allocator. */
function block(names, titles, cell) {
  const lines = [];
  for (let at = 0; at < titles.length; at += columns) {
    const some = titles.slice(at, at + columns);
    lines.push('', pad(['', ...some]));
    for (const name of names) lines.push(pad([name, ...some.map((title) => cell(title, name))]));
  }
  return lines;
}

/** Half the distance of the fastest round from the slowest, in percent of the median. */
const spread = (cell) => (50 * (Math.max(...cell.ns) - Math.min(...cell.ns))) / median(cell.ns);

/**
 * @param {Awaited<ReturnType<import('./measure.mjs').measure>>[string]} rows of one linking
 * @param {string[]} names of allocators
 */
export function speedTable(rows, names) {
  const time = (workload, name) => {
    const cell = rows[workload][name];
    if (cell.failed) return 'no memory';
    return `${cell.slow ? '~' : ''}${figure(median(cell.ns))}`;
  };
  const summary = (title, name) => {
    if (title === 'spread')
      return `${median(Object.values(rows).flatMap((row) => (row[name].ns.length ? [spread(row[name])] : []))).toFixed(1)} %`;
    const value = ratio(rows, name, title === '/ small' ? 'heaplet small' : 'heaplet fast');
    return value === undefined ? '-' : value.toFixed(2);
  };
  const references = ['heaplet fast', 'heaplet small'].filter((name) => names.includes(name));
  const titles = references.map((name) => name.replace('heaplet', '/'));
  return [...block(names, Object.keys(rows), time), ...block(names, [...titles, 'spread'], summary)].join(
    '\n',
  );
}

/** @returns {string} pages of 64 KiB in the end */
export const memoryTable = (rows, names) =>
  block(names, Object.keys(rows), (workload, name) =>
    rows[workload][name].failed ? '-' : String(rows[workload][name].pages),
  ).join('\n');

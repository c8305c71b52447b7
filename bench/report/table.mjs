// The results as text, for a terminal of 80 columns.

import { geometricMean, median } from '../../tools/statistics.mjs';
import { figure, line, number } from '../../tools/text.mjs';
import { alone } from '../alone.mjs';
import { spread } from '../measure.mjs';

const first = 17;
const width = 9;
const columns = 7;

const pad = (cells) => line(cells, first, width);

/** Blocks of at most `columns` columns, one line for each allocator. */
function blocks(names, titles, cell) {
  const lines = [];
  for (let at = 0; at < titles.length; at += columns) {
    const some = titles.slice(at, at + columns);
    lines.push('', pad(['', ...some]));
    for (const name of names) lines.push(pad([name, ...some.map((title) => cell(title, name))]));
  }
  return lines.join('\n');
}

/** @typedef {Record<string, Record<string, import('../measure.mjs').Cell>>} Rows by workload, allocator */

/** The figure of a cell, or undefined: nanoseconds a call. */
export const time = (cell) => (cell?.ns.length ? median(cell.ns) : undefined);

/** The figure of a cell, or undefined: pages of 64 KiB. */
export const pages = (cell) => (cell?.state === 'measured' ? cell.pages : undefined);

/**
 * The geometric mean of an allocator's figures over a reference's, over the rows that both have. What is hopelessly
 * slow in a row counts there with what the trial gave.
 * @param {Rows} rows
 */
export const ratio = (rows, name, reference, of) =>
  geometricMean(
    Object.values(rows).flatMap((row) => {
      const [own, other] = [of(row[name]), of(row[reference])];
      return own === undefined || other === undefined ? [] : [own / other];
    }),
  );

const bestPeer = 'best of others';

/** The rows with one allocator more: in each the one with the smallest figure of those that are not heaplet's. */
function withBest(rows, names, of) {
  const peers = names.filter((name) => !name.startsWith('heaplet'));
  if (peers.length < 2) return { rows, names };
  const best = (row) =>
    peers.reduce((least, name) => (of(row[name]) < (of(row[least]) ?? Infinity) ? name : least), peers[0]);
  return {
    rows: Object.fromEntries(
      Object.entries(rows).map(([workload, row]) => [workload, { ...row, [bestPeer]: row[best(row)] }]),
    ),
    names: [...names, bestPeer],
  };
}

const ratios = (rows, names, of) => {
  const references = ['heaplet fast', 'heaplet small'].filter((name) => names.includes(name));
  return Object.fromEntries(
    references.map((reference) => [
      reference.replace('heaplet', '/'),
      (name) => ratio(rows, name, reference, of)?.toFixed(2) ?? '-',
    ]),
  );
};

/**
 * @param {Rows} measured of one linking
 * @param {string[]} allocators
 */
export function speedTable(measured, allocators) {
  const { rows, names: compared } = withBest(measured, allocators, time);
  const names = Object.values(rows).some((row) => row[alone]) ? [...compared, alone] : compared;
  const summary = {
    ...ratios(rows, names, time),
    spread(name) {
      const spreads = Object.values(rows).flatMap((row) => (row[name]?.ns.length ? [spread(row[name])] : []));
      return spreads.length ? `${median(spreads).toFixed(1)} %` : '-';
    },
  };
  const cell = (workload, name) => {
    const value = time(rows[workload][name]);
    return value === undefined
      ? '-'
      : `${rows[workload][name].state === 'hopeless' ? '~' : ''}${figure(value)}`;
  };
  return [
    blocks(names, Object.keys(rows), cell),
    blocks(names, Object.keys(summary), (title, name) => summary[title](name)),
  ].join('\n');
}

/** @returns {string} pages of 64 KiB in the end, which are the peak */
export function memoryTable(measured, allocators) {
  const { rows, names } = withBest(measured, allocators, pages);
  const summary = ratios(rows, names, pages);
  return [
    blocks(names, Object.keys(rows), (workload, name) => String(pages(rows[workload][name]) ?? '-')),
    blocks(names, Object.keys(summary), (title, name) => summary[title](name)),
  ].join('\n');
}

/** @param {import('../suite.mjs').Results['latency']} latency */
function latencyTable(latency, names) {
  const kinds = [...new Set(Object.values(latency).flatMap(Object.keys))];
  const titles = kinds.flatMap((kind) => [kind.replace('malloc that grows', 'growth'), '99 %']);
  const cell = (title, name, i) => {
    const found = latency[name]?.[kinds[i >> 1]];
    if (!found) return '-';
    const value = title === '99 %' ? found.percentiles[99] : found.most;
    return `${title !== '99 %' && found.unfinished.length ? '>' : ''}${number(value)}`;
  };
  const row = (name) => pad([name, ...titles.map((title, i) => cell(title, name, i))]);
  return ['', pad(['', ...titles]), ...names.map(row)].join('\n');
}

/**
 * Everything, as text.
 * @param {import('../suite.mjs').Results} results
 */
export function report({ about, names, workloads, cells, sizes, latency }) {
  const timed = Object.fromEntries(
    workloads.filter(({ memoryOnly }) => !memoryOnly).map(({ name }) => [name, cells.linked[name]]),
  );
  const columns = { 'malloc+free': 'mf', '+ realloc': 'mfr' };
  const size = (title, name) => number(sizes[name][columns[title]]);
  const parts = [
    `${about.join('\n')}\n~ hopeless: only tried, or stopped; - no memory, or not tried`,
    `Nanoseconds a call, linked into one module${speedTable(timed, names)}`,
    ...(Object.keys(cells.calls).length
      ? [`Nanoseconds a call, from another module${speedTable(cells.calls, names)}`]
      : []),
    ...(cells.rust
      ? [
          `Nanoseconds a call, in a Rust program (fat LTO)${speedTable(cells.rust, Object.keys(Object.values(cells.rust)[0] ?? {}))}`,
        ]
      : []),
    `Pages of 64 KiB at the end, which is the peak${memoryTable(cells.linked, names)}`,
    `Bytes of code, compiled for size${blocks(names, Object.keys(columns), size)}`,
    ...(Object.keys(latency).length
      ? [
          `The most instructions of any call, and of 99 in 100, on heaps built to hurt (> : not finished)${latencyTable(latency, names)}`,
        ]
      : []),
  ];
  return parts.join('\n\n');
}

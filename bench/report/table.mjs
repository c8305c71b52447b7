// The results as text, for a terminal of 80 columns.
import { median } from '../../tools/statistics.mjs';
import { number } from '../../tools/text.mjs';
import { alone } from '../alone.mjs';
import { spread } from '../measure.mjs';
import { countedTable } from './counted-table.mjs';
import { pages, ratio, time } from './figures.mjs';
import { frontier } from './frontier.mjs';
import { frontierTable } from './frontier-table.mjs';
import { blocks, compact, pad } from './text.mjs';

const bestPeer = 'best of others';
const bestEqual = 'frontier';

/**
 * The rows with an allocator more: in each the one with the smallest figure of those that are not heaplet's. Where times
 * are compared there is another one: the best of those that take about as much memory.
 */
function withBest(rows, names, of) {
  const peers = names.filter((name) => !name.startsWith('heaplet'));
  if (peers.length < 2) return { rows, names };
  const best = (row) =>
    peers.reduce((least, name) => (of(row[name]) < (of(row[least]) ?? Infinity) ? name : least), peers[0]);
  const ours = names.includes('heaplet fast') ? 'heaplet fast' : names[0];
  const edge = Object.fromEntries(
    of === time
      ? frontier(rows, ours).map(({ workload, atEqualMemory }) => [workload, atEqualMemory?.name])
      : [],
  );
  return {
    rows: Object.fromEntries(
      Object.entries(rows).map(([workload, row]) => [
        workload,
        { ...row, [bestPeer]: row[best(row)], [bestEqual]: row[edge[workload]] },
      ]),
    ),
    names: [...names, ...(of === time ? [bestEqual] : []), bestPeer],
  };
}

const ratios = (rows, names, of, what) => {
  const references = ['heaplet fast', 'heaplet small'].filter((name) => names.includes(name));
  return Object.fromEntries(
    references.map((reference) => [
      reference.replace('heaplet ', `${what}/`),
      (name) => ratio(rows, name, reference, of)?.toFixed(2) ?? '-',
    ]),
  );
};

/**
 * @param {import('./figures.mjs').Rows} measured of one linking
 * @param {string[]} allocators
 */
export function speedTable(measured, allocators) {
  const { rows, names: compared } = withBest(measured, allocators, time);
  const names = Object.values(rows).some((row) => row[alone]) ? [...compared, alone] : compared;
  const summary = {
    ...ratios(rows, names, time, 'ns'),
    ...ratios(rows, names, pages, 'pages'),
    spread(name) {
      const spreads = Object.values(rows).flatMap((row) => (row[name]?.ns.length ? [spread(row[name])] : []));
      return spreads.length ? `${median(spreads).toFixed(1)} %` : '-';
    },
  };
  const cell = (workload, name) => {
    const found = rows[workload][name];
    const value = time(found);
    if (value === undefined) return '-';
    const mark = found.state === 'hopeless' ? '~' : '';
    return `${mark}${compact(value)}${String(pages(found) ?? '-').padStart(6)}`;
  };
  return [
    blocks(names, Object.keys(rows), cell, 12),
    blocks(names, Object.keys(summary), (title, name) => summary[title](name), 12),
  ].join('\n');
}

/**
 * Pages of 64 KiB in the end, which are the peak: of the rows that are not timed; the means are over all.
 * @param {import('./figures.mjs').Rows} measured
 * @param {string[]} allocators
 * @param {string[]} shown
 */
export function memoryTable(measured, allocators, shown) {
  const { rows, names } = withBest(measured, allocators, pages);
  const summary = ratios(rows, names, pages, 'pages');
  return [
    blocks(names, shown, (workload, name) => String(pages(rows[workload][name]) ?? '-')),
    blocks(names, Object.keys(summary), (title, name) => summary[title](name), 12),
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
  const line = (name) => pad([name, ...titles.map((title, i) => cell(title, name, i))], 9);
  return ['', pad(['', ...titles], 9), ...names.map(line)].join('\n');
}

/**
 * Everything, as text.
 * @param {import('../suite.mjs').Results} results
 */
export function report({ about, names, workloads, cells, counted, sizes, latency }) {
  const timed = Object.fromEntries(
    workloads.filter(({ memoryOnly }) => !memoryOnly).map(({ name }) => [name, cells.linked[name]]),
  );
  const columns = { 'malloc+free': 'mf', '+ realloc': 'mfr' };
  const size = (title, name) => number(sizes[name][columns[title]]);
  const parts = [
    `${about.join('\n')}\n~ hopeless: only tried, or stopped; - no memory, or not tried`,
    `Nanoseconds a call, and pages of 64 KiB, linked into one module${speedTable(timed, names)}`,
    ...(Object.keys(cells.calls).length
      ? [`Nanoseconds a call, and pages, from another module${speedTable(cells.calls, names)}`]
      : []),
    ...(cells.rust
      ? [
          `Nanoseconds a call, and pages, in a Rust program (fat LTO)${speedTable(cells.rust, Object.keys(Object.values(cells.rust)[0] ?? {}))}`,
        ]
      : []),
    frontierTable({ ...cells, linked: timed }, names),
    `Pages at the end, the peak, of what is not timed; the means are over all${memoryTable(
      cells.linked,
      names,
      workloads.flatMap(({ name, memoryOnly }) => (memoryOnly ? [name] : [])),
    )}`,
    ...(Object.keys(counted).length ? [countedTable(counted, names)] : []),
    `Bytes of code, compiled for size${blocks(Object.keys(sizes), Object.keys(columns), size, 13)}`,
    ...(Object.keys(latency).length
      ? [
          `The most instructions of any call, and of 99 in 100, on heaps built to hurt (> : not finished)${latencyTable(latency, names)}`,
        ]
      : []),
  ];
  return parts.join('\n\n');
}

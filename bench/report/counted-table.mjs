// What was counted, as text.
import { geometricMean } from '../../tools/statistics.mjs';
import { blocks, compact } from './text.mjs';

const short = (value) => (value >= 9.95 ? compact(value) : value.toFixed(2));

/** @typedef {Record<string, Record<string, import('../instructions/figures.mjs').Figures>>} Counted by workload, allocator */

/** A figure of each call, or undefined. */
export const perCall = (figures, what) =>
  figures && !('failed' in figures) ? figures[what] / figures.calls : undefined;

const summary = { instructions: 'instr', accesses: 'accesses', l1: 'L1', l2: 'L2' };

// Where next to nothing misses a quotient says nothing.
const least = 0.005;

const ratio = (counted, name, reference, what) =>
  geometricMean(
    Object.values(counted).flatMap((row) => {
      const [own, other] = [perCall(row[name], what), perCall(row[reference], what)];
      return own > least && other > least ? [own / other] : [];
    }),
  );

/**
 * @param {Counted} counted
 * @param {string[]} names
 */
export function countedTable(counted, names) {
  const cell = (workload, name) => {
    const found = counted[workload][name];
    const values = ['instructions', 'l1', 'l2'].map((what) => perCall(found, what));
    if (values.includes(undefined)) return '-';
    return values.map((value, i) => short(value).padStart(i ? 6 : 0)).join('');
  };
  const reference = names.includes('heaplet fast') ? 'heaplet fast' : names[0];
  return [
    'Counted: instructions a call, the harness and all, and lines of memory that a modelled cache of',
    '32 KiB (L1) and one of 1 MiB (L2) had not; memory.copy and memory.fill are one for each 8 bytes',
    blocks(names, Object.keys(counted), cell, 20).slice(1),
    `\nThe same over ${reference}: geometric means over all rows`,
    blocks(
      names,
      Object.keys(summary).map((what) => summary[what]),
      (title, name) => {
        const what = Object.keys(summary).find((each) => summary[each] === title);
        return ratio(counted, name, reference, what)?.toFixed(2) ?? '-';
      },
    ).slice(1),
  ].join('\n');
}

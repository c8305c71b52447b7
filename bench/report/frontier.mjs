// The frontier: who is fast with as little memory. An allocator that never joins its free blocks, or that gives each size
// pages of its own, is fast because it takes more memory than others; beside the fastest of all, whoever that is, stands
// the fastest of those that take about as much as heaplet does.
import { geometricMean } from '../../tools/statistics.mjs';
import { pages, time } from './figures.mjs';

/** A peer is on heaplet's side of the frontier if its peak is at most so many times heaplet's. */
export const equal = 1.25;

export const isPeer = (name) => !name.startsWith('heaplet') && name !== 'harness alone';

/**
 * @typedef {object} Best
 * @property {string} name
 * @property {number} time heaplet's over this one's: less than 1 where heaplet is faster
 * @property {number} pages heaplet's over this one's
 */

/**
 * @typedef {object} Frontier of one row
 * @property {string} workload
 * @property {number} time of ours, ns a call
 * @property {number} pages of ours
 * @property {Best} [atEqualMemory] the fastest peer whose peak is at most `equal` times ours
 * @property {Best} [ofAll] the fastest peer
 */

/** The peer with the least time. */
const fastest = (row, peers) =>
  peers.reduce((best, name) => (!best || time(row[name]) < time(row[best]) ? name : best), undefined);

/**
 * @param {import('./figures.mjs').Rows} rows
 * @param {string} ours one of heaplet's names
 * @returns {Frontier[]} of the rows in which ours has figures
 */
export function frontier(rows, ours) {
  return Object.entries(rows).flatMap(([workload, row]) => {
    const own = { time: time(row[ours]), pages: pages(row[ours]) };
    if (own.time === undefined || own.pages === undefined) return [];
    const peers = Object.keys(row).filter((name) => isPeer(name) && time(row[name]) !== undefined);
    const modest = peers.filter((name) => pages(row[name]) <= equal * own.pages);
    const best = (name) =>
      name && { name, time: own.time / time(row[name]), pages: own.pages / pages(row[name]) };
    return [
      { workload, ...own, atEqualMemory: best(fastest(row, modest)), ofAll: best(fastest(row, peers)) },
    ];
  });
}

/**
 * @param {Frontier[]} rows
 * @param {'atEqualMemory' | 'ofAll'} which
 * @returns {number | undefined} the geometric mean of ours over the best
 */
export const mean = (rows, which) => geometricMean(rows.flatMap((row) => row[which]?.time ?? []));

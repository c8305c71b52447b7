// What `npm run bench` fails on: generous limits, far above what is measured, that only a real regression reaches.
import { pages, ratio } from './figures.mjs';

const reference = 'dlmalloc (wasi)'; // it comes with the compiler: every run has it

// Geometric means over all rows, of time and of memory, against the reference.
const limits = {
  'heaplet fast': { time: 1.1, memory: 1.3 },
  // A buffer that is appended to moves each time in `small`: a row in which it takes a hundred times as long.
  'heaplet small': { time: 2.6, memory: 1.3 },
  // Three to six times the instructions of `lean` (`npm run bench:hardened`).
  'heaplet hardened': { time: 4, memory: 1.5 },
};

/** The fastest round: what else the machine does makes a round slower, never faster. */
const fastest = (cell) => (cell?.ns.length ? Math.min(...cell.ns) : undefined);

const fewest = 5; // rows, for a mean that means something

/**
 * @param {import('../suite.mjs').Results} results
 * @returns {string[]} a sentence for each limit that is passed
 */
export function regressions({ cells: { linked }, names, workloads }) {
  const timed = workloads.filter(({ memoryOnly }) => !memoryOnly);
  if (!names.includes(reference) || timed.length < fewest) return [];
  const rows = { time: Object.fromEntries(timed.map(({ name }) => [name, linked[name]])), memory: linked };
  const figures = { time: fastest, memory: pages };
  return Object.entries(limits).flatMap(([name, limit]) =>
    Object.entries(names.includes(name) ? limit : {}).flatMap(([what, most]) => {
      const value = ratio(rows[what], name, reference, figures[what]);
      const message = `${what} of ${name} is ${value?.toFixed(2)} times that of ${reference}: the limit is ${most}`;
      return value > most ? [message] : [];
    }),
  );
}

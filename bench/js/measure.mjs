// Times functions against each other, in turns: by processor time, of which other programs on the machine take none,
// and the garbage collector's threads theirs.
import { processorTime } from '../../tools/clock.mjs';

const ROUND = 20; // ms, for those that take long

function timed(run, count) {
  const start = processorTime();
  run(count);
  return processorTime() - start;
}

/**
 * How often a case can do its work in a round, at most `count` times. By the best of some tries: while the engine still
 * compiles it, all threads' time counts, and a round that was chosen too short would measure cold caches.
 */
function affordable(run, count) {
  for (let tried = Math.min(500, count); ; tried *= 2) {
    const took = Math.min(timed(run, tried), timed(run, tried), timed(run, tried));
    if (tried >= count) return count;
    if (took > ROUND / 2) return tried;
  }
}

/**
 * @param {Record<string, (count: number) => unknown>} cases each does its work so many times
 * @param {{ count: number, rounds: number }} options
 * @returns {Record<string, number>} ns for each time, the least of all rounds
 */
export function compare(cases, { count, rounds }) {
  const runs = Object.entries(cases).map(([name, run]) => ({ name, run, count: affordable(run, count) }));
  const least = {};
  for (let round = 0; round < rounds; round++) {
    for (const { name, run, count } of runs) {
      const ns = (timed(run, count) * 1e6) / count;
      least[name] = Math.min(least[name] ?? Number.POSITIVE_INFINITY, ns);
    }
  }
  return least;
}

/** Prints a line of a table. */
export function line(name, value, note) {
  const digits = value < 1000 && !Number.isInteger(value) ? 1 : 0;
  console.log(`  ${name.padEnd(38)}${value.toFixed(digits).padStart(9)}  ${note}`.trimEnd());
}

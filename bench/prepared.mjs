// What a run has to compile before it measures anything, and whether an earlier run has done it: the first one takes many
// times as long as the measuring, which nobody expects of `--quick`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from '../tools/paths.mjs';

/** Where what was prepared is noted: beside the compiled results, to go with them. */
export const noted = () => join(folder('build/cache'), 'benchmark.json');

const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);

/**
 * @param {string[]} wanted names, with versions
 * @param {string} file where they are noted
 * @returns {string[]} those that no run has prepared
 */
export function unprepared(wanted, file) {
  const known = new Set(read(file));
  return wanted.filter((name) => !known.has(name));
}

/** Notes what was prepared, for the next run. */
export function note(wanted, file) {
  writeFileSync(file, JSON.stringify([...new Set([...read(file), ...wanted])].sort(), null, 2));
}

/** About how long one of each kind takes to compile, in seconds, on two cores of 2024. */
const compiling = { trace: 60, allocator: 25, rust: 15 };

const kindOf = (part) =>
  part.startsWith('trace of ') ? 'trace' : / in Rust: /.test(part) ? 'rust' : 'allocator';

/** So many minutes, or less than one. */
const minutes = (seconds) => {
  const count = Math.ceil(seconds / 60);
  return count === 1 ? 'a minute' : `${count} minutes`;
};

/**
 * What is said before the first step: how long all of it takes.
 * @param {string[]} fresh what was never compiled
 * @param {object} options
 * @param {number} options.steps of the preparation in all
 * @param {number} options.seconds that are measured
 */
export function announcement(fresh, { steps, seconds }) {
  const measuring = `measures for about ${minutes(seconds)}`;
  if (fresh.length === 0) return `This run ${measuring}.`;
  const what = fresh.length === 1 ? 'an allocator or program' : `${fresh.length} allocators and programs`;
  const before = minutes(fresh.reduce((sum, part) => sum + compiling[kindOf(part)], 0));
  return [
    `This run compiles ${what} for the first time, in ${steps} steps: about ${before}, once,`,
    `for what is compiled stays in build/cache. Then it ${measuring}.`,
    'For less: --only REGEXP, --rows REGEXP, --no-traces.',
  ].join('\n');
}

/**
 * Numbers the steps of a preparation.
 * @param {number} total
 * @param {(text: string) => void} report
 */
export function numbered(total, report) {
  let done = 0;
  return (text) => report(`preparing, ${++done} of ${total}: ${text}`);
}

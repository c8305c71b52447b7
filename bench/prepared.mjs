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

/**
 * What is said before the first step.
 * @param {number} count of what was never compiled
 * @param {number} steps in all
 */
export function announcement(count, steps) {
  const what = count === 1 ? 'an allocator or program' : `${count} allocators and programs`;
  return [
    `Before it measures, this run compiles ${what} for the first time, in ${steps} steps.`,
    'All there are take more than ten minutes, once: what is compiled stays in build/cache.',
    'For less: --only REGEXP, --no-traces.',
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

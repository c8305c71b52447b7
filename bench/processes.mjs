// Measures in several processes, one after the other, each with the allocators and the workloads in another order. Where a
// module comes to lie in a process can make one workload on one allocator slower by half, from its first round to its
// last: no number of rounds shows that, another process does.
import { fork } from 'node:child_process';
import { path } from '../tools/paths.mjs';
import { median } from '../tools/statistics.mjs';

// Compile with the optimising compiler at once: no row is measured in two tiers. What an allocator leaves behind is given
// back to the operating system before the next one's turn, not by another thread in the course of it.
const flags = ['--no-liftoff', '--no-wasm-lazy-compilation', '--expose-gc', '--single-threaded-gc'];

/** @typedef {'linked' | 'calls' | 'rust'} Linking */

/** @typedef {Partial<Record<Linking, import('./workloads.mjs').Workload[]>>} Rows */

/**
 * @typedef {object} Answer one of the three
 * @property {string} [said]
 * @property {string} [error]
 * @property {import('./measure.mjs').Cells} [cells]
 */

/**
 * @typedef {object} Job what one process measures (measure-process.mjs)
 * @property {number} number of the process, from 0
 * @property {Map<string, import('./build.mjs').Program>} programs by allocator
 * @property {Rows} rows
 * @property {number} rounds
 * @property {number} scale of the operations
 * @property {{ program: import('./build.mjs').Program, real: import('./build.mjs').Program }} [alone]
 */

/**
 * @param {Job} job
 * @param {(text: string) => void} report
 * @returns {Promise<import('./measure.mjs').Cells>}
 */
function run(job, report) {
  return new Promise((resolve, reject) => {
    // `advanced`: the modules are bytes, and a workload of two linkings is one object.
    const options = { execArgv: flags, serialization: /** @type {const} */ ('advanced') };
    const child = fork(path('bench/measure-process.mjs'), [], options);
    child.on('message', (/** @type {Answer} */ { said, error, cells }) => {
      if (said) report(said);
      if (error) reject(new Error(error));
      if (cells) resolve(cells);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => reject(new Error(`the measuring process ended: ${signal ?? code}`)));
    child.send(job);
  });
}

/**
 * The cells of one and the same allocator and workload, a process each, as one: a figure for each process.
 * @param {import('./measure.mjs').Cell[]} cells at least one
 * @returns {import('./measure.mjs').Cell}
 */
export function combine(cells) {
  const doubtful = ['failed', 'not tried', 'hopeless'];
  for (const what of doubtful) {
    const found = cells.find(({ state }) => state === what);
    if (found) return found;
  }
  const [first] = cells;
  return { ...first, ns: cells.flatMap(({ ns }) => (ns.length ? [median(ns)] : [])) };
}

/**
 * @param {Omit<Job, 'number'>} job
 * @param {object} options
 * @param {number} options.processes
 * @param {(cells: import('./measure.mjs').Cells) => void} options.check throws if a process's cells are wrong
 * @param {(text: string) => void} options.report
 * @returns {Promise<import('./measure.mjs').Cells>} `ns` of a cell is the median of each process
 */
export async function measureInProcesses(job, { processes, check, report }) {
  const all = [];
  for (let number = 0; number < processes; number++) {
    const say = (text) => report(processes > 1 ? `process ${number + 1} of ${processes}, ${text}` : text);
    all.push(await run({ ...job, number }, say));
    check(all.at(-1));
  }
  const map = (object, change) =>
    Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
  return map(all[0], (rows, linking) =>
    map(rows, (row, workload) =>
      map(row, (_, name) => combine(all.map((cells) => cells[linking][workload][name]))),
    ),
  );
}

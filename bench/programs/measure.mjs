// Runs what was built, in turns: whatever else the machine does falls on all of them alike.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median, quartiles } from '../../tools/statistics.mjs';

const runner = fileURLToPath(new URL('run-once.mjs', import.meta.url));

/**
 * @typedef {object} Run what run-once.mjs printed
 * @property {string} answers a hash of what the program found
 * @property {number} length of that, in characters
 * @property {string} beginning its first 100 characters
 * @property {number} ms of processor time
 * @property {number} memory bytes of the program's memory in the end, which is its peak: it never shrinks
 * @property {number} taken bytes of it that its heap took
 */

/**
 * @param {import('./build.mjs').Built} built
 * @param {boolean} [small] only a part of the work
 * @returns {Promise<Run>}
 */
export function runOnce({ program, toolchain, allocator, where }, small = false) {
  const args = [runner, program.name, where, ...(small ? ['small'] : [])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of Object.keys(output)) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(JSON.parse(output.stdout));
      else reject(new Error(`${program.name}, ${allocator}, ${toolchain.name}: ${output.stderr || status}`));
    });
  });
}

/**
 * @typedef {object} Measured
 * @property {{ name: string }} program
 * @property {{ name: string }} toolchain
 * @property {string} allocator
 * @property {number} bytes of the module
 * @property {Pick<Run, 'answers' | 'ms' | 'memory' | 'taken'>[]} runs
 */

/** @typedef {ReturnType<typeof compare>[number]} Row */

/**
 * What the runs of one program, built with one toolchain on each allocator, come to.
 * @param {Measured[]} group
 * @returns a row each: `ratio` of the time to that of the fastest of the toolchain's own allocators, round
 *   by round, and of what was taken to dlmalloc's
 */
export function compare(group) {
  const own = group.filter(({ allocator }) => /^(dl|em)malloc$/.test(allocator));
  const time = ({ runs }) => median(runs.map(({ ms }) => ms));
  const most = ({ runs }, what) => Math.max(...runs.map((run) => run[what]));
  const best = own.reduce((left, right) => (time(left) <= time(right) ? left : right));
  const dlmalloc = own.find(({ allocator }) => allocator === 'dlmalloc');
  return group.map((built) => ({
    program: built.program.name,
    toolchain: built.toolchain.name,
    allocator: built.allocator,
    bytes: built.bytes,
    less: dlmalloc.bytes - built.bytes,
    ms: time(built),
    best: best.allocator,
    ratio: quartiles(built.runs.map(({ ms }, round) => ms / best.runs[round].ms)),
    memory: most(built, 'memory'),
    taken: most(built, 'taken'),
    takenRatio: most(built, 'taken') / most(dlmalloc, 'taken'),
    answers: [...new Set(built.runs.map(({ answers }) => answers))],
  }));
}

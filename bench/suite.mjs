// The whole of it as one function: what `npm run bench` prints, and what the tests look at.
import { cpus } from 'node:os';
import { toolchain } from '../tools/cache.mjs';
import { find } from './allocators/index.mjs';
import { rust, rustPrograms } from './allocators/rust.mjs';
import { buildAlone } from './alone.mjs';
import { finish, withHarness } from './build.mjs';
import { count } from './instructions/figures.mjs';
import { measureLatency } from './instructions/latency.mjs';
import { compareChecksums } from './measure.mjs';
import { announcement, note, noted, numbered, unprepared } from './prepared.mjs';
import { measureInProcesses } from './processes.mjs';
import { liveBytes } from './replay.mjs';
import { measureSizes } from './sizes.mjs';
import { recordTraces, traceNames } from './traces/record.mjs';
import { workloads } from './workloads.mjs';

/**
 * @typedef {object} Results
 * @property {string[]} about engine, compilers, versions, how it was measured
 * @property {string[]} names of the allocators, in the order of the tables
 * @property {{ name: string, title: string, memoryOnly?: boolean }[]} workloads
 * @property {import('./measure.mjs').Cells} cells
 * @property {import('./report/counted-table.mjs').Counted} counted
 * @property {Record<string, { mf: number, mfr: number }>} sizes bytes
 * @property {Record<string, Awaited<ReturnType<typeof measureLatency>>>} latency
 * @property {Record<string, number[]>} live bytes in use in the course of each replayed workload
 * @property {string[]} missing what was left out, with how to get it
 */

/** About how long a run of one workload on one allocator takes, with what comes before its clock starts. */
const secondsOf = (scale) => 0.02 + 0.16 * scale;

/** Counts what each workload costs on each allocator, but for those that were too slow to be timed: minutes, here. */
async function countEach(timed, programs, cells, report) {
  const counted = {};
  for (const workload of timed) {
    const row = {};
    for (const [name, program] of programs) {
      report(`counting ${workload.name} on ${name}`);
      const { state } = cells[workload.name][name];
      row[name] = state === 'measured' ? await count(program, workload) : { failed: state };
    }
    counted[workload.name] = row;
  }
  return counted;
}

/**
 * @param {object} options
 * @param {RegExp} [options.only] allocators
 * @param {RegExp} [options.rows] workloads
 * @param {number} [options.processes] one after the other
 * @param {number} [options.rounds] in each process
 * @param {number} [options.scale] of the operations
 * @param {boolean} [options.quick] what is replayed once; from another module only what the Rust harness has; nothing is
 *   counted
 * @param {boolean} [options.traces] record them, which compiles real programs
 * @param {boolean} [options.inRust] the Rust harness too
 * @param {(text: string) => void} [options.announce] called first, if there is much to compile
 * @param {(text: string) => void} [options.report] called with what is going on
 * @param {string} [options.prepared] where is noted what was compiled before
 * @returns {Promise<Results>}
 */
export async function runSuite({
  only = /./,
  rows: wanted = /./,
  processes = 1,
  rounds = 5,
  scale = 1,
  quick = false,
  traces: withTraces = true,
  inRust = true,
  announce = () => {},
  report = () => {},
  prepared = noted(),
}) {
  const { allocators: found, missing } = find(only);
  const allocators = found.filter(({ build }) => build);
  const rustBuilds = inRust && !rust.missing() ? rustPrograms() : {};
  const toRecord = withTraces ? traceNames(wanted) : [];
  const inRustToo = allocators.filter(({ name }) => rustBuilds[name]);
  const steps = toRecord.length + allocators.length + found.length + inRustToo.length;
  const parts = [
    ...toRecord.map((name) => `trace of ${name}`),
    ...found.map(({ name, from }) => `${name}: ${from}`),
    ...inRustToo.map(({ name, from }) => `${name} in Rust: ${from}`),
  ];
  const fresh = unprepared(parts, prepared);
  // Before anything is compiled the rows that are recorded are known by their names alone.
  const known = workloads([]).filter(({ name }) => wanted.test(name)).length + toRecord.length;
  const cellsOfAll = known * (quick ? 1.5 : 2) * allocators.length * processes * rounds;
  announce(announcement(fresh, { steps, seconds: cellsOfAll * secondsOf(scale) }));
  const prepare = numbered(steps, report);

  const recorded = withTraces ? await recordTraces(wanted, prepare) : { traces: [], missing: [] };
  missing.push(...recorded.missing);

  const programs = new Map();
  const modules = new Map();
  for (const { name, build } of allocators) {
    prepare(`building ${name}`);
    modules.set(name, await build());
    programs.set(name, await withHarness(modules.get(name)));
  }
  for (const [name, program] of programs) {
    if (!rustBuilds[name]) continue;
    prepare(`building ${name} in Rust`);
    program.rust = await finish(await rustBuilds[name]());
  }
  const sizes = await measureSizes(found, prepare);
  note(parts, prepared);

  const all = workloads(recorded.traces).filter(({ name }) => wanted.test(name));
  if (quick) for (const workload of all) if (workload.script) workload.rounds = 1;
  const timed = all.filter(({ memoryOnly }) => !memoryOnly);
  const inBoth = timed.filter(({ inRust }) => inRust);
  const rows = {
    linked: all,
    calls: quick ? inBoth : timed,
    ...(Object.keys(rustBuilds).length ? { rust: inBoth } : {}),
  };
  const real = programs.get('heaplet fast');
  const job = { programs, rows, rounds, scale, alone: real && { program: await buildAlone(), real } };
  const cells = await measureInProcesses(job, { processes, check: compareChecksums, report });

  const counted = quick ? {} : await countEach(timed, programs, cells.linked, report);
  const latency = {};
  for (const [name, wasm] of quick ? [] : modules) {
    report(`counting the instructions of ${name}`);
    latency[name] = await measureLatency(wasm);
  }
  return {
    about: [
      `Node ${process.versions.node}, V8 ${process.versions.v8} (the optimising compiler only), ${process.platform} ${process.arch}, ${cpus()[0].model}`,
      `clang ${toolchain.clang}, binaryen ${toolchain.binaryen}; ${[...new Set(found.map(({ from }) => from))].join('; ')}`,
      `Medians of ${processes} ${processes === 1 ? 'process' : 'processes'} of ${rounds} ${rounds === 1 ? 'round' : 'rounds'} in turns, processor time, a fresh heap each, warm but for the traces; ${new Date().toISOString().slice(0, 10)}`,
    ],
    names: allocators.map(({ name }) => name),
    workloads: all.map(({ name, title, memoryOnly }) => ({ name, title, memoryOnly })),
    cells,
    counted,
    sizes,
    latency,
    live: Object.fromEntries(
      all.filter(({ script }) => script).map(({ name, script }) => [name, liveBytes(script)]),
    ),
    missing,
  };
}

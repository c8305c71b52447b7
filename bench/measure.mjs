// Runs every workload on every allocator, in turns: what else the machine does falls on all alike.

import { median } from '../tools/statistics.mjs';
import { instantiate } from '../tools/wasi.mjs';
import { alone as aloneName } from './alone.mjs';
import { replay } from './replay.mjs';
import { callsOf } from './workloads.mjs';

/** Milliseconds of processor time: others on the machine disturb it less than the clock. */
const processorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** An allocator with the harness: compiled once, and a fresh instance for each run. */
class Subject {
  #modules;

  /**
   * @param {string} name
   * @param {import('./build.mjs').Program} program
   * @param {'linked' | 'calls' | 'rust'} linking
   */
  constructor(name, program, linking) {
    this.name = name;
    this.linking = linking;
    this.#modules = program[linking].map((wasm) => new WebAssembly.Module(wasm));
  }

  /** @returns {WebAssembly.Exports} a new heap and the harness on it */
  start() {
    const [first, second] = this.#modules;
    const heap = instantiate(first).exports;
    return second ? { ...new WebAssembly.Instance(second, { heap }).exports, memory: heap.memory } : heap;
  }
}

/**
 * @typedef {object} Cell what one allocator did in one workload
 * @property {number} operations
 * @property {number[]} ns a call: one for each round
 * @property {number} pages in the end: wasm's memory does not shrink, so these are its peak
 * @property {number} checksum
 * @property {number[]} [curve] pages in the course of a script
 * @property {boolean} [slow] only tried, with fewer operations
 * @property {string} [failed] why there is no figure
 */

/** The part of a workload's operations that is done before the clock starts. */
const warmUp = 1 / 8;

/**
 * Runs a workload once on a new heap. If it is warm, an eighth of the work was done and all of it freed: a first touch of
 * memory is the operating system's work, costs as much as a hundred calls for each of its pages, and anything between once
 * and three times that on a virtual machine. A script is replayed as it was recorded, on a heap that is never warm.
 * @param {object} options
 * @param {boolean} [options.warm]
 * @param {number} [options.limit] milliseconds after which a script stops
 */
function runOnce(subject, workload, operations, { warm = false, limit = 0 }) {
  const runs = warm && !workload.script ? [Math.ceil(operations * warmUp), operations] : [operations];
  if (warm) globalThis.gc?.(); // the instance before; a mere trial can do without
  const heap = subject.start(workload, runs);
  let ms = 0;
  const timed = (run) => {
    const before = processorTime();
    const result = run();
    ms += processorTime() - before;
    return result;
  };
  const { script, run, parameters } = workload;
  if (runs.length > 1) heap[run](runs[0], ...parameters);
  const result = script
    ? replay(heap, script, timed, () => ms > limit)
    : { checksum: timed(() => heap[run](operations, ...parameters)) >>> 0, done: operations };
  return {
    ms,
    ns: (ms * 1e6) / callsOf(workload, result.done),
    operations: result.done,
    pages: heap.memory.buffer.byteLength / 65536,
    checksum: result.checksum,
    curve: result.curve,
  };
}

// An allocator so many times slower than the fastest is not measured further: what takes the others a second would
// take it minutes. A script is stopped; of the harness's own workloads more and more is tried until that shows.
const hopeless = 20;
const suspicious = 4;
const noticeable = 60; // ms: below it a start that costs something looks like slowness
const stages = [1 / 64, 1 / 16, 1 / 4];

/** @returns {Map<Subject, Cell>} of those for whom there is no hope */
function judge(subjects, workload, operations) {
  const verdicts = new Map();
  if (workload.script) return verdicts;
  let left = subjects;
  let fastest;
  for (const stage of stages) {
    const some = Math.max(1, Math.round(operations * stage));
    const results = new Map(
      left.map((subject) => [subject, attempt(() => runOnce(subject, workload, some, {}))]),
    );
    fastest ??= Math.min(...[...results.values()].filter(({ failed }) => !failed).map(({ ns }) => ns));
    left = [];
    for (const [subject, result] of results) {
      const { failed, ns, ms } = result;
      if (failed) verdicts.set(subject, { failed, operations: some, ns: [] });
      else if (ns > hopeless * fastest && ms > noticeable)
        verdicts.set(subject, { ...result, slow: true, ns: [ns] });
      else if (ns > suspicious * fastest) left.push(subject);
    }
  }
  return verdicts;
}

/** Whether a cell needs no other round: it is as slow as a trial would have shown, had it been longer. */
function isHopeless(cell, row) {
  const all = Object.entries(row).flatMap(([name, { ns }]) => (name === aloneName ? [] : ns));
  const limit = hopeless * Math.min(...all);
  return cell.ns.some((ns) => ns > limit);
}

/** @returns {object} what `run` returns, or why it did not: a trap is how the harness says that there is no memory */
function attempt(run) {
  try {
    return run();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return { failed: error.message };
    throw error;
  }
}

/** @typedef {Record<string, Record<string, Record<string, Cell>>>} Cells by linking, workload, allocator */

/**
 * @param {Map<string, import('./build.mjs').Program>} programs by allocator
 * @param {object} options
 * @param {Record<'linked' | 'calls' | 'rust', import('./workloads.mjs').Workload[]>} options.rows
 * @param {number} options.rounds
 * @param {number} options.scale of the operations; a script is always replayed whole
 * @param {import('./alone.mjs').Alone} [options.alone] the harness alone, beside the linked ones
 * @param {(text: string) => void} options.report
 * @returns {Promise<Cells>}
 */
export async function measure(programs, { rows, rounds, scale, alone, report }) {
  const linkings = Object.keys(rows);
  const subjects = linkings.flatMap((linking) =>
    [...programs].flatMap(([name, program]) =>
      program[linking] ? [new Subject(name, program, linking)] : [],
    ),
  );
  const wanted = [...new Set(Object.values(rows).flat())];
  const operationsOf = ({ script, operations }) => (script ? operations : Math.round(operations * scale));
  const subjectsOf = (workload) => [
    ...subjects.filter(({ linking }) => rows[linking].includes(workload)),
    ...(alone && !workload.script ? [alone] : []),
  ];
  /** Lets the progress line be drawn before the wasm, which never yields, takes the thread. */
  const say = async (text) => {
    report(text);
    await new Promise((resolve) => setImmediate(resolve));
  };

  const cells = Object.fromEntries(
    linkings.map((linking) => [linking, Object.fromEntries(rows[linking].map(({ name }) => [name, {}]))]),
  );
  for (const [number, workload] of wanted.entries()) {
    await say(`trying ${workload.name}, ${number + 1} of ${wanted.length}`);
    const operations = operationsOf(workload);
    for (const linking of linkings.filter((each) => rows[each].includes(workload))) {
      const rivals = subjects.filter((subject) => subject.linking === linking);
      // What is hopeless when it is linked is not tried again.
      const known = linking !== 'linked' && cells.linked?.[workload.name];
      const worthTrying = rivals.filter(({ name }) => !(known?.[name]?.slow || known?.[name]?.failed));
      const verdicts = judge(worthTrying, workload, operations);
      for (const subject of rivals) {
        const cell = worthTrying.includes(subject) ? verdicts.get(subject) : { failed: 'not tried', ns: [] };
        cells[linking][workload.name][subject.name] = cell ?? { operations, ns: [] };
      }
    }
    if (alone && !workload.script) cells.linked[workload.name][alone.name] = { operations, ns: [] };
  }

  for (let round = 0; round < rounds; round++) {
    for (const workload of wanted) {
      if (round >= (workload.rounds ?? rounds)) continue;
      await say(`round ${round + 1} of ${rounds}: ${workload.name}`);
      const turn = subjectsOf(workload);
      let fastest = Number.POSITIVE_INFINITY; // ms
      for (let i = 0; i < turn.length; i++) {
        const subject = turn[(i + round) % turn.length]; // nobody is always the first
        const row = cells[subject.linking][workload.name];
        const cell = row[subject.name];
        if (cell.slow || cell.failed || isHopeless(cell, row)) continue;
        const limit = Math.max(hopeless * fastest, 500);
        const result = attempt(() => runOnce(subject, workload, cell.operations, { warm: true, limit }));
        const { ns, ms, operations, pages, checksum, curve, failed } = result;
        if (failed) Object.assign(cell, { failed });
        else {
          const slow = operations < cell.operations;
          if (!slow) fastest = Math.min(fastest, ms);
          Object.assign(cell, {
            slow,
            operations,
            pages: subject === alone ? undefined : pages,
            checksum,
            curve,
            ns: slow ? [ns] : [...cell.ns, ns],
          });
        }
      }
    }
  }
  return cells;
}

/**
 * @param {Cells} cells
 * @throws {Error} if two allocators, in whatever language, found different things in their blocks after the same
 * operations
 */
export function compareChecksums(cells) {
  const expected = new Map();
  for (const [linking, rows] of Object.entries(cells)) {
    for (const [workload, row] of Object.entries(rows)) {
      for (const [name, { operations, checksum, failed, ns }] of Object.entries(row)) {
        if (failed || ns.length === 0 || name === aloneName) continue;
        const same = `${workload} ${operations}`;
        if (!expected.has(same)) expected.set(same, checksum);
        if (expected.get(same) !== checksum)
          throw new Error(`${workload} (${linking}): ${name} gave ${checksum}, not ${expected.get(same)}`);
      }
    }
  }
}

/** Half the distance of the fastest round from the slowest, in percent of the median. */
export const spread = ({ ns }) => (50 * (Math.max(...ns) - Math.min(...ns))) / median(ns);

// Runs every workload on every allocator, in turns: what else the machine does falls on all alike.
import { instantiate } from '../tools/wasi.mjs';
import { callsOf } from './workloads.mjs';

/** @param {number[]} values at least one */
export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Milliseconds of processor time: others on the machine disturb it less than the clock. */
const processorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** What of a program is compiled once: fresh instances are made of it. */
class Subject {
  #modules;

  /** @param {'linked' | 'calls'} linking */
  constructor(name, program, linking) {
    this.name = name;
    this.linking = linking;
    const { linked, calls } = program;
    const parts = linking === 'linked' ? [linked] : [calls.allocator, calls.harness];
    this.#modules = parts.map((wasm) => new WebAssembly.Module(wasm));
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
 * @property {number[]} ns a call, one for each round
 * @property {number} pages in the end: wasm's memory does not shrink, so these are its peak
 * @property {number} checksum
 * @property {number} operations
 * @property {string} [failed] why there is no figure
 */

/** Runs a workload once on a new heap. */
function runOnce(subject, workload, operations) {
  const heap = subject.start();
  const before = processorTime();
  const checksum = heap[workload.run](operations, ...workload.parameters) >>> 0;
  const ms = processorTime() - before;
  return {
    ns: (ms * 1e6) / callsOf(workload, operations),
    pages: heap.memory.buffer.byteLength / 65536,
    checksum,
  };
}

// So many times slower than the fastest is not measured further: one round at a small count would take minutes at
// the full one.
const hopeless = 40;
const trial = 20; // the trial does this fraction of the operations

/**
 * @param {Map<string, import('./build.mjs').Program>} programs by allocator
 * @param {import('./workloads.mjs').Workload[]} workloads
 * @param {object} options
 * @param {('linked' | 'calls')[]} options.linkings
 * @param {number} options.rounds
 * @param {number} options.scale of the operations
 * @param {(text: string) => void} options.report
 * @returns {Promise<Record<string, Record<string, Record<string, Cell>>>>} by linking, workload, allocator
 */
export async function measure(programs, workloads, { linkings, rounds, scale, report }) {
  const subjects = linkings.flatMap((linking) =>
    [...programs].map(([name, program]) => new Subject(name, program, linking)),
  );
  const cells = Object.fromEntries(
    linkings.map((linking) => [linking, Object.fromEntries(workloads.map(({ name }) => [name, {}]))]),
  );

  for (const workload of workloads) {
    report(`trial of ${workload.name}`);
    await new Promise((resolve) => setImmediate(resolve)); // the progress line is drawn
    const operations = Math.round((workload.operations * scale) / trial);
    for (const subject of subjects) {
      const cell = { ns: [], operations, ...attempt(() => runOnce(subject, workload, operations)) };
      cells[subject.linking][workload.name][subject.name] = cell;
    }
  }
  for (const linking of linkings) {
    for (const { name, operations } of workloads) {
      const row = Object.values(cells[linking][name]);
      const fastest = Math.min(...row.filter(({ failed }) => !failed).map(({ ns }) => ns));
      for (const cell of row) {
        cell.slow = !cell.failed && cell.ns > hopeless * fastest;
        cell.ns = cell.slow ? [cell.ns] : [];
        if (!cell.slow) cell.operations = Math.round(operations * scale);
      }
    }
  }

  for (let round = 0; round < rounds; round++) {
    for (const workload of workloads) {
      report(`round ${round + 1} of ${rounds}: ${workload.name}`);
      await new Promise((resolve) => setImmediate(resolve));
      for (let i = 0; i < subjects.length; i++) {
        const subject = subjects[(i + round) % subjects.length]; // nobody is always the first
        const cell = cells[subject.linking][workload.name][subject.name];
        if (cell.slow || cell.failed) continue;
        const { ns, pages, checksum } = runOnce(subject, workload, cell.operations);
        cell.ns.push(ns);
        Object.assign(cell, { pages, checksum });
      }
    }
  }
  return cells;
}

/** @returns {object} what `run` returns, or why it did not */
function attempt(run) {
  try {
    return run();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return { failed: error.message };
    throw error;
  }
}

/** @throws {Error} if two allocators found different things in their blocks after the same operations */
export function compareChecksums(cells) {
  for (const [linking, rows] of Object.entries(cells)) {
    for (const [workload, row] of Object.entries(rows)) {
      const expected = new Map();
      for (const [name, { operations, checksum, failed }] of Object.entries(row)) {
        if (failed) continue;
        if (!expected.has(operations)) expected.set(operations, checksum);
        if (expected.get(operations) !== checksum)
          throw new Error(
            `${workload} (${linking}): ${name} gave ${checksum}, not ${expected.get(operations)}`,
          );
      }
    }
  }
}

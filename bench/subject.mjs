// What is measured: an allocator with the harness, and one run of a workload on it.
import { processorTime } from '../tools/clock.mjs';
import { instantiate } from '../tools/wasi.mjs';
import { replay } from './replay.mjs';
import { callsOf } from './workloads.mjs';

/** An allocator with the harness: compiled once, and a fresh instance for each run. */
export class Subject {
  #modules;

  /**
   * @param {string} name
   * @param {import('./build.mjs').Program} program
   * @param {import('./processes.mjs').Linking} linking
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
 * @typedef {object} Run
 * @property {number} ms
 * @property {number} ns a call
 * @property {number} operations that were done
 * @property {number} pages in the end
 * @property {number} checksum
 * @property {number[]} [curve] pages in the course of a script
 * @property {undefined} [failed]
 */

/** @typedef {Run | (Partial<Omit<Run, 'failed'>> & { failed: string })} Outcome of a run: or why there is none */

/**
 * @typedef {object} Playable what can be run: a Subject, or the harness alone
 * @property {string} name
 * @property {string} linking
 * @property {(workload: import('./workloads.mjs').Workload, runs: number[]) => WebAssembly.Exports} start
 */

/** The part of a workload's operations that is done before the clock starts. */
const warmUp = 1 / 8;

/**
 * Runs a workload once on a new heap. If it is warm, an eighth of the work was done and all of it freed: a first touch of
 * memory is the operating system's work, costs as much as a hundred calls for each of its pages, and anything between once
 * and three times that on a virtual machine. A script is replayed as it was recorded, on a heap that is never warm.
 * @param {Playable} subject
 * @param {import('./workloads.mjs').Workload} workload
 * @param {number} operations
 * @param {object} [options]
 * @param {boolean} [options.warm]
 * @param {number} [options.limit] milliseconds after which a script stops
 * @returns {Outcome} a trap is how the harness says that there is no memory
 */
export function runOnce(subject, workload, operations, options = {}) {
  try {
    return run(subject, workload, operations, options);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return { failed: error.message };
    throw error;
  }
}

function run(subject, workload, operations, { warm = false, limit = 0 }) {
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
  const { script, run: name, parameters } = workload;
  if (runs.length > 1) heap[name](runs[0], ...parameters);
  const result = script
    ? replay(heap, script, timed, () => ms > limit)
    : {
        curve: undefined,
        checksum: timed(() => heap[name](operations, ...parameters)) >>> 0,
        done: operations,
      };
  return {
    ms,
    ns: (ms * 1e6) / callsOf(workload, result.done),
    operations: result.done,
    pages: heap.memory.buffer.byteLength / 65536,
    checksum: result.checksum,
    curve: result.curve,
  };
}

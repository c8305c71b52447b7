// What a peer costs over the same malloc without it: some rows of the benchmark in a program of Emscripten's. Instructions of wasm are
// counted; a clock sees besides what its JavaScript takes, as for the stacks that ASan keeps. All take turns.
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { processorTime } from '../../tools/clock.mjs';
import { counter, countInstructions } from '../../tools/count.mjs';
import { isOlder } from '../../tools/emscripten.mjs';
import { path } from '../../tools/paths.mjs';
import { workloads } from '../workloads.mjs';
import { emscripten, link } from './peers.mjs';

export const rows = ['random', 'pairs', 'objects', '100-1k'];

/** The part of a row's operations that is run: memvalidate looks at each block in each call. */
const share = 1 / 64;

const workloadsOf = (names) => workloads([]).filter(({ name }) => names.includes(name));
const require = createRequire(import.meta.url);

/** The benchmark's harness in a program whose memory grows by what is asked for. */
function build(name) {
  const exported = workloadsOf(rows)
    .map(({ run }) => `_${run}`)
    .join();
  const sources = ['bench/harness/workloads.c', 'bench/hardened/heap.c'].map((file) => path(file));
  // An older Emscripten begins with 16 MiB.
  const least = isOlder(emscripten.version, '3.1.60') ? [] : ['-sINITIAL_HEAP=65536'];
  const memory = [...least, '-sMEMORY_GROWTH_LINEAR_STEP=65536'];
  const form = ['--no-entry', '-sMODULARIZE=1', '-sENVIRONMENT=node', `-sEXPORTED_FUNCTIONS=${exported}`];
  return link(name, 'workloads', ['emcc', '-O3', ...memory, ...form, ...sources]);
}

const wasmOf = (program) => program.replace(/cjs$/, 'wasm');

/** A new instance of a program. @param {string} program @param {WebAssembly.Module} module of it */
async function instantiate(program, module) {
  let exports;
  const made = await require(program)({
    printErr: () => {}, // mimalloc has warnings
    instantiateWasm(imports, receive) {
      const instance = new WebAssembly.Instance(module, imports);
      exports = instance.exports;
      receive(instance, module);
      return exports;
    },
  });
  const memory = Object.values(exports).find((value) => value instanceof WebAssembly.Memory);
  const run = ({ run: name, operations, parameters }) =>
    made[`_${name}`](Math.round(operations * share), ...parameters);
  return { run, memory, counter: exports[counter] };
}

/** Instructions, and the memory in the end. */
async function counted(program, module, workload) {
  const { run, memory, counter: executed } = await instantiate(program, module);
  const before = executed.value;
  run(workload);
  return { instructions: executed.value - before, memory: memory.buffer.byteLength };
}

/** Milliseconds of a run, of which there are enough for the clock: the first one warms up, if it does not take too long for that. */
async function timed(program, module, workload) {
  const { run } = await instantiate(program, module);
  const measured = (least) => {
    const start = processorTime();
    let [runs, took] = [0, 0];
    for (; took < least || runs === 0; took = processorTime() - start, runs++) run(workload);
    return took / runs;
  };
  const first = measured(0);
  return first > 200 ? first : measured(40);
}

/**
 * @param {string[]} names of peers
 * @param {number} [rounds] of the clock
 * @param {string[]} [chosen] rows
 * @returns {Promise<Record<string, { code: number, memory: number, rows: Record<string, { instructions: number, ms: number }> }>>}
 *   all of the program: its bytes, and its memory after `objects`
 */
export async function cost(names, rounds = 3, chosen = rows) {
  const wanted = workloadsOf(chosen);
  setFlagsFromString('--no-liftoff');
  const programs = {};
  for (const name of names) {
    const program = await build(name);
    const bytes = readFileSync(wasmOf(program));
    const module = new WebAssembly.Module(bytes);
    programs[name] = { program, module, counting: new WebAssembly.Module(countInstructions(bytes)) };
  }
  const all = {};
  for (const name of names) {
    const { program, counting } = programs[name];
    all[name] = { code: statSync(wasmOf(program)).size, memory: 0, rows: {} };
    for (const workload of wanted) {
      const { instructions, memory } = await counted(program, counting, workload);
      if (workload.name === 'objects' || !chosen.includes('objects')) all[name].memory = memory;
      all[name].rows[workload.name] = { instructions, ms: Number.POSITIVE_INFINITY };
    }
  }
  for (let round = 0; round < rounds; round++)
    for (const workload of wanted)
      for (const name of names) {
        const row = all[name].rows[workload.name];
        row.ms = Math.min(row.ms, await timed(programs[name].program, programs[name].module, workload));
      }
  return all;
}

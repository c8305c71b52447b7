// What a workload costs, counted: instructions, accesses to memory, and those that a model of a processor's caches has to
// wait for. The same on every machine and at every hour. It is the linked program that is counted, harness and all, on a
// new heap.
import { cached } from '../../tools/cache.mjs';
import { files } from '../../tools/files.mjs';
import { path } from '../../tools/paths.mjs';
import { instantiate } from '../../tools/wasi.mjs';
import { replay } from '../replay.mjs';
import { instrument, Observer } from './instrument.mjs';

/** The part of a workload's operations that is counted. What is replayed is replayed whole. */
const share = 1 / 16;

/**
 * @typedef {object} Figures all of one run
 * @property {number} calls of the allocator
 * @property {number} instructions
 * @property {number} accesses loads and stores
 * @property {number} l1 lines of memory that were not in the first level of the cache
 * @property {number} l2 and not in the second
 * @property {number} pages of memory in the end
 * @property {string} [failed] why there are none of the others
 */

/**
 * What tells a workload from others, for the cache of results.
 * @param {import('../workloads.mjs').Workload} workload
 */
const keyOf = ({ run, parameters, operations, script }) => [run, parameters, operations, script?.slots];

/** How it is counted: results are kept only as long as this stays the same. */
const method = files(path('bench/instructions'), /^(cache|figures|instrument)\.mjs$/);

/**
 * How many calls a workload makes: counted on an allocator whose module is a second one.
 * @param {Uint8Array[]} modules
 * @param {import('../workloads.mjs').Workload} workload
 * @param {number} operations
 */
function countCalls([heap, harness], { run, parameters }, operations) {
  const { exports } = instantiate(new WebAssembly.Module(heap));
  let calls = 0;
  const counted = Object.fromEntries(
    Object.entries(exports).map(([name, value]) => [
      name,
      typeof value === 'function'
        ? (...args) => {
            calls++;
            return value(...args);
          }
        : value,
    ]),
  );
  const instance = new WebAssembly.Instance(new WebAssembly.Module(harness), { heap: counted });
  instance.exports[run](operations, ...parameters);
  return calls;
}

/**
 * @param {import('../build.mjs').Program} program
 * @param {import('../workloads.mjs').Workload} workload
 * @returns {Promise<Figures | { failed: string }>}
 */
export async function count({ linked: [wasm], calls }, workload) {
  const { script, run, parameters } = workload;
  const words = script ? { words: new Uint8Array(script.words.buffer) } : {};
  const result = await cached(['figures', keyOf(workload)], { ...method, wasm, ...words }, async () => {
    const observer = new Observer();
    const module = new WebAssembly.Module(await instrument(wasm));
    const { exports } = instantiate(module, { env: observer.imports }, (own) => observer.watch(own));
    const operations = Math.max(1, Math.round(workload.operations * share));
    let failed;
    try {
      if (script)
        replay(
          exports,
          script,
          (part) => part(),
          () => false,
        );
      else exports[run](operations, ...parameters);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      failed = error.message;
    }
    const figures = failed
      ? { failed }
      : {
          calls: script ? script.operations : countCalls(calls, workload, operations),
          ...observer.figures,
          pages: exports.memory.buffer.byteLength / 65536,
        };
    return new TextEncoder().encode(JSON.stringify(figures));
  });
  return JSON.parse(new TextDecoder().decode(result));
}

// The harness alone: what the workloads take on an allocator that does nothing. It is how fast any allocator can be here,
// and so how much faster than another.
import { readFileSync } from 'node:fs';
import { clang } from '../tools/clang.mjs';
import { path } from '../tools/paths.mjs';
import { target, withHarness } from './build.mjs';

/** What its line in the table is called. */
export const alone = 'harness alone';

const page = 65536;

/** @returns {Promise<import('./build.mjs').Program>} the allocator that does nothing, with the harness */
export async function buildAlone() {
  const args = ['clang', ...target, '-nostdlib', '-ffreestanding', '-O3', '-Wall', '-Wextra', '-Werror'];
  args.push('-Wl,--no-entry', '-Wl,-z,stack-size=0', 'alone.c', '-o', 'alone.wasm');
  return withHarness(await clang(args, { 'alone.c': readFileSync(path('bench/harness/alone.c')) }));
}

/** Stands in the place of an allocator, and knows what a real one answers. */
export class Alone {
  name = alone;
  linking = 'linked';
  #module;
  #real;
  #recorded = new Map();

  /**
   * @param {import('./build.mjs').Program} program of `buildAlone`
   * @param {import('./build.mjs').Program} real of an allocator that needs no sizes back
   */
  constructor(program, real) {
    this.#module = new WebAssembly.Module(program.linked[0]);
    this.#real = real.calls.map((wasm) => new WebAssembly.Module(wasm));
  }

  /** The addresses that the real allocator hands out in these runs, and the pages that they lie in. */
  #record({ run, parameters }, runs) {
    const { exports: heap } = new WebAssembly.Instance(this.#real[0]);
    let addresses = new Uint32Array(2 ** 16);
    let count = 0;
    const noted = (allocate) =>
      function note(...args) {
        if (count === addresses.length) {
          const larger = new Uint32Array(2 * count);
          larger.set(addresses);
          addresses = larger;
        }
        const address = allocate(...args);
        addresses[count++] = address;
        return address;
      };
    const imports = { ...heap };
    for (const name of ['malloc', 'calloc', 'realloc']) imports[name] = noted(heap[name]);
    const { exports: harness } = new WebAssembly.Instance(this.#real[1], { heap: imports });
    for (const operations of runs) harness[run](operations, ...parameters);
    return { addresses: addresses.slice(0, count), pages: heap.memory.buffer.byteLength / page };
  }

  /** @returns {WebAssembly.Exports} the harness, for these runs of this workload */
  start(workload, runs) {
    const key = JSON.stringify([workload.name, runs]);
    if (!this.#recorded.has(key)) this.#recorded.set(key, this.#record(workload, runs));
    const { addresses, pages } = this.#recorded.get(key);
    const { exports } = new WebAssembly.Instance(this.#module);
    const { memory } = exports;
    const have = memory.buffer.byteLength / page;
    const list = Math.max(have, pages) * page; // behind all blocks
    memory.grow(list / page - have + Math.ceil(addresses.byteLength / page));
    new Uint32Array(memory.buffer, list, addresses.length).set(addresses);
    exports.begin(list);
    return exports;
  }
}

// Some rows of the benchmark in whatever engine this runs: a language's own functions only. `wasmtime.py` does the same.

/**
 * @typedef {object} Job
 * @property {Record<string, string>} programs by allocator: the file of its linked module
 * @property {{ name: string, run: string, operations: number, parameters: number[], calls: number }[]} rows
 * @property {number} rounds
 */

/**
 * @param {Job} job
 * @param {(file: string) => Promise<BufferSource>} load
 * @returns {Promise<Record<string, Record<string, number>>>} ns a call by row, allocator: the median round
 */
export async function measure({ programs, rows, rounds }, load) {
  const modules = new Map();
  for (const [name, file] of Object.entries(programs))
    modules.set(name, await WebAssembly.compile(await load(file)));
  const results = {};
  for (const { name: row, run, operations, parameters, calls } of rows) {
    const ns = Object.fromEntries([...modules.keys()].map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, module] of modules) {
        const { exports } = await WebAssembly.instantiate(module);
        exports[run](operations / 8, ...parameters); // the heap becomes warm, and an engine sees what is hot
        await new Promise((resolve) => setTimeout(resolve, 20)); // and compiles it better, in another thread
        const start = performance.now();
        exports[run](operations, ...parameters);
        ns[name].push(((performance.now() - start) * 1e6) / calls);
      }
    }
    results[row] = Object.fromEntries(
      Object.entries(ns).map(([name, all]) => [name, all.sort((a, b) => a - b)[all.length >> 1]]),
    );
  }
  return results;
}

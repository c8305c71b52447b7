// Runs in a worker of the visitor's: each workload on each allocator, in turns, so that what else the machine does falls on
// all alike. It is a text of the page, with what it imports.
import { wasi } from '../../explorer/wasi.js';

async function instantiate(module) {
  let memory;
  const answer = wasi(() => memory);
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = answer(name);
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  ({ memory } = exports);
  return exports;
}

addEventListener('message', async ({ data: { programs, rows, rounds } }) => {
  const modules = [];
  for (const [name, text] of Object.entries(programs)) {
    const wasm = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    modules.push([name, await WebAssembly.compile(wasm)]);
  }
  const all = rows.length * rounds * modules.length;
  let done = 0;
  for (const { name: row, run, operations, parameters, calls } of rows)
    for (let round = 0; round < rounds; round++)
      for (const [name, module] of modules) {
        let answer;
        try {
          const exports = await instantiate(module);
          exports._initialize?.();
          exports[run](operations / 8, ...parameters); // the heap becomes warm, and an engine sees what is hot
          await new Promise((resolve) => setTimeout(resolve, 20)); // and compiles it better, in another thread
          const start = performance.now();
          exports[run](operations, ...parameters);
          answer = { ns: ((performance.now() - start) * 1e6) / calls };
        } catch (error) {
          answer = { failed: String(error) };
        }
        postMessage({ row, name, round, ...answer, share: ++done / all });
      }
  postMessage({ ended: true });
});

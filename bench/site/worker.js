// Runs in a worker of the visitor's: each workload on each allocator, in turns, so that what else the machine does falls on
// all alike. It is a text of the page: nothing is imported.

/** What some allocators ask of WASI: there is no environment, and the clock is the page's. */
function wasi(memoryOf) {
  const words = () => new DataView(memoryOf().buffer);
  const answers = {
    environ_sizes_get(count, size) {
      words().setUint32(count, 0, true);
      words().setUint32(size, 0, true);
      return 0;
    },
    clock_time_get(_id, _precision, at) {
      words().setBigUint64(at, BigInt(Math.round(performance.now() * 1e6)), true);
      return 0;
    },
    proc_exit() {
      throw new Error('it has ended the program');
    },
  };
  return (name) => answers[name] ?? (() => 0);
}

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

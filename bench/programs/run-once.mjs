// Runs one built program once, in a process of its own, and prints what it did as JSON: a fresh memory, a fresh
// engine, and nothing from the run before. `node run-once.mjs PROGRAM WHERE [small]`, where WHERE is a WASI reactor or
// the folder of an Emscripten program.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import v8 from 'node:v8';
import { processorTime } from '../../tools/clock.mjs';
import { instantiate } from '../../tools/wasi.mjs';
import { programs } from './programs.mjs';

/**
 * Starts an Emscripten program. It names its exports by itself, and shortens them in the module; the memory is found
 * by being one.
 * @returns {Promise<WebAssembly.Exports>}
 */
async function startEmscripten(folder) {
  const create = createRequire(import.meta.url)(join(folder, 'program.cjs'));
  let memory;
  const module = await create({
    instantiateWasm(imports, receive) {
      const wasm = new WebAssembly.Module(readFileSync(join(folder, 'program.wasm')));
      const instance = new WebAssembly.Instance(wasm, imports);
      memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
      receive(instance, wasm);
      return instance.exports;
    },
  });
  const functions = Object.entries(module).filter(
    ([name, value]) => /^_/.test(name) && value instanceof Function,
  );
  return { memory, ...Object.fromEntries(functions.map(([name, value]) => [name.slice(1), value])) };
}

const [name, where, part] = process.argv.slice(2);
const small = part === 'small';

// The whole module is compiled by the engine's optimising compiler before the clock starts. Otherwise the time that
// it compiles in the background would be counted too, and differ from run to run. A small part is not worth it.
const flags = ['--no-liftoff', '--no-wasm-lazy-compilation', '--no-wasm-dynamic-tiering'];
if (!small) for (const flag of flags) v8.setFlagsFromString(flag);

const { run } = programs.find((program) => program.name === name);
const isEmscripten = existsSync(join(where, 'program.cjs'));
const program = isEmscripten
  ? await startEmscripten(where)
  : instantiate(new WebAssembly.Module(readFileSync(where))).exports;

const before = processorTime();
const found = run(program, small);
const ms = processorTime() - before;

const result = {
  answers: createHash('sha256').update(found).digest('hex'),
  length: found.length,
  beginning: found.slice(0, 100),
  ms,
  memory: program.memory.buffer.byteLength,
  taken: program.taken() >>> 0,
};
console.log(JSON.stringify(result));

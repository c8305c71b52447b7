// The heap of another module: a plain wasm instance exports `malloc`, Emscripten's Module has `_malloc`.
import { checkObject } from './check.js';
import { family } from './family.js';

/**
 * Finds the memory and the family in a wasm instance, in its exports, or in an Emscripten Module.
 * @param {any} module
 * @throws {TypeError} naming what is missing
 */
export function heapOf(module) {
  checkObject('module', "a wasm instance's exports or an Emscripten Module", module);
  const from = module instanceof WebAssembly.Instance ? module.exports : module;
  // In an Emscripten Module: what newer versions export as `wasmMemory`, older ones have among the wasm's exports.
  const memory = from.memory ?? from.wasmMemory ?? (from.wasmExports ?? from.asm)?.memory;
  if (!(memory instanceof WebAssembly.Memory))
    throw lacks('WebAssembly.Memory', 'RUNTIME_METHODS=wasmMemory');
  const functions = family((name) => {
    const found = from[name] ?? from[`_${name}`];
    if (typeof found === 'function') return found;
    if (/^malloc$|^free$/.test(name)) throw lacks(name, 'FUNCTIONS=_malloc,_free');
    return () => {
      throw new TypeError(`this heap's module does not export ${name}`);
    };
  });
  return { memory, functions };
}

/**
 * @param {string} name
 * @param {string} flag of Emscripten
 */
const lacks = (name, flag) => new TypeError(`module: it exports no ${name} (Emscripten: -sEXPORTED_${flag})`);

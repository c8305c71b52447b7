// The heap of another module: a plain wasm instance exports `malloc`, Emscripten's Module has `_malloc`.

import { cFunctions } from './c-functions.js';
import { checkObject, isA } from './check.js';
import { is64 } from './memory.js';
import { isWord, WORD } from './word.js';

/**
 * Finds the memory and the family in a wasm instance, in its exports, or in an Emscripten Module.
 * @param {any} module
 * @throws {TypeError} naming what is missing
 */
export function partsOf(module) {
  checkObject('module', "a wasm instance's exports or an Emscripten Module", module);
  const from = isA(module, 'WebAssembly.Instance') ? module.exports : module;
  // In an Emscripten Module: what newer versions export as `wasmMemory`, older ones have among the wasm's exports.
  const memory = from.memory ?? from.wasmMemory ?? (from.wasmExports ?? from.asm)?.memory;
  if (!isA(memory, 'WebAssembly.Memory')) throw lacks('WebAssembly.Memory', 'RUNTIME_METHODS=wasmMemory');
  const functions = cFunctions((name) => {
    const found = from[name] ?? from[`_${name}`];
    if (typeof found === 'function') return found;
    if (/^malloc$|^free$/.test(name)) throw lacks(name, 'FUNCTIONS=_malloc,_free');
    return () => {
      throw new TypeError(`this heap's module does not export ${name}`);
    };
  });
  const wide = is64(memory) || !takes32(functions);
  return {
    memory,
    figure: from.heaplet_usage_figure ?? from._heaplet_usage_figure,
    functions: wide
      ? cFunctions((name) => narrowed(name, Reflect.get(functions, name), functions.free))
      : functions,
  };
}

/**
 * Whether wasm's malloc takes 32-bit numbers. Linked, not called: so nothing happens. A function of JavaScript links with
 * everything. Where wasm may not be compiled it is called with 0 after all: one that wants a BigInt throws.
 * @param {import('./c-functions.js').CFunctions} functions
 */
function takes32({ malloc, free }) {
  // (module (import "e" "f" (func (param i32) (result i32))))
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 2, 7, 1, 1, 101, 1, 102, 0, 0];
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)), { e: { f: malloc } });
  } catch (error) {
    if (error instanceof WebAssembly.LinkError) return false;
  }
  if (!/native code/.test(`${malloc}`)) return true;
  try {
    free(malloc(0));
    return true;
  } catch {
    return false;
  }
}

/**
 * A function of a module with 64-bit addresses, called with numbers. What it says must be one of 32 bits.
 * @param {string} name
 * @param {Function} fn
 * @param {Function} free
 */
const narrowed =
  (name, fn, free) =>
  (/** @type {number[]} */ ...args) => {
    const answer = fn(...args.map(BigInt)) ?? 0;
    const result = Number(answer);
    if (isWord(result)) return result;
    if (/alloc$/.test(name) && name !== 'realloc') free(answer);
    throw new RangeError(`${name}: ${result} is no number of ${WORD === 4 ? 32 : 53} bits (memory64)`);
  };

/**
 * @param {string} name
 * @param {string} flag of Emscripten
 */
const lacks = (name, flag) => new TypeError(`module: it exports no ${name} (Emscripten: -sEXPORTED_${flag})`);

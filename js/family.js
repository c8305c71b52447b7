// The C malloc family of a module, whoever made it: a plain wasm instance exports `malloc`, Emscripten's Module has
// `_malloc`.
import { show } from './check.js';

/**
 * Pointers and sizes as wasm hands them over: signed from 2 ** 31 on.
 * @typedef {object} Family
 * @property {WebAssembly.Memory} memory
 * @property {(size: number) => number} malloc
 * @property {(ptr: number) => void} free
 * @property {(count: number, size: number) => number} calloc
 * @property {(ptr: number, size: number) => number} realloc
 * @property {(alignment: number, size: number) => number} aligned_alloc
 * @property {(ptr: number) => number} malloc_usable_size
 */

/** @param {string} name of the C function */
const missing = (name) => () => {
  throw new TypeError(`this heap's module does not export ${name}`);
};

/**
 * Finds the family in a wasm instance, in its exports, or in an Emscripten Module.
 * @param {object} module
 * @returns {Family}
 * @throws {TypeError} naming what is missing
 */
export function familyOf(module) {
  if (typeof module !== 'object' || module === null) {
    throw new TypeError(
      `module: expected a wasm instance's exports or an Emscripten Module, got ${show(module)}`,
    );
  }
  const from = module instanceof WebAssembly.Instance ? module.exports : module;

  // In an Emscripten Module: what newer versions export as `wasmMemory`, older ones have among the wasm's exports.
  const { memory: own, wasmMemory, wasmExports, asm } = /** @type {any} */ (from);
  const memory = own ?? wasmMemory ?? wasmExports?.memory ?? asm?.memory;
  if (!(memory instanceof WebAssembly.Memory)) {
    const hint = 'Emscripten gives it with -sEXPORTED_RUNTIME_METHODS=wasmMemory';
    throw new TypeError(`module: it has no WebAssembly.Memory named memory or wasmMemory (${hint})`);
  }

  /** @param {string} name */
  const find = (name) => {
    const found = Reflect.get(from, name) ?? Reflect.get(from, `_${name}`);
    return typeof found === 'function' ? found : undefined;
  };
  /** @param {string} name */
  const need = (name) => {
    const found = find(name);
    if (found) return found;
    const hint = 'Emscripten gives it with -sEXPORTED_FUNCTIONS=_malloc,_free';
    throw new TypeError(`module: it exports no function named ${name} or _${name} (${hint})`);
  };

  return {
    memory,
    malloc: need('malloc'),
    free: need('free'),
    calloc: find('calloc') ?? missing('calloc'),
    realloc: find('realloc') ?? missing('realloc'),
    aligned_alloc: find('aligned_alloc') ?? missing('aligned_alloc'),
    malloc_usable_size: find('malloc_usable_size') ?? missing('malloc_usable_size'),
  };
}

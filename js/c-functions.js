// The C malloc family, as wasm exports it.

/**
 * Pointers and sizes as wasm hands them over: signed from 2 ** 31 on.
 * @typedef {object} CFunctions
 * @property {(size: number) => number} malloc
 * @property {(ptr: number) => void} free
 * @property {(count: number, size: number) => number} calloc
 * @property {(ptr: number, size: number) => number} realloc
 * @property {(alignment: number, size: number) => number} aligned_alloc
 * @property {(ptr: number) => number} malloc_usable_size
 */

/**
 * What another module may import of a heap, under `env`.
 * @typedef {CFunctions & { memory: WebAssembly.Memory } & Record<string, import('./memory.js').ImportValue>} HeapImports
 */

// In the package's wasm each has its number here for a name (wasm/build/placed.mjs).
export const names = ['malloc', 'free', 'calloc', 'realloc', 'aligned_alloc', 'malloc_usable_size'];

/**
 * Such functions, one by one.
 * @param {(name: string, number: number) => Function} make
 * @returns {CFunctions}
 */
export const cFunctions = (make) =>
  /** @type {any} */ (Object.fromEntries(names.map((name, number) => [name, make(name, number)])));

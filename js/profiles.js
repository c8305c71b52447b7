// The wasm modules that `Heap.create` can choose from: those that the program imported. The entry `heaplet` brings
// all; `heaplet/small` and its like bring one, so that a page that counts bytes carries no other.

/**
 * The wasm modules of the package. `small` is the smallest, `fast` the fastest; `hardened` looks for misuse and
 * traps on it.
 * @typedef {'small' | 'fast' | 'hardened'} Profile
 */

/** @type {Map<Profile, string | WebAssembly.Module>} base64 until first used */
const modules = new Map();

/**
 * Adds a profile to those that `Heap.create` knows.
 * @param {Profile} profile
 * @param {string} wasm base64
 */
export function provide(profile, wasm) {
  if (!modules.has(profile)) modules.set(profile, wasm);
}

/** The names of the profiles at hand. */
export const provided = () => [...modules.keys()];

/**
 * Starts a profile's module in a memory. A few KB: quick enough to be synchronous, on a browser's main thread too.
 * @param {Profile} profile one of `provided()`
 * @param {WebAssembly.Memory} memory
 */
export function start(profile, memory) {
  let module = modules.get(profile);
  if (typeof module === 'string') {
    module = new WebAssembly.Module(Uint8Array.from(atob(module), (char) => char.charCodeAt(0)));
    modules.set(profile, module);
  }
  const instance = new WebAssembly.Instance(/** @type {WebAssembly.Module} */ (module), { env: { memory } });
  const { exports } = instance;
  if (typeof exports._initialize === 'function') exports._initialize();
  const { malloc, free } = /** @type {Record<string, (number: number) => number>} */ (exports);
  // A heap takes the memory that it finds at its first call. Here, before anybody else grows it for himself.
  free(malloc(0));
  return exports;
}

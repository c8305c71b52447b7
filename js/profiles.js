// The wasm modules of the package: those that the program imported. An entry such as `heaplet/small` brings one, so
// that a page that counts bytes carries no other.
//
// A module is text (wasm-text.js). It is compiled when it is needed: a few KB, quick enough to be synchronous, on a
// browser's main thread too. Where that is forbidden a program imports a module that the engine has compiled, and says
// `Heap.create({ module })`.

import { cFunctions } from './c-functions.js';
import { check, isA } from './check.js';
import { ALPHABET, SHIFTED } from './wasm-text.js';

/**
 * The wasm modules of the package. `fast` is the default and the fastest; `small` the smallest; `hardened` looks for
 * misuse and throws a HeapFaultError.
 * @typedef {'small' | 'fast' | 'hardened'} Profile
 */

/**
 * What the build leaves in dist/ for one module.
 * @typedef {object} Build
 * @property {string} profile
 * @property {string} [wasm] as text; none of a module that came compiled
 * @property {(build: Build, memory: WebAssembly.Memory) => Parts} fill makes a heap that fills a memory: `fixed`, or
 *   `placed` (place.js)
 * @property {number} [signature] what a heap of this build is recognised by; none if it lies at the start of a memory of
 *   its own and nowhere else
 * @property {number} [stateBytes]
 * @property {WebAssembly.Module} [module] of `fixed`; or what came compiled
 * @property {boolean} [shared] whether that module is for shared memories
 * @property {string} [texts] of the faults that its walker finds, a zero after each
 */

/**
 * One that can lie anywhere.
 * @typedef {Build & { signature: number, stateBytes: number, texts: string }} PlacedBuild
 */

/**
 * What a heap is made of.
 * @typedef {object} Parts
 * @property {WebAssembly.Memory} memory
 * @property {import('./c-functions.js').CFunctions} functions
 * @property {import('./place.js').Place} [place] where it lies, if the package has placed it
 * @property {(number: number) => number | bigint} [figure] another module's heaplet_usage_figure
 * @property {() => void} [settle] gives back what a debug mode holds back
 */

/** @type {Map<string, Build>} */
export const builds = new Map();

/**
 * Adds a profile to those that `Heap.create` knows. One that can be placed anywhere can do all that another of its name
 * can.
 * @param {Build} build
 */
export function provide(build) {
  if (!builds.get(build.profile)?.signature) builds.set(build.profile, build);
}

/**
 * The build of a module that came compiled: what it is says a section of its own.
 * @param {any} module
 * @param {Build['fill']} [fill] of one that can be placed anywhere
 * @returns {Build}
 */
export function imported(module, fill) {
  const [section] = isA(module, 'WebAssembly.Module')
    ? WebAssembly.Module.customSections(module, 'heaplet')
    : [];
  /** @type {any} */
  const about = section && JSON.parse(String.fromCharCode(...new Uint8Array(section)));
  const known = about?.signature ? fill : about && fixed;
  check(known, 'module', `a WebAssembly.Module of heaplet/${fill ? 'heaplet' : 'core'}.wasm`, module);
  return { ...about, module, fill: known };
}

/**
 * The module of a text.
 * @param {string | undefined} wasm
 * @param {Record<string, number[]>} [places] the bytes of characters that are not in the alphabet
 */
export function compiled(wasm, places = {}) {
  const characters = /** @type {string[]} */ (wasm?.match(SHIFTED));
  // As bytes numbers lose what is above 255.
  const bytes = characters.flatMap(
    (text) => places[text] ?? ALPHABET.indexOf(text.slice(-1)) + 64 * text.length - 64,
  );
  try {
    return new WebAssembly.Module(new Uint8Array(bytes));
  } catch (cause) {
    const { CompileError } = /** @type {any} */ (WebAssembly);
    throw new CompileError(
      "module: wasm may not be compiled here: import one for Heap.create({ module }), or allow 'wasm-unsafe-eval'",
      { cause },
    );
  }
}

/**
 * A heap that fills a memory, by a module that stays at its start.
 * @param {Build} build
 * @param {WebAssembly.Memory} memory
 * @returns {Parts}
 */
export function fixed(build, memory) {
  build.module ??= compiled(build.wasm);
  const { exports } = new WebAssembly.Instance(build.module, { env: { memory } });
  return { memory, functions: cFunctions((_, number) => /** @type {any} */ (exports[number])) };
}

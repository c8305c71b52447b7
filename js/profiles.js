// The wasm modules of the package: those that the program imported. An entry such as `heaplet/small` brings one, so
// that a page that counts bytes carries no other.
//
// A module is text, in which what depends on the place has a character of its own: the address of the heap's state, and
// the limits of the memory, which say whether it is shared. So the bytes are put together for the place, compiled once
// for each (a few KB: quick enough to be synchronous, on a browser's main thread too), and as fast as if they had been
// made for it.
import { ADDRESS, ALPHABET, LIMITS, SHIFT } from './alphabet.js';
import { isShared } from './memory.js';

/**
 * The wasm modules of the package. `fast` is the default and the fastest; `small` the smallest; `hardened` looks for
 * misuse and traps on it.
 * @typedef {'small' | 'fast' | 'hardened'} Profile
 */

/**
 * What the build leaves in dist/ for one module.
 * @typedef {object} Build
 * @property {string} profile
 * @property {number} signature what a heap of this build is recognised by; 0 where the state has a fixed place
 * @property {number} stateBytes
 * @property {string} wasm
 * @property {{ wasm: string, texts: string }} [inspector] the module that walks such heaps; the texts of its faults,
 *   a zero after each
 */

/** @type {Map<string, Build>} */
export const builds = new Map();

/**
 * Adds a profile to those that `Heap.create` knows.
 * @param {Build} build
 */
export const provide = (build) => void builds.set(build.profile, { ...builds.get(build.profile), ...build });

/**
 * @param {number} signature
 * @returns {Build | undefined} the build whose heaps have it
 */
export const buildSigned = (signature) =>
  [...builds.values()].find((build) => signature !== 0 && build.signature === signature);

/**
 * A module's bytes, of the text that wasm/build/placed.mjs makes.
 * @param {string} text
 * @param {number} address
 * @param {boolean} shared
 */
function bytesOf(text, address, shared) {
  // The number of an i32.const in five bytes, whatever it is: so the sizes around it need no change.
  const place = [0, 7, 14, 21, 28].map((shift) => ((address >> shift) & 127) + (shift < 28 ? 128 : 0));
  // From 0 pages on; or shared, from 0 to 65536 pages.
  const limits = shared ? [3, 128, 0, 128, 128, 4] : [0, 128, 128, 128, 128, 0];
  /** @type {number[]} */
  const bytes = [];
  let shift = 0;
  for (const character of text) {
    if (character === SHIFT) shift += 64;
    else if (character === ADDRESS) bytes.push(...place);
    else if (character === LIMITS) bytes.push(...limits);
    else {
      bytes.push((ALPHABET.indexOf(character) + shift) & 255);
      shift = 0;
    }
  }
  return Uint8Array.from(bytes);
}

/** @type {Map<string, WebAssembly.Module>} for the last few places */
const compiled = new Map();

/**
 * Instantiates a module over a memory. What is in the memory stays as it is.
 * @param {string} text
 * @param {WebAssembly.Memory} memory
 * @param {number} address of the heap's state; what little stack the module needs lies below
 * @param {any} [found] the function that the walker calls
 * @returns {any} its exports
 */
export function instantiate(text, memory, address, found) {
  const shared = isShared(memory);
  const key = `${address}${shared}${text}`;
  const module = compiled.get(key) ?? new WebAssembly.Module(bytesOf(text, address, shared));
  if (compiled.size > 31) compiled.clear();
  compiled.set(key, module);
  return new WebAssembly.Instance(module, { env: { memory, found } }).exports;
}

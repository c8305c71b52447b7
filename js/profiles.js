// The wasm modules of the package: those that the program imported. An entry such as `heaplet/small` brings one, so
// that a page that counts bytes carries no other.
//
// A module is text, in pieces: between them goes the address where the heap's state lies, and a shared memory needs
// other limits than one that is not. So the bytes are put together for the place, compiled once for each (a few KB:
// quick enough to be synchronous, on a browser's main thread too), and as fast as if they had been made for it.

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
 * @property {readonly string[]} pieces hexadecimal
 * @property {Inspector} [inspector]
 */

/**
 * The module that walks the heaps of a build.
 * @typedef {object} Inspector
 * @property {readonly string[]} pieces hexadecimal
 * @property {string} texts of its faults, a zero after each
 */

/** @type {Map<string, Build>} */
const builds = new Map();

/** @type {Map<readonly string[], Map<string, WebAssembly.Module>>} for each module, those for the last few places */
const compiled = new Map();
const PLACES = 32;

/**
 * Adds a profile to those that `Heap.create` knows.
 * @param {Build} build
 */
export const provide = (build) => void builds.set(build.profile, { ...builds.get(build.profile), ...build });

/** The names of the profiles at hand. */
export const provided = () => [...builds.keys()];

/**
 * @param {string} profile
 * @returns {Build | undefined}
 */
export const buildOf = (profile) => builds.get(profile);

/**
 * @param {number} signature
 * @returns {Build | undefined} the build whose heaps have it
 */
export const buildSigned = (signature) =>
  [...builds.values()].find((build) => signature !== 0 && build.signature === signature);

// An i32.const in five bytes, whatever the number: so the sizes around it need no change.
/** @param {number} value */
const constant = (value) =>
  [0, 7, 14, 21, 28]
    .map((shift) => ((value >> shift) & 127) + (shift < 28 ? 384 : 256))
    .map((byte) => byte.toString(16).slice(1))
    .join('');

// By its tag: where a page is not isolated from others, browsers hide the class SharedArrayBuffer.
/** @param {WebAssembly.Memory} memory */
export const isShared = ({ buffer }) =>
  Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';

/**
 * Instantiates a module over a memory. What is in the memory stays as it is.
 * @param {readonly string[]} pieces
 * @param {WebAssembly.Memory} memory
 * @param {number} address of the heap's state
 * @param {Record<string, WebAssembly.ImportValue>} [more] imports
 */
export function instantiate(pieces, memory, address, more) {
  const shared = isShared(memory);
  const key = `${address} ${shared}`;
  const places = compiled.get(pieces) ?? new Map();
  compiled.set(pieces, places);
  let module = places.get(key);
  if (!module) {
    let hex = pieces.join(constant(address));
    // "memory", a memory, and its limits: from 0 pages; or shared, from 0 to 65536 pages.
    if (shared) hex = hex.replace('6d656d6f727902008080808000', '6d656d6f727902038000808004');
    const bytes = hex.match(/../g) ?? [];
    module = new WebAssembly.Module(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16)));
    if (places.size === PLACES) places.clear();
    places.set(key, module);
  }
  // The little stack that some modules need lies below the state.
  const stack = new WebAssembly.Global({ value: 'i32', mutable: true }, address);
  const { exports } = new WebAssembly.Instance(module, { env: { memory, __stack_pointer: stack, ...more } });
  return { ...exports, memory };
}

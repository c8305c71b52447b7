// Where a heap lies in a memory, and what is noted there: everything but its blocks.
//
//   base        +4     +8         +12    +16   +64     +68               base + 512
//   | signature | lock | starving | life |  -  | epoch |  stack of wasm  | state of wasm |  first pool ...
//
// The signature says that a heap is here, and of which build. The others are used in a shared memory (lock.js,
// kept.js).
//
// The address of the state is written into the wasm before it is compiled, and so are the limits of the memory, which
// say whether it is shared: then it is as fast as if it had been made for the place. A module that came compiled imports
// the address, and there is one for each kind of memory.

import { cFunctions } from './c-functions.js';
import { check } from './check.js';
import { EPOCH } from './kept.js';
import { LooseSet } from './loose-set.js';
import { isShared, look } from './memory.js';
import { builds, compiled, imported, provide } from './profiles.js';
import { ADDRESS, LIMITS } from './wasm-text.js';
import { imports, numbersOf, read, toEngine, WORD, write } from './word.js';

/** @typedef {import('./c-functions.js').CFunctions} CFunctions */
/** @typedef {import('./profiles.js').Build} Build */
/** @typedef {import('./profiles.js').PlacedBuild} PlacedBuild */

/** Where a heap lies in a memory of its own: what is below is nobody's, so that to write through null breaks nothing. */
const LOWEST = 1024;

/**
 * What the entry `heaplet/hardened` adds: throws what a module has found. Without it the name of the function that traps is all
 * that is said.
 * @type {{ fault?: (numbers: number[]) => never }}
 */
export const guards = {};

/** Four words that no one else knows, where the engine has such: for the profile 'hardened'. */
const drawSecret = () =>
  globalThis.crypto?.getRandomValues?.(new Uint32Array(4)) ??
  Uint32Array.from({ length: 4 }, () => Math.random() * 2 ** 32);

/** Bytes from a heap's base to the state that wasm keeps. */
export const STATE = 512;

/**
 * A heap's place.
 * @typedef {object} Place
 * @property {WebAssembly.Memory} memory
 * @property {number} base address
 * @property {PlacedBuild} build
 * @property {any} exports of the wasm
 * @property {CFunctions} functions among them
 * @property {(Uint32Array | Float64Array)[]} found by the walker, three numbers each: see inspect.js
 * @property {LooseSet<WeakRef<import('./heap.js').Heap>>} heaps those of this realm that lie there: a place keeps none alive
 * @property {number} [limit] where it ends, if that is certain
 * @property {number[][]} lost pools of its that an older state does not know, each from where to where: see snapshot.js
 */

/**
 * The words at a heap's base.
 * @param {{ memory: WebAssembly.Memory, base: number }} place
 */
export const words = ({ memory, base }) => new Int32Array(memory.buffer, base, 1 + EPOCH);

/**
 * The last words of a heap's state, of an Extent (wasm/placed/heap.hpp): whether it grows, and what is its own and in no pool:
 * from where, how many bytes.
 * @param {Place} place
 */
export const extentOf = (place) => read(place.memory, extentAt(place), 3);

/** @param {Place} place @param {number[]} extent */
export const setExtent = (place, extent) => write(place.memory, extentAt(place), extent);

/** @param {Place} place */
const extentAt = ({ base, build }) => base + STATE + build.stateBytes - 3 * WORD;

/**
 * The build of the heap that lies at a place, if one does.
 * @param {{ memory: WebAssembly.Memory, base: number }} place
 * @returns {PlacedBuild | undefined}
 */
export function heapAt(place) {
  const [signature] = words(place);
  const build = [...builds.values()].find((build) => build.signature === signature);
  return /** @type {PlacedBuild | undefined} */ (build);
}

/** @type {WeakMap<WebAssembly.Memory, Map<number, Place>>} */
const known = new WeakMap();

/**
 * Where this realm knows of heaps in a memory, by their bases. Those that have ended may be among them.
 * @param {WebAssembly.Memory} memory
 */
export function placesIn(memory) {
  const places = known.get(memory) ?? new Map();
  known.set(memory, places);
  return places;
}

/** @type {Map<string, WebAssembly.Module>} those that came compiled, by the heaps that they are for */
const brought = new Map();

/**
 * @param {Build} build
 * @param {unknown} shared
 */
const kind = ({ signature }, shared) => `${signature} ${Boolean(shared)}`;

/**
 * Takes a module that came compiled. Heaps of its kind are made of it from now on, those that are only attached, too.
 * @param {any} module
 * @param {unknown} [shared] whether the memory is for which it is brought
 * @returns {Build}
 */
export function bring(module, shared = undefined) {
  const build = imported(module, placed);
  const { profile, signature } = build;
  if (!signature) return build;
  const wanted = `one for ${shared ? '' : 'un'}shared memories`;
  check(shared === undefined || build.shared === Boolean(shared), 'module', wanted, module);
  provide(build);
  const known = /** @type {Build} */ (builds.get(profile));
  check(known.signature === signature, 'module', 'one of this version of heaplet', module);
  brought.set(kind(build, build.shared), module);
  return known;
}

/**
 * The module that came compiled, if one did, of such heaps.
 * @param {Build} build
 * @param {WebAssembly.Memory} memory
 */
export const broughtFor = (build, memory) => brought.get(kind(build, isShared(memory)));

/** @type {Map<string, WebAssembly.Module>} the last few, each for a place */
const modules = new Map();
const KEPT = 32;

/**
 * An instance of a heap's module at a place, where one lies or will be made. What is in the memory stays as it is.
 * @param {PlacedBuild} build
 * @param {WebAssembly.Memory} memory
 * @param {number} base
 * @returns {Place}
 */
export function placeAt(build, memory, base) {
  const places = placesIn(memory);
  if (places.get(base)?.build === build) return places.get(base);
  const module = broughtFor(build, memory) ?? compiledAt(build, memory, base);
  /** @type {Place['found']} */
  const found = [];
  const env = {
    memory,
    __memory_base: toEngine(base + STATE),
    found: (/** @type {number[]} */ ...numbers) => found.push(numbersOf(numbers)),
    fault: (/** @type {number[]} */ ...numbers) => guards.fault?.([...numbersOf(numbers)]),
  };
  const { exports } = new WebAssembly.Instance(module, { env });
  // V8: a thread that gets the memory while another one makes it grow may take it for smaller than it is until the next growth,
  // and memory.fill then ends where a store does not.
  if (isShared(memory)) look(memory);
  const functions = cFunctions((_, number) => /** @type {any} */ (exports[number]));
  /** @type {Place} */
  const place = { memory, base, build, exports, functions, found, heaps: new LooseSet(), lost: [] };
  places.set(base, place);
  return place;
}

/**
 * The module of a text, made for a place.
 * @param {PlacedBuild} build
 * @param {WebAssembly.Memory} memory
 * @param {number} base
 */
function compiledAt(build, memory, base) {
  const shared = isShared(memory);
  check(build.wasm, 'module', `one for ${shared ? '' : 'un'}shared memories`, undefined);
  // The number of an i32.const in five bytes, whatever it is: so the sizes around it need no change.
  const address = [0, 7, 14, 21, 28].map((bit) => (((base + STATE) >> bit) & 127) + (bit < 28 ? 128 : 0));
  const limits = shared ? imports.shared : imports.own;
  const key = `${base} ${limits}${build.wasm}`;
  if (modules.size === KEPT) modules.clear();
  const module = modules.get(key) ?? compiled(build.wasm, { [ADDRESS]: address, [LIMITS]: limits });
  modules.set(key, module);
  return module;
}

/**
 * What threads have kept of a heap they have to forget.
 * @param {Place} place
 */
export function renew(place) {
  if (isShared(place.memory)) words(place)[EPOCH] = 1 + Math.random() * 0x7ffffffe;
}

/**
 * Makes a heap's state anew.
 * @param {Place} place
 * @param {number} end of its first pool
 * @param {boolean | number} grows
 */
export function beginState({ exports }, end, grows) {
  exports.begin(end, grows);
  exports.secret?.(...drawSecret());
}

/**
 * Makes a heap at a place, over whatever lies there.
 * @param {Place} place
 * @param {number} end of its first pool
 * @param {boolean} grows by memory.grow, when that is used up
 */
export function begin(place, end, grows) {
  place.limit = grows ? undefined : end;
  place.lost = [];
  words(place).fill(0);
  beginState(place, end, grows);
  words(place)[3] = 1 + Math.random() * 0x7ffffffe;
  renew(place);
  Atomics.store(words(place), 0, place.build.signature);
  return place;
}

/**
 * A heap that fills a memory.
 * @param {Build} build
 * @param {WebAssembly.Memory} memory
 */
export const placed = (build, memory) =>
  partsAt(begin(placeAt(/** @type {PlacedBuild} */ (build), memory, LOWEST), memory.buffer.byteLength, true));

/**
 * What a heap at a place is made of.
 * @param {Place} place
 * @returns {import('./profiles.js').Parts}
 */
export const partsAt = (place) => ({ ...place, place });

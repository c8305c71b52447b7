// What a word of wasm is in JavaScript: an address or a size, of 32 bits here. The build makes `heaplet/memory64` of the same
// sources with word64.js in this one's place.

/** Bytes of a word. */
export const WORD = 4;

/** Bytes of a memory at most. */
export const MOST = 2 ** 32;

/** Wasm's numbers are signed once they reach JavaScript: from 2 ** 31 on they arrive negative. */
export const unsigned = (/** @type {number} */ raw) => raw >>> 0;

/**
 * Whether wasm takes a value as a size or pointer without changing it.
 * @param {unknown} value
 * @returns {value is number}
 */
export const isWord = (value) => typeof value === 'number' && value >>> 0 === value;

/** Whether a word is a power of two. */
export const isPower = (/** @type {number} */ value) => value !== 0 && !(value & (value - 1));

/** What the engine takes for the pages of a memory, and for a global that is an address. */
export const toEngine = (/** @type {number} */ value) => value;

/**
 * The limits of a memory, in pages.
 * @param {number} initial
 * @param {number | undefined} maximum
 * @param {object | undefined} more of a memory's descriptor
 * @returns {any}
 */
export const limitsOf = (initial, maximum, more) => ({ __proto__: null, initial, maximum, ...more });

/** The limits in a module's import: from 0 pages on; or shared, from 0 to 65536 pages. */
export const imports = { own: [0, 128, 128, 128, 128, 0], shared: [3, 128, 0, 128, 128, 4] };

/** Whether a memory that has, or has not, addresses of 64 bits is another kind than this. */
export const isOther = (/** @type {boolean} */ is64) => is64;
export const refusal = 'not where addresses have 64 bits (memory64)';

/**
 * The C functions as other modules import them.
 * @template {object} T
 * @param {T} functions
 */
export const forModules = (functions) => functions;

/** @param {ArrayLike<number>} numbers what the walker calls with */
export const numbersOf = (numbers) => new Uint32Array(numbers);

/**
 * @param {WebAssembly.Memory} memory
 * @param {number} ptr
 * @param {number} count
 */
const at = ({ buffer }, ptr, count) => new Uint32Array(buffer, ptr, count);

/**
 * Words in a memory.
 * @param {WebAssembly.Memory} memory
 * @param {number} ptr
 * @param {number} count
 */
export const read = (memory, ptr, count) => [...at(memory, ptr, count)];

/**
 * @param {WebAssembly.Memory} memory
 * @param {number} ptr
 * @param {number[]} values
 */
export const write = (memory, ptr, values) => at(memory, ptr, values.length).set(values);

/** Writes a block's header, before its payload: its size by the granule's words, and whether it is free (src/block.hpp). */
export const writeHeader = (
  /** @type {WebAssembly.Memory} */ memory,
  /** @type {number} */ ptr,
  /** @type {number} */ bytes,
  /** @type {boolean} */ free,
) => write(memory, ptr - WORD, [(bytes >>> 2) | (free ? 2 ** 30 : 0)]);

/** A word in the 32-bit numbers of a snapshot, and back. */
export const split = (/** @type {number} */ value) => [value];
export const joined = (/** @type {Uint32Array} */ words, /** @type {number} */ index) => words[index];

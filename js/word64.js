// A word of wasm in JavaScript where addresses have 64 bits: in word.js's place in `heaplet/memory64`.
//
// The heap's own functions take and return f64, so that words are numbers up to 2 ** 53 and no BigInt is made at a call.

export const WORD = 8;
export const MOST = 2 ** 53;

export const unsigned = (/** @type {number} */ raw) => raw;

/**
 * @param {unknown} value
 * @returns {value is number}
 */
export const isWord = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

/** Exact up to 2 ** 53: of a number the logarithm of base 2 is a whole one only of a power of two. */
export const isPower = (/** @type {number} */ value) =>
  value !== 0 && 2 ** Math.round(Math.log2(value)) === value;

export const toEngine = BigInt;

/**
 * Whether the engine has such memories for JavaScript, too. Node 22 takes modules with them, and no BigInts for their limits.
 * @type {boolean | undefined}
 */
let has;

function engineHas() {
  try {
    // @ts-expect-error: it is newer than TypeScript's library
    return typeof new WebAssembly.Memory({ address: 'i64', initial: 0n }).grow(0n) === 'bigint';
  } catch (error) {
    return !(error instanceof TypeError); // else it only has no room
  }
}

/**
 * @param {number} initial
 * @param {number | undefined} maximum
 * @param {object | undefined} more
 * @returns {any}
 * @throws {TypeError} where the engine has no such memories
 */
export const limitsOf = (initial, maximum, more) => {
  has ??= engineHas();
  if (!has) throw new TypeError('memory64: this engine has no memories of 64-bit addresses');
  return {
    __proto__: null,
    address: 'i64',
    initial: BigInt(initial),
    maximum: maximum === undefined ? maximum : BigInt(maximum),
    ...more,
  };
};

/** From 0 pages on; or shared, from 0 to 2 ** 18 pages, 16 GiB: no engine grants more, and some refuse modules that say more. */
export const imports = {
  own: [4, 128, 128, 128, 128, 128, 128, 128, 0],
  shared: [7, 0, 128, 128, 144, 128, 128, 128, 0],
};

export const isOther = (/** @type {boolean} */ is64) => !is64;
export const refusal = 'not where addresses have 32 bits: heaplet/memory64 is for memories of 64';

/**
 * Modules call with BigInts.
 * @template {object} T
 * @param {T} functions
 * @returns {T}
 */
export const forModules = (functions) =>
  /** @type {any} */ (
    Object.fromEntries(
      Object.entries(functions).map(([name, fn]) => [
        name,
        (/** @type {bigint[]} */ ...words) => {
          const result = fn(...words.map(Number));
          return result === undefined ? result : BigInt(result);
        },
      ]),
    )
  );

/** @param {ArrayLike<bigint>} numbers */
export const numbersOf = (numbers) => Float64Array.from(numbers, Number);

/**
 * @param {WebAssembly.Memory} memory
 * @param {number} ptr
 * @param {number} count
 */
const at = ({ buffer }, ptr, count) => new BigUint64Array(buffer, ptr, count);

/**
 * @param {WebAssembly.Memory} memory
 * @param {number} ptr
 * @param {number} count
 */
export const read = (memory, ptr, count) => Array.from(at(memory, ptr, count), Number);

/**
 * @param {WebAssembly.Memory} memory
 * @param {number} ptr
 * @param {number[]} values
 */
export const write = (memory, ptr, values) => at(memory, ptr, values.length).set(values.map(BigInt));

export const writeHeader = (
  /** @type {WebAssembly.Memory} */ memory,
  /** @type {number} */ ptr,
  /** @type {number} */ bytes,
  /** @type {boolean} */ free,
) => at(memory, ptr - WORD, 1).fill((BigInt(bytes) >> 2n) | (free ? 2n ** 62n : 0n));

export const split = (/** @type {number} */ value) => [value % 2 ** 32, Math.floor(value / 2 ** 32)];
export const joined = (/** @type {Uint32Array} */ words, /** @type {number} */ index) =>
  words[index] + 2 ** 32 * words[index + 1];

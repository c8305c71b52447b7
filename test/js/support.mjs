// What the JavaScript tests share.
import assert from 'node:assert/strict';
import 'heaplet/hardened';
import 'heaplet/small';

/** Whether words have 64 bits here: test/memory64. */
export const wideWords = globalThis.wideWords === true;

export const PROFILES = wideWords ? ['fast', 'hardened'] : ['small', 'fast', 'hardened'];
export const PAGE = 65536;
export const GiB = 2 ** 30;

export const TYPES = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  // Newer engines.
  ...(globalThis.Float16Array ? [globalThis.Float16Array] : []),
];

/**
 * Why there is no shared memory here, as the engine says and not the heap under test: a heap that cannot be made must
 * fail its tests, not skip them.
 */
export const noSharedMemory = (() => {
  try {
    new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    return false;
  } catch (error) {
    return `no shared memory here: ${error.message}`;
  }
})();

/** Values that are no whole number of a word, with the error that each must cause. */
export const BAD_NUMBERS = [
  [-1, RangeError],
  [-0.5, RangeError],
  [1.5, RangeError],
  [Number.NaN, RangeError],
  [Number.POSITIVE_INFINITY, RangeError],
  [Number.NEGATIVE_INFINITY, RangeError],
  [wideWords ? 2 ** 54 : 2 ** 32, RangeError],
  [1e300, RangeError],
  [1n, TypeError],
  ['8', TypeError],
  [null, TypeError],
  [undefined, TypeError],
  [true, TypeError],
  [{}, TypeError],
  [[8], TypeError],
  [{ valueOf: () => 8 }, TypeError],
  [Symbol('8'), TypeError],
  [() => 8, TypeError],
];

/**
 * Asserts that a call is refused with an error of a class whose message begins with the argument's name; a request
 * for more than any memory holds is out of memory instead.
 */
export function refuses(call, ErrorClass, name) {
  assert.throws(call, (error) => {
    assert.ok(error instanceof ErrorClass, `${error} is no ${ErrorClass.name}`);
    if (error.name === 'OutOfMemoryError') assert.ok(error.size >= 2 ** 32, 'a size that is too large');
    else assert.match(error.message, new RegExp(`^${name}: expected .* got `));
    return true;
  });
}

/** A small generator of random numbers: the same sequence for the same seed, on every engine. */
export function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * An exports object made in JavaScript: malloc moves through the memory and never reuses. For what a real module
 * cannot show: a shared memory, numbers that arrive negative, a module that lacks functions.
 */
export function bumpModule(memory, start = 1024) {
  const freed = [];
  let next = start;
  return {
    freed,
    memory,
    malloc(size) {
      const ptr = next;
      next += Math.max(16, (Number(size) + 15) & ~15);
      if (next > memory.buffer.byteLength) memory.grow(Math.ceil((next - memory.buffer.byteLength) / PAGE));
      return ptr | 0;
    },
    free(ptr) {
      freed.push(Number(ptr) >>> 0);
    },
  };
}

/** A file of the repository, in any environment. */
export async function readFile(url) {
  if (url.protocol !== 'file:') return new Uint8Array(await (await fetch(url)).arrayBuffer());
  const { readFileSync } = await import('node:fs');
  return new Uint8Array(readFileSync(url));
}

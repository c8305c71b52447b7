// A maximum that the engine grants: phones refuse large ones, and which are large is not to be known before.
import { check } from './check.js';
import { newMemory } from './create.js';
import { OutOfMemoryError } from './errors.js';

/**
 * A memory with the first of some maxima that is granted.
 * @param {number | undefined} initial bytes
 * @param {undefined | number | (number | undefined)[]} maxima bytes
 * @param {object} more of its descriptor
 * @returns {WebAssembly.Memory}
 */
export function firstMemory(initial, maxima, more) {
  const [maximum, ...others] = [maxima].flat();
  check(!Array.isArray(maxima) || maxima.length, 'maximum', 'one at least', maxima);
  try {
    return newMemory(initial, maximum, more);
  } catch (error) {
    if (others.length === 0 || !(error instanceof OutOfMemoryError)) throw error;
    return firstMemory(initial, others, more);
  }
}

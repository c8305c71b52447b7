// Histories that need much memory on some allocators, and little on others: the calls of each, for replay.mjs.

/** @typedef {import('../tools/random.mjs').Random} Random */
/** @typedef {import('./replay.mjs').Call} Call */

const step = 5000; // bytes

/**
 * @param {number} buffers that grow in turns, to 19 MiB in all
 * @returns {Generator<Call>}
 */
function* appended(buffers) {
  for (let id = 0; id < buffers; id++) yield { op: 'malloc', id, size: step };
  for (let size = 2 * step; size * buffers <= 19 * 2 ** 20; size += step)
    for (let id = 0; id < buffers; id++) yield { op: 'realloc', id, size };
}

/** A buffer that is appended to, and nothing behind it. */
export const appendedBuffer = () => appended(1);

/** Two that are in each other's way. */
export const alternatingBuffers = () => appended(2);

/**
 * A program keeps its state in eight large blocks, which it replaces, and writes a log of small records, which stay: what
 * it has in use grows by less than 700 KB.
 * @param {Random} random
 * @returns {Generator<Call>}
 */
export function* stateAndLog(random) {
  let id = 0;
  const state = Array.from({ length: 8 }, () => undefined);
  for (let round = 0; round < 400; round++) {
    for (let i = 0; i < state.length; i++) {
      const old = state[i];
      state[i] = id++;
      yield { op: 'malloc', id: state[i], size: random.integer(100_000, 400_000) };
      if (old !== undefined) yield { op: 'free', id: old, size: 0 };
      for (let record = 0; record < 2; record++)
        yield { op: 'malloc', id: id++, size: random.integer(20, 180) };
    }
  }
}

/**
 * No buffer fits where one was before, and what lies between two of them stays.
 * @returns {Generator<Call>}
 */
export function* ratchet() {
  let id = 0;
  const buffers = Array.from({ length: 32 }, () => undefined);
  for (let round = 0; round < 300; round++) {
    for (let i = 0; i < buffers.length; i++) {
      const old = buffers[i];
      buffers[i] = id++;
      yield { op: 'malloc', id: buffers[i], size: Math.round(4000 * 1.01 ** round) };
      if (old !== undefined) yield { op: 'free', id: old, size: 0 };
      if (i === 0) yield { op: 'malloc', id: id++, size: 40 };
    }
  }
}

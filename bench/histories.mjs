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
 * Blocks that are replaced in turns, each new one before the old one goes, and what is allocated after it and stays.
 * @param {object} how
 * @param {number} how.blocks
 * @param {number} how.rounds
 * @param {(round: number) => number} how.size of a block, in bytes
 * @param {(block: number) => number[]} how.stays sizes
 * @returns {Generator<Call>}
 */
function* replaced({ blocks, rounds, size, stays }) {
  let id = 0;
  const current = Array.from({ length: blocks }, () => undefined);
  for (let round = 0; round < rounds; round++) {
    for (let block = 0; block < blocks; block++) {
      const old = current[block];
      current[block] = id++;
      yield { op: 'malloc', id: current[block], size: size(round) };
      if (old !== undefined) yield { op: 'free', id: old, size: 0 };
      for (const bytes of stays(block)) yield { op: 'malloc', id: id++, size: bytes };
    }
  }
}

/**
 * A program keeps its state in eight large blocks, which it replaces, and writes a log of small records, which stay: what
 * it has in use grows by less than 700 KB.
 * @param {Random} random
 */
export const stateAndLog = (random) =>
  replaced({
    blocks: 8,
    rounds: 400,
    size: () => random.integer(100_000, 400_000),
    stays: () => [random.integer(20, 180), random.integer(20, 180)],
  });

/** No buffer fits where one was before, and what lies between two of them stays. */
export const ratchet = () =>
  replaced({
    blocks: 32,
    rounds: 300,
    size: (round) => Math.round(4000 * 1.01 ** round),
    stays: (block) => (block === 0 ? [40] : []),
  });

// What a capture's writer and reader agree on: docs/heapcap.md describes it byte by byte.

/** The first bytes of each capture: the format's name and its version. */
export const MAGIC = 'heapcap 1\n';

/** The kinds of chunks. */
export const CHUNK = { about: 1, stacks: 2, events: 3, walk: 4, end: 5 };

/** No chunk is longer: a reader that finds a greater length has lost its way. */
export const LONGEST = 2 ** 26;

/** What an event tells of. The first five are numbered as in the trace that the benchmark replays. */
export const EVENT = {
  malloc: 0,
  calloc: 1,
  alignedAlloc: 2,
  realloc: 3,
  free: 4,
  refused: 5,
  memory: 6,
  figures: 7,
  thread: 8,
  mark: 9,
  reset: 10,
  totals: 11,
};

/** An event's key is its time and, in so many values below it, its kind. */
export const KINDS = 16;

/** A block's state in a walk: two bits below its size. */
export const STATES = /** @type {const} */ (['used', 'cached', 'free']);

const table = new Uint32Array(256).map((_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});

/**
 * CRC-32, as in gzip: of a part of some bytes.
 * @param {Uint8Array} bytes
 * @param {number} start
 * @param {number} end
 */
export function crc32(bytes, start, end) {
  let sum = ~0;
  for (let i = start; i < end; i++) sum = table[(sum ^ bytes[i]) & 255] ^ (sum >>> 8);
  return ~sum >>> 0;
}

/** A capture, or a part of it, that cannot be read. */
export class CaptureError extends Error {
  /** @override */
  get name() {
    return 'CaptureError';
  }
}

// A heap as bytes, and back. A snapshot holds the heap's state and its pools; what else lies in the memory is not in it.
//
//   | mark | signature | base | ranges | start, end of each ... |  bytes of each ...        (little-endian words)
import { show } from './check.js';
import { OutOfMemoryError } from './errors.js';
import { STATE } from './place.js';

/** @typedef {import('./inspect.js').Inspector} Inspector */
/** @typedef {import('./place.js').Place} Place */
/** @typedef {{ start: number, end: number }} Range addresses */

const MARK = 0x31504e53; // "SNP1"
const HEAD = 4;
const PAGE = 65536;

/**
 * Everything that is the heap's.
 * @param {Place} place
 * @param {Inspector} inspector
 * @returns {Range[]} by address
 */
function ranges({ base, exports }, inspector) {
  const start = base + STATE;
  return [{ start, end: start + exports.heaplet_state_bytes() }, ...inspector.pools()];
}

/**
 * The last words of the heap's state, an Extent (wasm/placed.hpp): whether it grows, and what is its own and in no
 * pool.
 * @param {Place} place
 * @returns {{ grows: boolean, spare: Range }}
 */
function extent({ memory, base, exports }) {
  const end = base + STATE + exports.heaplet_state_bytes();
  const [grows, start, bytes] = new Uint32Array(memory.buffer, end - 12, 3);
  return { grows: grows !== 0, spare: { start, end: start + bytes } };
}

/**
 * @param {Place} place
 * @param {Inspector} inspector
 */
export function take(place, inspector) {
  const parts = ranges(place, inspector);
  const head = [MARK, place.build.signature, place.base, parts.length];
  for (const { start, end } of parts) head.push(start, end);
  const bytes = parts.reduce((sum, { start, end }) => sum + end - start, head.length * 4);
  const snapshot = new Uint8Array(bytes);
  new Uint32Array(snapshot.buffer, 0, head.length).set(head);
  let at = head.length * 4;
  for (const { start, end } of parts) {
    snapshot.set(new Uint8Array(place.memory.buffer, start, end - start), at);
    at += end - start;
  }
  return snapshot;
}

/**
 * What a snapshot says about itself.
 * @param {Uint8Array} snapshot
 * @param {Place} place
 * @returns {Range[]}
 */
function read(snapshot, { base, build }) {
  if (!(snapshot instanceof Uint8Array)) {
    throw new TypeError(`snapshot: expected a Uint8Array, got ${show(snapshot)}`);
  }
  const data = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
  /** @param {number} index */
  const word = (index) => (index * 4 + 4 <= data.byteLength ? data.getUint32(index * 4, true) : 0);
  if (word(0) !== MARK) throw new RangeError('snapshot: these bytes are none');
  if (word(1) !== build.signature >>> 0) {
    throw new RangeError('snapshot: made by another profile or another version of heaplet');
  }
  if (word(2) !== base) throw new RangeError(`snapshot: of a heap at ${word(2)}, and this one is at ${base}`);
  const parts = [];
  let bytes = (HEAD + 2 * word(3)) * 4;
  for (let i = 0; i < word(3) && bytes <= data.byteLength; i++) {
    // The end of memory may be 2 ** 32, which is 0 in 32 bits.
    const part = { start: word(HEAD + 2 * i), end: word(HEAD + 2 * i + 1) || 2 ** 32 };
    bytes += part.end - part.start;
    parts.push(part);
  }
  if (bytes !== data.byteLength) throw new RangeError('snapshot: cut short, or longer than it should be');
  return parts;
}

/**
 * @param {Place} place
 * @param {Inspector} inspector
 * @param {Uint8Array} snapshot
 */
export function bringBack(place, inspector, snapshot) {
  const { memory, exports } = place;
  const parts = read(snapshot, place);
  const { grows, spare } = extent(place);
  const owned = joined([...ranges(place, inspector), spare].filter(({ start }) => start));
  const last = owned[owned.length - 1];
  const end = parts.reduce((most, part) => Math.max(most, part.end), 0);
  // Memory that ends with this heap may grow for what the snapshot had more.
  const fresh = { start: last.end, end: Math.max(end, last.end) };
  const missing = end - memory.buffer.byteLength;
  if (end > last.end && (!grows || memory.buffer.byteLength > last.end)) throw foreign(last.end, end);
  const whole = joined([...owned, fresh]);
  for (const part of parts) {
    if (!whole.some(({ start, end }) => start <= part.start && part.end <= end))
      throw foreign(part.start, part.end);
  }
  if (missing > 0) {
    try {
      memory.grow(Math.ceil(missing / PAGE));
    } catch {
      throw new OutOfMemoryError(end);
    }
  }
  let at = snapshot.byteLength - parts.reduce((sum, part) => sum + part.end - part.start, 0);
  for (const { start, end } of parts) {
    new Uint8Array(memory.buffer).set(snapshot.subarray(at, at + end - start), start);
    at += end - start;
  }
  // What the heap has taken since: it is the heap's still.
  const left = last.start <= end ? last.end - end : 0;
  exports.heaplet_spare(end, grows ? Math.max(left, 0) : 0);
}

/**
 * Ranges that touch as one.
 * @param {Range[]} parts
 */
function joined(parts) {
  /** @type {Range[]} */
  const whole = [];
  for (const { start, end } of parts.sort((a, b) => a.start - b.start)) {
    const before = whole[whole.length - 1];
    // A range begins on a granule: up to that, what lies between two is nobody's.
    if (before && start - before.end < 16) before.end = Math.max(before.end, end);
    else whole.push({ start, end });
  }
  return whole;
}

/**
 * @param {number} start
 * @param {number} end
 */
const foreign = (start, end) =>
  new RangeError(`snapshot: it holds the bytes from ${start} to ${end}, which are not this heap's`);

// A heap as bytes, and back. A snapshot holds the heap's state and its pools; what else lies in the memory is not in it.
//
//   | signature | base | ranges | start, end of each ... |  bytes of each ...        (little-endian words)
import { check, isA } from './check.js';
import { bufferOf, grow } from './memory.js';
import { extentOf, STATE } from './place.js';

/** @typedef {import('./place.js').Place} Place */
/** @typedef {{ start: number, end: number }} Range addresses */

/**
 * Everything that is the heap's.
 * @param {Place} place
 * @param {Range[]} pools
 */
function ranges({ base, build }, pools) {
  const start = base + STATE;
  return [{ start, end: start + build.stateBytes }, ...pools];
}

/**
 * @param {Place} place
 * @param {Range[]} pools
 */
export function take(place, pools) {
  const parts = ranges(place, pools);
  const head = [place.build.signature, place.base, parts.length];
  for (const { start, end } of parts) head.push(start, end);
  const pieces = [new Uint8Array(Uint32Array.from(head).buffer)];
  for (const { start, end } of parts) {
    pieces.push(new Uint8Array(bufferOf(place.memory, end), start, end - start));
  }
  const snapshot = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    snapshot.set(piece, at);
    at += piece.length;
  }
  return snapshot;
}

/** @param {string} what is wrong */
const wrong = (what) => new RangeError(`snapshot: ${what}`);

/**
 * The ranges of a snapshot, whose bytes are at its end.
 * @param {Uint8Array} snapshot
 * @param {Place} place
 * @returns {Range[]}
 */
function read(snapshot, { base, build }) {
  check(isA(snapshot, 'Uint8Array'), 'snapshot', 'a Uint8Array', snapshot);
  const data = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
  /** @param {number} index */
  const word = (index) => (index * 4 + 4 <= data.byteLength ? data.getUint32(index * 4, true) : 0);
  if (word(0) !== build.signature >>> 0) throw wrong('not one of this profile and version of heaplet');
  if (word(1) !== base) throw wrong(`of a heap at ${word(1)}, and this one is at ${base}`);
  const parts = [];
  let bytes = 12 + 8 * word(2);
  for (let at = 3; at < 3 + 2 * word(2) && bytes <= data.byteLength; at += 2) {
    // The end of memory may be 2 ** 32, which is 0 in 32 bits.
    const part = { start: word(at), end: word(at + 1) || 2 ** 32 };
    bytes += part.end - part.start;
    parts.push(part);
  }
  if (bytes !== data.byteLength) throw wrong('cut short, or longer than it should be');
  return parts;
}

/**
 * @param {Place} place
 * @param {Range[]} pools
 * @param {Uint8Array} snapshot
 */
export function bringBack(place, pools, snapshot) {
  const { memory } = place;
  const parts = read(snapshot, place);
  const [grows, spare, spareBytes] = extentOf(place);

  const owned = ranges(place, pools);
  for (const range of owned) if (range.end === spare) range.end += spareBytes;
  const end = parts[parts.length - 1].end;
  // What the heap has taken behind that since is the heap's still, up to somebody else's.
  const left = owned.find((range) => range.start <= end && end <= range.end)?.end ?? end;
  const last = owned[owned.length - 1];
  // Memory that ends with this heap may grow for what the snapshot had more.
  if (grows && memory.buffer.byteLength <= last.end) last.end = 2 ** 32;
  for (const { start, end } of parts) {
    if (!owned.some((range) => range.start <= start && end <= range.end)) {
      throw wrong(`it holds the bytes from ${start} to ${end}, which are not this heap's`);
    }
  }
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) grow(memory, missing);

  const bytes = new Uint8Array(memory.buffer);
  let at = 12 + 8 * parts.length;
  for (const { start, end } of parts) {
    bytes.set(snapshot.subarray(at, at + end - start), start);
    at += end - start;
  }
  extentOf(place).set([grows, end, grows ? left - end : 0]);
}

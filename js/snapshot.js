// A heap as bytes, and back. A snapshot holds the heap's state and its pools; what else lies in the memory is not in it.
//
//   | signature | base | ranges | start, end of each ... |  bytes of each ...  | checksum     (little-endian words)
//
// The bytes may come from a disk, a network, another version: nothing changes before the checksum has proved that they
// are those of a heap at this place, and the heap is as it was if the walker finds fault with what they hold.
import { checkA } from './check.js';
import { checksum } from './checksum.js';
import { blocksOf, bytesIn, check as checkHeap, giveBack, poolsOf } from './inspect.js';
import { EPOCH, keeperOf } from './kept.js';
import { bufferOf, grow } from './memory.js';
import { extentOf, renew, STATE, setExtent, words as wordsOf } from './place.js';
import { joined, split, WORD } from './word.js';

/** @typedef {import('./place.js').Place} Place */
/** @typedef {number[]} Range where it begins, and where it ends */

/** 32-bit words that an address takes. */
const EACH = WORD / 4;

/** The version of this format, a part of the signature. The first had no checksum. */
const FORMAT = 2;
/** The same; but there are blocks that threads had kept, which are marked as such: see kept.js. */
const KEEPING = 3;

/**
 * The state of a heap.
 * @param {Place} place
 * @returns {Range}
 */
const stateOf = ({ base, build }) => [base + STATE, base + STATE + build.stateBytes];

/** @param {Place} place */
export function take(place) {
  const parts = [stateOf(place), ...poolsOf(place)];
  const numbers = parts.flat().flatMap(split);
  const head = [place.build.signature ^ FORMAT, ...split(place.base), parts.length, ...numbers];
  let at = 4 * head.length;
  const words = new Uint32Array(head.length + bytesIn(parts) / 4 + 1);
  const snapshot = new Uint8Array(words.buffer);
  words.set(head);
  const copied = new Int32Array(words.buffer);
  const kept = blocksOf(place).filter(({ state }) => state === 'kept');
  for (const [start, end] of parts) {
    snapshot.set(new Uint8Array(bufferOf(place.memory, end), start, end - start), at);
    // As the copy has them: other threads may have taken some of them meanwhile.
    for (const { ptr } of kept) {
      const word = (at + ptr - start) / 4;
      if (ptr < start || ptr >= end || !keeperOf(copied, word, ptr, wordsOf(place)[EPOCH])) continue;
      copied[word] = ptr ^ place.build.signature;
      words[0] = place.build.signature ^ KEEPING;
    }
    at += end - start;
  }
  words[at / 4] = checksum(words);
  return snapshot;
}

/** @param {string} what is wrong */
const wrong = (what) => new RangeError(`snapshot: ${what}`);

/**
 * The ranges of a snapshot, whose bytes lie behind them.
 * @param {Place} place
 * @param {Uint8Array} snapshot
 * @returns {Range[]} the heap's state, then pools, by address
 */
export function read(place, snapshot) {
  checkA('snapshot', 'Uint8Array', snapshot);
  // A part of a larger buffer may lie anywhere in it.
  const { buffer, byteOffset, length } = snapshot.byteOffset % 4 ? new Uint8Array(snapshot) : snapshot;
  const words = new Uint32Array(buffer, byteOffset, length >> 2);
  const [signature] = words;
  const base = joined(words, 1);
  const count = words[1 + EACH];
  const format = signature ^ place.build.signature;
  if (format !== FORMAT && format !== KEEPING) throw wrong('not one of this profile and version of heaplet');
  if (length % 4 || words[words.length - 1] !== checksum(words)) throw wrong('cut short or changed');
  if (base !== place.base) throw wrong(`of a heap at ${base}, and this one is at ${place.base}`);
  const parts = [];
  let [last, stateEnd] = stateOf(place);
  const first = 2 + EACH;
  let bytes = 4 * (first + 2 * EACH * count + 1);
  for (let i = 0; i < count && bytes <= length; i++) {
    const at = first + 2 * EACH * i;
    // The end of memory may be 2 ** 32, which is 0 in 32 bits.
    const [start, end] = [joined(words, at), joined(words, at + EACH) || 2 ** 32];
    // In their order, each behind the one before.
    bytes += start < last || end <= start || start % 16 ? Number.NaN : end - start;
    last = end;
    parts.push([start, end]);
  }
  if (bytes !== length || parts[0]?.[1] !== stateEnd) throw wrong('its ranges are not those of a heap');
  return parts;
}

/**
 * @param {Place} place
 * @param {Uint8Array} snapshot
 * @param {Range[]} parts
 */
export function bringBack(place, snapshot, parts) {
  const { memory } = place;
  // What is in no pool lies behind one, or was the heap's before an older state came back.
  const [grows, spare, spareBytes] = extentOf(place);
  const owned = [stateOf(place), ...poolsOf(place), ...place.lost];
  for (const range of owned) if (range[1] === spare) range[1] += spareBytes;
  // Memory that ends with this heap may grow for what the snapshot had more.
  const open = grows && owned.find(([, end]) => end >= memory.buffer.byteLength);
  /** @param {Range} part */
  const ownerOf = ([start, end]) =>
    owned.find((range) => range[0] <= start && (end <= range[1] || range === open));
  for (const part of parts) {
    if (!ownerOf(part))
      throw wrong(`it holds the bytes from ${part.join(' to ')}, which are not this heap's`);
  }
  const [, end] = parts[parts.length - 1];
  // What the heap has taken behind that since is the heap's still, up to somebody else's.
  const left = Math.max(end, ownerOf([end, end])?.[1] ?? 0);
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) grow(memory, missing);

  const bytes = new Uint8Array(memory.buffer);
  // Kept until the walker has seen what comes in their place. It could walk in a memory beside this one, but that would
  // have to reach as far up as the heap does, which for a large heap, or a small one at the end of a large memory, no
  // engine may grant.
  const before = parts.map(([start, end]) => bytes.slice(start, end));
  // The state comes last, and is none before: if this thread is terminated meanwhile, no other finds a heap here.
  bytes.fill(255, parts[0][0], parts[0][1]);
  let at = snapshot.length - 4;
  for (const [start, end] of [...parts].reverse()) {
    at -= end - start;
    bytes.set(snapshot.subarray(at, at + end - start), start);
  }
  setExtent(place, [grows, end, grows ? left - end : 0]);
  try {
    checkHeap(place);
    const [signature] = new Uint32Array(snapshot.slice(0, 4).buffer);
    if ((signature ^ place.build.signature) === KEEPING) giveBack(place, () => true, place.build.signature);
  } catch (fault) {
    for (const [i, [start]] of parts.entries()) bytes.set(before[i], start);
    throw wrong(`it holds a broken heap: ${fault}`);
  }
  renew(place);
  place.lost = owned.filter(([start]) => !parts.some((part) => part[0] === start));
}

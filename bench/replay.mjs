// Traces as the harness replays them, and the histories that are made for the memory they need.
import { readTrace } from '../tools/trace.mjs';

/** @typedef {import('../tools/random.mjs').Random} Random */

const codes = { malloc: 0, aligned_alloc: 0, calloc: 1, realloc: 2, free: 3 };

/**
 * @typedef {object} Script what the harness replays
 * @property {Uint32Array} words two an operation: slot * 4 + code, and a size in bytes
 * @property {number} slots as many as blocks are ever alive at once
 * @property {number} operations
 */

/** @typedef {Omit<import('../tools/trace.mjs').Operation, 'alignment'>} Call of the allocator */

/**
 * Blocks' numbers become slots, which are used again. An alignment is left out: not every allocator takes one.
 * @param {Iterable<Call>} operations
 * @returns {Script}
 */
export function script(operations) {
  const words = [];
  const slotOf = new Map();
  const unused = [];
  let slots = 0;
  for (const { op, id, size } of operations) {
    if (!slotOf.has(id)) slotOf.set(id, unused.pop() ?? slots++);
    const slot = slotOf.get(id);
    words.push(slot * 4 + codes[op], Math.max(size, 1)); // Rust's allocators know no block of 0 bytes
    if (op !== 'free') continue;
    slotOf.delete(id);
    unused.push(slot);
  }
  return { words: Uint32Array.from(words), slots, operations: words.length / 2 };
}

/** @returns {Script} of a recorded trace */
export const fromTrace = (trace) => script(readTrace(trace));

/**
 * A buffer grows by a page at each of 400 steps: the new one is allocated, then the old one freed.
 * @returns {Generator<Call>}
 */
export function* growingBuffer({ pinned }) {
  let id = 0;
  let old;
  for (let step = 1; step <= 400; step++) {
    const buffer = id++;
    yield { op: 'malloc', id: buffer, size: step * 65536 };
    if (old !== undefined) yield { op: 'free', id: old, size: 0 };
    old = buffer;
    if (pinned) yield { op: 'malloc', id: id++, size: 40 };
  }
}

/** Bytes that a program frees before it wants something else. */
const phase = 24 * 2 ** 20;

/**
 * As much of one size is allocated and freed, then as much of another.
 * @param {Random} [random] shuffles what is freed; without it blocks go in the order in which they came
 * @returns {Generator<Call>}
 */
export function* phases(first, second, random) {
  let id = 0;
  for (const size of [first, second]) {
    const [from, to] = [id, id + Math.floor(phase / size)];
    while (id < to) yield { op: 'malloc', id: id++, size };
    const freed = Array.from({ length: to - from }, (_, i) => from + i);
    random?.shuffle(freed);
    for (const block of freed) yield { op: 'free', id: block, size: 0 };
  }
}

/** Operations between two looks at the memory, of so many: the trace is copied into the heap in such portions. */
const portionOf = (operations) => Math.min(4096, Math.ceil(operations / 32));

/**
 * Replays on a new heap.
 * @param {WebAssembly.Exports} heap
 * @param {Script} history
 * @param {(run: () => number) => number} timed runs the harness
 * @param {() => boolean} enough whether to stop early
 * @returns {{ checksum: number, curve: number[], done: number }} pages after each portion; operations
 */
export function replay(heap, { words, slots, operations }, timed, enough) {
  const portion = portionOf(operations);
  const table = heap.replay_begin(slots);
  const buffer = heap.replay_buffer(portion);
  let checksum = 0;
  const curve = [];
  let at = 0;
  for (; at < operations && !enough(); at += portion) {
    const part = words.subarray(2 * at, 2 * Math.min(at + portion, operations));
    new Uint32Array(heap.memory.buffer, buffer >>> 0, part.length).set(part);
    checksum = (checksum + timed(() => heap.replay(table, buffer, part.length / 2))) >>> 0;
    curve.push(heap.memory.buffer.byteLength / 65536);
  }
  return { checksum, curve, done: Math.min(at, operations) };
}

/** @returns {number[]} the bytes that are asked for and not freed, after each portion */
export function liveBytes({ words, slots, operations }) {
  const portion = portionOf(operations);
  const sizes = new Float64Array(slots);
  const curve = [];
  let live = 0;
  for (let i = 0; i < operations; i++) {
    const slot = words[2 * i] >>> 2;
    live -= sizes[slot];
    sizes[slot] = (words[2 * i] & 3) === codes.free ? 0 : words[2 * i + 1];
    live += sizes[slot];
    if ((i + 1) % portion === 0 || i + 1 === operations) curve.push(live);
  }
  return curve;
}

// Allocation traces: what a real program asked of its allocator, in order, without its addresses.
//
// A trace is bytes. Numbers are unsigned LEB128: seven bits a byte, lowest first, the top bit set on all but
// the last.
//
//   "heaplet trace 1\n"    16 bytes of ASCII
//   operation ...          until the end
//
//   operation = (size in bytes * 8 + code), then what the code asks for:
//
//     code 0  malloc
//     code 1  calloc         size is all of it, count times size
//     code 2  aligned_alloc  then log2 of the alignment
//     code 3  realloc        then the block
//     code 4  free           size is 0; then the block
//
// Blocks are numbered from 0 as they are allocated; realloc keeps the number, whether or not the block moves.
// In realloc and free, "the block" is how many blocks were allocated since: 0 is the last one, mostly a small
// number.
// Only calls that succeeded are in a trace: no null is freed, and realloc of null is written as malloc.
import { Reader, unsigned } from './binary.mjs';

const magic = 'heaplet trace 1\n';
const codes = { malloc: 0, calloc: 1, aligned_alloc: 2, realloc: 3, free: 4 };
const names = /** @type {Operation['op'][]} */ (Object.keys(codes));

/** Writes a trace. */
export class TraceWriter {
  #bytes = [...new TextEncoder().encode(magic)];
  #blocks = 0;
  /** Operations so far. */
  length = 0;

  /** @returns {number} the new block */
  malloc(size) {
    this.#operation(codes.malloc, size);
    return this.#blocks++;
  }

  /** @returns {number} the new block */
  calloc(size) {
    this.#operation(codes.calloc, size);
    return this.#blocks++;
  }

  /** @returns {number} the new block */
  aligned_alloc(alignment, size) {
    this.#operation(codes.aligned_alloc, size);
    this.#number(Math.log2(alignment));
    return this.#blocks++;
  }

  realloc(id, size) {
    this.#operation(codes.realloc, size);
    this.#number(this.#blocks - 1 - id);
  }

  free(id) {
    this.#operation(codes.free, 0);
    this.#number(this.#blocks - 1 - id);
  }

  /** @returns {Uint8Array} the trace */
  bytes() {
    return Uint8Array.from(this.#bytes);
  }

  #operation(code, size) {
    this.#number(size * 8 + code);
    this.length++;
  }

  #number(value) {
    this.#bytes.push(...unsigned(value));
  }
}

/**
 * @typedef {object} Operation
 * @property {'malloc' | 'calloc' | 'aligned_alloc' | 'realloc' | 'free'} op
 * @property {number} id the block: 0, 1, 2 ... in the order of allocation
 * @property {number} size bytes; 0 for free
 * @property {number} alignment bytes; 0 but for aligned_alloc
 */

/**
 * The operations of a trace, in order.
 * @param {Uint8Array} bytes
 * @returns {Generator<Operation>}
 * @throws {Error} that says where a trace is broken: each block named is alive, nothing is cut off
 */
export function* readTrace(bytes) {
  if (new TextDecoder().decode(bytes.subarray(0, magic.length)) !== magic) {
    throw new Error('trace: does not begin as a trace does');
  }
  const reader = new Reader(bytes, magic.length, 'trace: ends within an operation');
  const alive = [];
  while (!reader.done) {
    const start = reader.at;
    const key = reader.number();
    const op = names[key % 8];
    if (op === undefined) throw new Error(`trace: unknown operation ${key % 8} at byte ${start}`);
    const size = Math.floor(key / 8);
    if (op === 'realloc' || op === 'free') {
      const id = alive.length - 1 - reader.number();
      if (!alive[id])
        throw new Error(`trace: ${op} of block ${id}, which is not allocated, at byte ${start}`);
      if (op === 'free') alive[id] = false;
      yield { op, id, size, alignment: 0 };
    } else {
      const alignment = op === 'aligned_alloc' ? 2 ** reader.number() : 0;
      yield { op, id: alive.push(true) - 1, size, alignment };
    }
  }
}

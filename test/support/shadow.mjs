// The shadow of a heap: knows every live block and every region that is somebody else's, and finds out when the
// heap gives a byte away twice, misaligns a block, or changes a byte that is not its own.
//
// Each block is filled with a pattern of its own, to its usable size. A block of up to 64 KiB is filled and
// compared whole; of a larger one its two ends and samples between.
import assert from 'node:assert/strict';
import { Random } from '../../tools/random.mjs';

// The pattern's period is a prime: a block that was moved by any even distance does not look right.
const period = 65521;
const pattern = new Uint8Array(2 * period);
{
  const random = new Random('pattern');
  for (let i = 0; i < period; i++) pattern[i] = pattern[i + period] = random.word();
}

const edge = 4096;
const sample = 64;
const samples = 32;

/** The ranges, [from, to) in the block, of a block's first `length` bytes that are written and compared. */
function* ranges(length) {
  if (length <= period) {
    if (length > 0) yield [0, length];
    return;
  }
  yield [0, edge];
  const stride = Math.floor((length - 2 * edge) / samples);
  for (let i = 0, from = edge; i < samples && stride > sample; i++, from += stride)
    yield [from, from + sample];
  yield [length - edge, length];
}

const zeros = new Uint8Array(65536);

const hex = (address) => `0x${address.toString(16)}`;

/**
 * @typedef {object} Block
 * @property {number} start
 * @property {number} size that was asked for
 * @property {number} extent its usable size: what is filled
 * @property {number} held what the heap may have taken for it
 * @property {number} key where its pattern begins
 * @property {boolean} [foreign] it is somebody else's region
 */

export class Shadow {
  /** Addresses of all blocks and foreign regions, in order. */
  #starts = [];
  #blocks = new Map();
  #keys = 0;

  /** @param {import('../../tools/modules.mjs').HeapModule} heap */
  constructor(heap) {
    this.heap = heap;
  }

  /** How many blocks are live. */
  get live() {
    return this.#blocks.size - this.foreign;
  }

  foreign = 0;

  /** The live block at an address. */
  block(start) {
    const block = this.#blocks.get(start);
    assert(block && !block.foreign, `${hex(start)} is no live block`);
    return block;
  }

  // The index of the first entry at or above an address.
  #index(address) {
    let [low, high] = [0, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle] < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #at(index) {
    return this.#blocks.get(this.#starts[index]);
  }

  /** @param {Block} block */
  #describe({ start, size, extent, foreign }) {
    return `${foreign ? 'the foreign region' : 'the block'} ${hex(start)}..${hex(start + extent)} of ${size} B`;
  }

  #insert(block) {
    const { start, extent } = block;
    const end = start + extent;
    assert(start > 0 && end <= this.heap.bytes.length, `${this.#describe(block)} does not lie in memory`);
    const index = this.#index(start);
    const [before, after] = [this.#at(index - 1), this.#at(index)];
    for (const other of [before, after]) {
      if (!other || other.start >= end || other.start + other.extent <= start) continue;
      assert.fail(`${this.#describe(block)} overlaps ${this.#describe(other)}`);
    }
    this.#starts.splice(index, 0, start);
    this.#blocks.set(start, block);
    this.#fill(block);
  }

  #fill({ start, key, extent }) {
    const { bytes } = this.heap;
    for (const [from, to] of ranges(extent)) {
      const at = (key + from) % period;
      bytes.set(pattern.subarray(at, at + to - from), start + from);
    }
  }

  /**
   * @param {Block} block
   * @param {number[]} range of it: from, to
   * @param {() => string} what it is
   */
  #compare({ start, key }, [from, to], what) {
    const at = (key + from) % period;
    const actual = this.heap.bytes.subarray(start + from, start + to);
    const expected = pattern.subarray(at, at + to - from);
    if (Buffer.compare(actual, expected) === 0) return;
    const offset = actual.findIndex((byte, i) => byte !== expected[i]);
    const found = `${hex(actual[offset])} instead of ${hex(expected[offset])}`;
    assert.fail(`${what()} changed: its byte ${from + offset} is ${found}`);
  }

  /** Checks what a block holds. */
  verify(block) {
    for (const range of ranges(block.extent)) this.#compare(block, range, () => this.#describe(block));
  }

  /** Checks that these bytes are zero, all of them. */
  verifyZero(start, length) {
    for (let from = 0; from < length; from += zeros.length) {
      const actual = this.heap.bytes.subarray(start + from, start + Math.min(from + zeros.length, length));
      if (Buffer.compare(actual, zeros.subarray(0, actual.length)) === 0) continue;
      assert.fail(
        `byte ${from + actual.findIndex((byte) => byte !== 0)} of the block ${hex(start)} is not zero`,
      );
    }
  }

  /** The heap returned a block. */
  allocated(start, size, alignment = 16) {
    const { heap } = this;
    const usable = heap.malloc_usable_size?.(start) ?? size;
    // All but `small` round a request up, by at most 1/32, of which not every heap lets the user have what that adds.
    const rounded = heap.profile === 'small' ? size : size + Math.floor(size / 32);
    const held = Math.max(usable, rounded);
    const block = { start, size, extent: usable, held, key: this.#newKey() };
    assert(start % Math.max(alignment, 16) === 0, `${this.#describe(block)} is not aligned to ${alignment}`);
    assert(usable >= size, `${this.#describe(block)}: malloc_usable_size is ${usable}`);
    this.#insert(block);
    return block;
  }

  /** A block was resized; where it stayed, a heap that does not tell the usable size may have kept what was cut off. */
  resized(old, start, size) {
    this.forget(old.start);
    this.#verifyMoved(old, start, Math.min(old.size, size));
    this.verifyNeighbours(old.start);
    const block = this.allocated(start, size);
    if (start === old.start && !this.heap.malloc_usable_size) block.held = Math.max(size, old.held);
  }

  #newKey() {
    this.#keys = (this.#keys + 7919) % period;
    return this.#keys;
  }

  /** A block is about to be freed: it must be whole. */
  remove(start) {
    this.verify(this.block(start));
    this.forget(start);
  }

  /** A block is live no more. */
  forget(start) {
    this.#starts.splice(this.#index(this.block(start).start), 1);
    this.#blocks.delete(start);
  }

  /** The first `length` bytes of `old` must be at `start` now. */
  #verifyMoved(old, start, length) {
    const moved = { ...old, start };
    for (const [from, to] of ranges(old.extent)) {
      if (from >= length) break;
      const range = [from, Math.min(to, length)];
      this.#compare(moved, range, () => `the resized ${this.#describe(old)}, now at ${hex(start)},`);
    }
  }

  /** Somebody else owns these bytes from now on: they are filled and must stay. */
  own(start, extent) {
    this.#insert({ start, size: extent, extent, held: extent, key: this.#newKey(), foreign: true });
    this.foreign++;
  }

  /** Checks what lies on both sides of an address. */
  verifyNeighbours(address) {
    const index = this.#index(address);
    for (const near of [index - 1, index, index + 1]) {
      const block = this.#at(near);
      if (block) this.verify(block);
    }
  }

  verifyAll() {
    for (const block of this.#blocks.values()) this.verify(block);
  }

  /** The addresses of all live blocks. */
  addresses() {
    return this.#starts.filter((start) => !this.#blocks.get(start).foreign);
  }

  /** The most bytes in a row, between the first entry and `limit`, that belong to nobody. */
  largestGap(limit) {
    let [largest, end] = [0, this.#starts[0] ?? limit];
    for (const start of this.#starts) {
      largest = Math.max(largest, start - end);
      end = start + this.#blocks.get(start).held;
    }
    return Math.max(largest, limit - end);
  }
}

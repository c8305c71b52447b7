// What a capture tells, to be asked: every block that there was, from when to when, and by whom.
//
//   step     0    1    2    3    4 ...       one for each block that comes or goes
//   block A  |---------|                     begins at step 0, ends at step 2
//   block B       |---------------- ...      never ends: it leaks, or the recording ended
//
// A moment is a number of steps that are done: at moment 2 both blocks are there.
import { AddressMap, byAddress, Column } from './columns.js';
import { EVENT } from './format.js';
import { readCapture } from './reader.js';

/** @typedef {import('./writer.js').Walk} Walk */
/** @typedef {import('./reader.js').Reading} Reading */

/** The end of a block that has none. */
export const NEVER = 0xffffffff;

/** The stack of what was there before the recording. */
const BEFORE = '(before the recording, or unseen by it)';

/**
 * What a stack, or anything else, has taken.
 * @typedef {object} Usage
 * @property {number} stack
 * @property {number} blocks
 * @property {number} bytes that they have, of which they asked for most
 */

/** A recorded history. */
export class History {
  /** @type {Record<string, any>} */
  about = {};
  /** @type {string[]} */
  frames = [];
  /** Of each stack the one that it continues, and its last frame. Stack 0 is empty. */
  parents = new Column(Uint32Array);
  lastFrames = new Column(Uint32Array);
  address = new Column(Uint32Array);
  size = new Column(Uint32Array);
  usable = new Column(Uint32Array);
  stack = new Column(Uint32Array);
  thread = new Column(Uint8Array);
  from = new Column(Uint32Array);
  to = new Column(Uint32Array);
  /** Of each step when it was, in microseconds. */
  times = new Column(Float64Array);
  /** Of each step: the block that begins, plus 1, or less than 0 the one that ends. */
  steps = new Column(Int32Array);
  /** @type {Array<{ step: number, time: number, bytes: number }>} the memory's size */
  memory = [];
  /** @type {Array<{ step: number, time: number, poolBytes: number, largestFree: number }>} */
  figures = [];
  /** @type {Array<{ step: number, time: number, blocks: number, bytes: number }>} */
  totals = [];
  /** @type {Array<{ step: number, time: number, size: number, stack: number }>} */
  refusals = [];
  /** @type {Array<{ step: number, time: number, text: string }>} */
  marks = [];
  /** @type {Array<{ step: number, time: number, walk: Walk }>} */
  walks = [];
  /** Events of all kinds. */
  events = 0;
  /** @type {Reading} */
  reading;
  #live = new AddressMap();
  #before = 0;

  /** @param {Uint8Array} bytes of a capture: see `readCapture` */
  constructor(bytes) {
    this.parents.push(0);
    this.lastFrames.push(0);
    this.reading = readCapture(bytes, {
      about: (about) => {
        Object.assign(this.about, about);
        // What is divided by must be a number, whoever has written it.
        if (!(about?.sampling?.bytes > 0)) delete this.about.sampling;
      },
      events: (count) => {
        this.events += count;
      },
      frame: (text) => this.frames.push(text),
      stack: (parent, frame) => {
        // A parent comes before its children, whatever the bytes say: so no walk up goes round in a circle.
        this.parents.push(parent < this.parents.length ? parent : 0);
        this.lastFrames.push(frame);
      },
      block: (kind, time, address, size, usable, stack, old, thread) => {
        if (kind === EVENT.realloc) this.#end(time, old);
        this.#begin(time, address, size, usable, stack, thread);
      },
      free: (time, address) => this.#end(time, address),
      mark: (time, text) => this.marks.push({ step: this.moments, time, text }),
      walk: (time, walk) => this.#walk(time, walk),
      other: (kind, time, a, b) => this.#other(kind, time, a, b),
    });
  }

  /**
   * @param {number} time
   * @param {number} address
   * @param {number} size
   * @param {number} usable
   * @param {number} stack
   * @param {number} thread
   */
  #begin(time, address, size, usable, stack, thread) {
    const block = this.address.length;
    // Where another lies the recording has not seen it go.
    const before = this.#live.set(address, block);
    if (before >= 0) this.#ends(time, before);
    this.address.push(address);
    this.size.push(size);
    this.usable.push(usable);
    this.stack.push(stack < this.parents.length ? stack : 0);
    this.thread.push(thread);
    this.from.push(this.steps.length);
    this.to.push(NEVER);
    this.steps.push(block + 1);
    this.times.push(time);
  }

  /**
   * @param {number} time
   * @param {number} address
   */
  #end(time, address) {
    const block = this.#live.take(address);
    if (block >= 0) this.#ends(time, block);
  }

  /**
   * @param {number} time
   * @param {number} block
   */
  #ends(time, block) {
    this.to.raw[block] = this.steps.length;
    this.steps.push(-block - 1);
    this.times.push(time);
  }

  /**
   * The walker has seen all: what the recording has not seen begins or ends now.
   * @param {number} time
   * @param {Walk} walk
   */
  #walk(time, walk) {
    // With some blocks only recorded, most that are there are rightly unknown.
    if (!this.about.sampling) {
      const there = new Map(
        walk.blocks.filter(({ state }) => state === 'used').map((block) => [block.ptr, block]),
      );
      /** @type {number[]} */
      const gone = [];
      this.#live.forEach((address) => {
        if (!there.has(address)) gone.push(address);
      });
      for (const address of gone) this.#end(time, address);
      for (const [ptr, { size }] of there) {
        const block = this.#live.get(ptr);
        if (block < 0) this.#begin(time, ptr, size, size, this.#unseen(), 0);
        else this.usable.raw[block] = size;
      }
    }
    this.walks.push({ step: this.moments, time, walk });
  }

  #unseen() {
    if (this.#before === 0) {
      this.#before = this.parents.length;
      this.parents.push(0);
      this.lastFrames.push(this.frames.push(BEFORE) - 1);
    }
    return this.#before;
  }

  /**
   * @param {number} kind
   * @param {number} time
   * @param {number} a
   * @param {number} b
   */
  #other(kind, time, a, b) {
    const step = this.moments;
    if (kind === EVENT.memory) this.memory.push({ step, time, bytes: a });
    else if (kind === EVENT.figures) this.figures.push({ step, time, poolBytes: a, largestFree: b });
    else if (kind === EVENT.totals) this.totals.push({ step, time, blocks: a, bytes: b });
    else if (kind === EVENT.refused) this.refusals.push({ step, time, size: a, stack: b });
    else if (kind === EVENT.reset) {
      /** @type {number[]} */
      const all = [];
      this.#live.forEach((address) => {
        all.push(address);
      });
      for (const address of all) this.#end(time, address);
    }
  }

  /** The last moment: how many steps there are. */
  get moments() {
    return this.steps.length;
  }

  /**
   * When a moment is, in microseconds.
   * @param {number} moment
   */
  timeOf(moment) {
    if (moment >= this.moments) return Math.max(this.reading.time, this.times.raw[this.moments - 1] ?? 0);
    return moment > 0 ? this.times.raw[moment - 1] : 0;
  }

  /**
   * The moment at a time: when all steps up to it are done.
   * @param {number} time microseconds
   */
  momentAt(time) {
    const { raw } = this.times;
    let [low, high] = [0, this.moments];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (raw[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * The blocks that are there at a moment, by address.
   * @param {number} [moment]
   * @returns {Uint32Array} their numbers
   */
  liveAt(moment = this.moments) {
    return this.#select((_, from, to) => from < moment && to >= moment);
  }

  /**
   * The blocks that were allocated between two moments and are there at the second.
   * @param {number} first
   * @param {number} second
   */
  keptBetween(first, second) {
    return this.#select((_, from, to) => from >= first && from < second && to >= second);
  }

  /** @param {(block: number, from: number, to: number) => boolean} wanted */
  #select(wanted) {
    const [from, to] = [this.from.raw, this.to.raw];
    const found = new Column(Uint32Array);
    for (let block = 0; block < this.from.length; block++) {
      if (wanted(block, from[block], to[block])) found.push(block);
    }
    return byAddress(found.values, this.address.raw);
  }

  /**
   * How many blocks one that was recorded stands for: more than 1 where only some were.
   * @param {number} block
   */
  weight(block) {
    const rate = this.about.sampling?.bytes;
    return rate ? 1 / (1 - Math.exp(-Math.max(this.size.raw[block], 1) / rate)) : 1;
  }

  /**
   * Blocks and bytes by stack, the most bytes first.
   * @param {Uint32Array} blocks
   * @returns {Usage[]}
   */
  byStack(blocks) {
    const count = this.parents.length;
    const [number, bytes] = [new Float64Array(count), new Float64Array(count)];
    for (const block of blocks) {
      const weight = this.weight(block);
      const stack = this.stack.raw[block];
      number[stack] += weight;
      bytes[stack] += weight * this.usable.raw[block];
    }
    /** @type {Usage[]} */
    const usage = [];
    for (let stack = 0; stack < count; stack++) {
      if (number[stack])
        usage.push({ stack, blocks: Math.round(number[stack]), bytes: Math.round(bytes[stack]) });
    }
    return usage.sort((a, b) => b.bytes - a.bytes);
  }

  /**
   * All blocks' bytes.
   * @param {Uint32Array} blocks
   */
  bytesOf(blocks) {
    let bytes = 0;
    for (const block of blocks) bytes += this.weight(block) * this.usable.raw[block];
    return Math.round(bytes);
  }

  /**
   * The frames of a stack, the innermost first.
   * @param {number} stack
   */
  framesOf(stack) {
    const frames = [];
    for (let at = stack; at > 0; at = this.parents.raw[at])
      frames.push(this.frames[this.lastFrames.raw[at]] ?? '?');
    return frames;
  }
}

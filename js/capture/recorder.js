// What every way to record comes to: calls of an allocator in, a capture out.
import { check, checkNumber, checkOptions } from '../check.js';
import { EVENT } from './format.js';
import { Stacks } from './stacks.js';
import { CaptureWriter } from './writer.js';

/**
 * @typedef {object} RecordOptions
 * @property {number} [stacks] frames of each stack at most; 0 for none, which is quicker. 24 if left out
 * @property {number} [sampling] records about one block in so many bytes: one of s bytes with a chance of
 *   1 - exp(-s / sampling), and counts it as 1 / chance blocks. So sums by stack are right on average, and what is small
 *   and seldom may be missing. 0, if left out: all blocks
 * @property {number} [limit] bytes of the capture at most: then the recording ends, and says so. 2 ** 28 if left out
 * @property {(bytes: Uint8Array) => void} [sink] gets the capture part by part, as it is made; else it is kept in memory
 * @property {number} [thread] the number that this recording's calls are to have, from 0 to 255: 0 if left out
 * @property {string} [program] what is recorded, for the reader
 */

/** Beyond so many stacks, and beginnings of stacks, a new one is noted as none. */
const MOST_STACKS = 2 ** 20;

/**
 * Whose call it is, where another thread tells of it.
 * @typedef {object} Told
 * @property {number} thread
 * @property {number} time
 * @property {number} stack
 * @property {boolean} isSampled whether a block is recorded where not all are
 */

export class Recorder {
  /** @type {Uint8Array[]} */
  #parts = [];
  #writer;
  #stacks;
  #sampling;
  #limit;
  #thread;
  #begin = performance.now();
  #memory = 0;
  #left = 0;
  /** Of a sampled recording: the recorded blocks that are there, and all that are, if their sizes can be asked for. */
  #sampled = new Set();
  #blocks = 0;
  #bytes = 0;
  /** @type {string | undefined} why it has ended */
  ended;
  /**
   * Of how many bytes the memory is, if that can be known.
   * @type {() => number}
   */
  memoryBytes = () => 0;
  /**
   * Is called now and then with a recording that goes on.
   * @type {() => void}
   */
  look = () => {};
  #nextLook = 256;
  /** @type {Told | undefined} */
  told;
  /**
   * Brings what threads have told of and nobody has read yet.
   * @type {() => void}
   */
  read = () => {};
  /**
   * The same when the recording ends: then they tell no more.
   * @type {() => void}
   */
  readToEnd = () => {};

  /**
   * @param {RecordOptions} options
   * @param {object} about
   * @param {boolean} [isHosted] whether what has called the program is none of it
   */
  constructor(options, about, isHosted) {
    const own = checkOptions('record', options, ['stacks', 'sampling', 'limit', 'sink', 'thread', 'program']);
    const { stacks = 24, sampling = 0, limit = 2 ** 28, sink, thread = 0, program } = own;
    const isCount = (/** @type {any} */ value) => Number.isInteger(value) && value >= 0;
    checkNumber(isCount(stacks) && stacks <= 200, 'stacks', 'frames from 0 to 200', stacks);
    checkNumber(isCount(sampling), 'sampling', 'a whole number of bytes', sampling);
    checkNumber(isCount(limit), 'limit', 'a whole number of bytes', limit);
    check(sink === undefined || typeof sink === 'function', 'sink', 'a function', sink);
    checkNumber(isCount(thread) && thread < 256, 'thread', 'a number from 0 to 255', thread);
    this.#sampling = sampling;
    this.#limit = limit;
    this.#writer = new CaptureWriter(sink ?? ((bytes) => this.#parts.push(bytes)), {
      program,
      ...about,
      start: new Date().toISOString(),
      began: performance.timeOrigin + this.#begin,
      ...(sampling ? { sampling: { bytes: sampling } } : {}),
    });
    this.depth = stacks;
    this.sampling = sampling;
    const numberOf = (/** @type {string[]} */ frames) =>
      this.#writer.stacks < MOST_STACKS ? this.#writer.stack(frames) : 0;
    this.#stacks = new Stacks(stacks, numberOf, isHosted);
    this.#thread = thread;
    if (sampling) this.#left = this.#gap();
  }

  /** Bytes up to the next block that is recorded: of the exponential distribution. */
  #gap() {
    return -Math.log(1 - Math.random()) * this.#sampling;
  }

  /** Whether a block's usable size counts when it is freed: for sums that are right where most blocks are left out. */
  get sums() {
    return this.#sampling > 0;
  }

  get time() {
    return this.told?.time ?? Math.round((performance.now() - this.#begin) * 1000);
  }

  /**
   * The same of another thread's clock.
   * @param {number} moment milliseconds since 1970
   */
  timeOf(moment) {
    return Math.max(Math.round((moment - performance.timeOrigin - this.#begin) * 1000), 0);
  }

  /**
   * The number of a stack that the engine has described.
   * @param {string} text
   * @param {boolean} isWorkers whether what has called the program is Emscripten's own
   */
  stackOf(text, isWorkers) {
    return this.#stacks.of(text, isWorkers);
  }

  #stack() {
    return this.told ? this.told.stack : this.#stacks.now();
  }

  /** Events so far. */
  get events() {
    return this.#writer.events;
  }

  /** @returns {number} the time, now that an event is to be written */
  #before() {
    const bytes = this.memoryBytes();
    if (bytes !== this.#memory) {
      this.#memory = bytes;
      this.#writer.memory(this.time, bytes);
    }
    if (this.#writer.length > this.#limit) this.end(`the limit of ${this.#limit} bytes was reached`);
    else if (this.#writer.events > this.#nextLook) {
      this.#nextLook = this.#writer.events + 256;
      this.look();
    }
    const { time } = this;
    if (this.ended === undefined) this.#writer.thread(time, this.told?.thread ?? this.#thread);
    return time;
  }

  /**
   * @param {number} size
   * @returns {boolean} whether a block of so many bytes is recorded
   */
  #samples(size) {
    if (this.#sampling === 0) return true;
    if (this.told) return this.told.isSampled;
    this.#left -= Math.max(size, 1);
    if (this.#left > 0) return false;
    this.#left = this.#gap();
    return true;
  }

  /**
   * @param {number} kind EVENT.malloc, calloc or alignedAlloc
   * @param {number} address 0 if there was no room
   * @param {number} size
   * @param {number} usable
   * @param {number} [alignment]
   */
  allocated(kind, address, size, usable, alignment) {
    if (this.ended !== undefined) return;
    if (address === 0) return this.refused(size);
    this.#count(1, usable);
    if (!this.#samples(size)) return;
    if (this.#sampling) this.#sampled.add(address);
    const time = this.#before();
    if (this.ended === undefined)
      this.#writer.allocated(kind, time, address, size, usable, this.#stack(), alignment);
  }

  /**
   * @param {number} old
   * @param {number} oldUsable
   * @param {number} address 0 if there was no room: then the old block stays
   * @param {number} size
   * @param {number} usable
   */
  reallocated(old, oldUsable, address, size, usable) {
    if (this.ended !== undefined) return;
    if (address === 0) return this.refused(size);
    if (old === 0 || this.#sampling) {
      if (old !== 0) this.freed(old, oldUsable);
      return this.allocated(EVENT.malloc, address, size, usable);
    }
    const time = this.#before();
    if (this.ended === undefined) this.#writer.reallocated(time, old, address, size, usable, this.#stack());
  }

  /**
   * @param {number} address
   * @param {number} usable
   */
  freed(address, usable) {
    if (this.ended !== undefined || address === 0) return;
    this.#count(-1, -usable);
    if (this.#sampling && !this.#sampled.delete(address)) return;
    const time = this.#before();
    if (this.ended === undefined) this.#writer.freed(time, address);
  }

  /** @param {number} size of a request that got nothing */
  refused(size) {
    if (this.ended !== undefined) return;
    const time = this.#before();
    if (this.ended === undefined) this.#writer.refused(time, size, this.#stack());
  }

  /**
   * @param {number} blocks
   * @param {number} bytes
   */
  #count(blocks, bytes) {
    this.#blocks += blocks;
    this.#bytes += bytes;
  }

  /**
   * A moment that has a name.
   * @param {string} text
   */
  mark(text) {
    if (this.ended === undefined) this.#writer.mark(this.#before(), text);
  }

  /** All blocks went at once. */
  reset() {
    if (this.ended === undefined) this.#writer.reset(this.#before());
  }

  /**
   * @param {number} poolBytes
   * @param {number} largestFree
   */
  figures(poolBytes, largestFree) {
    if (this.ended === undefined) this.#writer.figures(this.time, poolBytes, largestFree);
  }

  /** @param {import('./writer.js').Walk} walk */
  walk(walk) {
    if (this.ended === undefined) this.#writer.walk(this.time, walk);
  }

  /** What has been recorded up to now, if it is kept in memory. It has no end: the recording goes on. */
  capture() {
    this.#writer.flush();
    const length = this.#parts.reduce((sum, part) => sum + part.length, 0);
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    // Joined once, and not again for the next one who asks.
    if (this.#parts.length > 1) this.#parts = [bytes];
    return this.#parts.length === 1 && this.#parts[0] === bytes ? bytes.slice() : bytes;
  }

  /** @param {string} [reason] why it ends before what it records does */
  end(reason = '') {
    if (this.ended !== undefined) return;
    this.ended = reason;
    if (this.#sampling) this.#writer.totals(this.time, this.#blocks, this.#bytes);
    this.#writer.end(this.time, reason);
  }
}

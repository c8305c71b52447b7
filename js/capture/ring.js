// Reads what the threads of an Emscripten program tell of their calls: a ring in the program's own memory, which
// wasm/trace_threads.c writes and draws. What a thread has told is there, also once that thread is not.
import { EVENT } from './format.js';

/** @typedef {import('./recorder.js').Recorder} Recorder */

/**
 * What Module.heapletThreads is, of wasm/trace_threads.js.
 * @typedef {object} Threads
 * @property {number} ring its address
 * @property {() => WebAssembly.Memory} memory
 * @property {null | (() => void)} read is called when the main thread itself has told of much
 */

const VERSION = 1;

/** The ring's words, and those of a record. */
const RING = { version: 0, on: 1, next: 2, taken: 3, full: 4, depth: 5, sampling: 6, directory: 8 };
const RECORD = { ready: 0, what: 1, text: 2, block: 2, size: 3, other: 4, usable: 5, stack: 6, time: 8 };
const WORDS = 10;
const RECORDS = 2048;
const SEGMENTS = 1024;

/** The calls besides an event's: a block is about to be resized, and a piece of a stack's text. */
export const MOVES = 15;
const TEXT = 16;

/** Of a sampled recording: the block is not in the sample. */
const LEFT_OUT = 0xffffffff;

const INTERVAL = 20; // ms

/** A thread that has taken a ticket and written nothing for so long has been terminated. */
const LONGEST = 1000; // ms
/** When the recording ends there is no waiting for so long. */
const LONGEST_AT_END = 50;

/** All further threads count as one: a capture's reader has a byte for them. */
const LAST_THREAD = 255;

/** @param {number} thread */
const nameOf = (thread) => Math.min(thread, LAST_THREAD);

/**
 * What one thread tells, without a call within a call: reallocarray's of realloc, memalign's of aligned_alloc, where the linker
 * leads that one through what reports too. Between the two things that are said of a realloc all else is within it; and a block
 * that comes, or goes, twice in a row is the same one. So is a size that is refused twice with nothing in between.
 */
export function outermost() {
  let depth = 0;
  let last = 0;
  let lastSize = 0;
  let came = false;
  return (/** @type {number} */ call, /** @type {number} */ block, /** @type {number} */ size) => {
    if (call === MOVES) return ++depth === 1;
    if (call === EVENT.realloc && depth > 0) depth--;
    if (depth > 0) return false;
    const comes = call <= EVENT.realloc;
    const isSame = block === last && comes === came && (block !== 0 || size === lastSize);
    last = block;
    lastSize = size;
    came = comes;
    return call === EVENT.realloc || !isSame;
  };
}

let recordings = 0;

class Ring {
  #threads;
  #recorder;
  #at;
  #words = new Uint32Array();
  #times = new Float64Array();
  #position;
  #isReading = false;
  /** Where reading has stopped, and since when. */
  #stuck = -1;
  #since = 0;
  /** A record of this segment is still to come: nobody else gets its place. */
  #isTorn = false;
  /** @type {Map<number, { text: string, numbers: number[] }>} what a thread's stacks are here, by its own numbers */
  #stacks = new Map();
  /** @type {Map<number, ReturnType<typeof outermost>>} by thread */
  #isNew = new Map();
  /** @type {Map<number, { old: number, usable: number, isGone: boolean }>} by thread, what it is resizing */
  #moving = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /**
   * @param {Threads} threads
   * @param {Recorder} recorder
   */
  constructor(threads, recorder) {
    this.#threads = threads;
    this.#recorder = recorder;
    this.#at = threads.ring / 4;
    this.#look();
    const words = this.#words;
    if (words[this.#at + RING.version] !== VERSION)
      throw new TypeError('target: it is linked with the tracing archive of another version of heaplet');
    if (Atomics.load(words, this.#at + RING.on))
      throw new TypeError('target: it is being recorded already, and its threads tell one recording alone');
    words[this.#at + RING.depth] = recorder.depth;
    this.#times[(this.#at + RING.sampling) / 2] = recorder.sampling;
    this.#position = Atomics.load(words, this.#at + RING.next);
    Atomics.store(words, this.#at + RING.taken, this.#position);
    Atomics.store(words, this.#at + RING.full, 0);
    Atomics.store(words, this.#at + RING.on, ++recordings);
    threads.read = () => this.read();
    recorder.read = () => this.read();
    recorder.readToEnd = () => this.readToEnd();
    this.#timer = setInterval(() => this.read(), INTERVAL);
    // Node's: a program that has nothing else to do ends.
    /** @type {any} */ (this.#timer).unref?.();
  }

  /** Memory that has grown is another buffer. */
  #look() {
    const { buffer } = this.#threads.memory();
    if (this.#words.buffer === buffer) return;
    this.#words = new Uint32Array(buffer);
    this.#times = new Float64Array(buffer);
  }

  /** Reads all that is written up to the first record that is not. */
  read() {
    if (this.#isReading || this.#timer === undefined) return;
    this.#isReading = true;
    try {
      this.#look();
      while (this.#recorder.ended === undefined && this.#step()) {}
      Atomics.store(this.#words, this.#at + RING.taken, this.#position);
      if (this.#recorder.ended === undefined) this.#wait();
    } finally {
      this.#isReading = false;
    }
    if (this.#recorder.ended !== undefined) this.end();
  }

  /** What to do about a record that is not written. */
  #wait() {
    if (this.#position === Atomics.load(this.#words, this.#at + RING.next)) return;
    if (Atomics.load(this.#words, this.#at + RING.full))
      this.#recorder.end('the main thread has not come to read what the other threads had called');
    else if (this.#stuck !== this.#position) {
      this.#stuck = this.#position;
      this.#since = performance.now();
    } else if (performance.now() - this.#since > LONGEST) this.#skip();
  }

  /** Reads all that has been told up to now, and no more. */
  readToEnd() {
    Atomics.store(this.#words, this.#at + RING.on, 0);
    this.read();
    const limit = performance.now() + LONGEST_AT_END;
    const left = () => (Atomics.load(this.#words, this.#at + RING.next) - this.#position) | 0;
    while (this.#recorder.ended === undefined && left() > 0) {
      if (performance.now() > limit) this.#skip();
      this.read();
    }
    this.end();
  }

  /** @returns {boolean} whether there was a record */
  #step() {
    const segment = Atomics.load(this.#words, this.#entry);
    if (segment === 0) return false;
    const record = segment / 4 + (this.#position % RECORDS) * WORDS;
    // Another thread has made memory grow meanwhile; an engine may tell this one of it a little later.
    if (record + WORDS > this.#words.length) this.#look();
    if (record + WORDS > this.#words.length) return false;
    const next = (this.#position + 1) >>> 0;
    if (Atomics.load(this.#words, record + RECORD.ready) !== next) return false;
    this.#event(record);
    this.#advance();
    return true;
  }

  get #entry() {
    return this.#at + RING.directory + (Math.floor(this.#position / RECORDS) % SEGMENTS);
  }

  #skip() {
    this.#isTorn = true;
    this.#advance();
  }

  #advance() {
    const entry = this.#entry;
    this.#position = (this.#position + 1) >>> 0;
    if (this.#position % RECORDS) return;
    // The segment has been read: it is for later tickets.
    const segment = Atomics.exchange(this.#words, entry, 0);
    Atomics.store(this.#words, this.#at + RING.taken, this.#position);
    const first = this.#at + RING.directory;
    const begin = this.#entry - first;
    for (let i = 0; i < SEGMENTS - 1 && segment && !this.#isTorn; i++) {
      const later = first + ((begin + i) % SEGMENTS);
      if (Atomics.compareExchange(this.#words, later, 0, segment) === 0) break;
    }
    this.#isTorn = false;
  }

  /** @param {number} record */
  #event(record) {
    const words = this.#words;
    const what = words[record + RECORD.what];
    const call = what & 255;
    const thread = what >>> 16;
    if (call === TEXT) return this.#text(thread, record, (what >>> 8) & 255);
    const block = words[record + RECORD.block];
    const size = words[record + RECORD.size];
    const usable = words[record + RECORD.usable];
    const stack = words[record + RECORD.stack];
    const recorder = this.#recorder;
    let isNew = this.#isNew.get(thread);
    if (!isNew) {
      isNew = outermost();
      this.#isNew.set(thread, isNew);
    }
    if (!isNew(call, block, size)) return;
    recorder.told = {
      thread: nameOf(thread),
      time: recorder.timeOf(this.#times[(record + RECORD.time) / 2]),
      stack: this.#stacks.get(thread)?.numbers[stack] ?? 0,
      isSampled: stack !== LEFT_OUT,
    };
    if (call === EVENT.free) recorder.freed(block, usable);
    else if (call === MOVES) this.#moving.set(thread, { old: block, usable, isGone: false });
    else {
      this.#taken(thread, block);
      const has = Math.max(usable, size);
      if (call === EVENT.realloc) this.#resized(thread, block, size, has);
      else recorder.allocated(call, block, size, has, words[record + RECORD.other]);
    }
    recorder.told = undefined;
  }

  /**
   * Where a block is now another may have been a moment ago, whose thread has resized it and not told so yet.
   * @param {number} thread
   * @param {number} block
   */
  #taken(thread, block) {
    if (block === 0) return;
    for (const [other, moving] of this.#moving) {
      if (other === thread || moving.old !== block || moving.isGone) continue;
      moving.isGone = true;
      const { told } = this.#recorder;
      if (told) this.#recorder.told = { ...told, thread: nameOf(other) };
      this.#recorder.freed(block, moving.usable);
      this.#recorder.told = told;
    }
  }

  /**
   * @param {number} thread
   * @param {number} block
   * @param {number} size
   * @param {number} usable
   */
  #resized(thread, block, size, usable) {
    const { old, usable: before, isGone } = this.#moving.get(thread) ?? { old: 0, usable: 0, isGone: false };
    this.#moving.delete(thread);
    this.#recorder.reallocated(isGone ? 0 : old, before, block, size, usable);
  }

  /**
   * A piece of the next stack's text. One that is not full is the last.
   * @param {number} thread
   * @param {number} record
   * @param {number} units
   */
  #text(thread, record, units) {
    let own = this.#stacks.get(thread);
    if (!own) {
      own = { text: '', numbers: [0] };
      this.#stacks.set(thread, own);
    }
    const from = new Uint16Array(this.#words.buffer, (record + RECORD.text) * 4, units);
    own.text += String.fromCharCode(...from);
    if (units === 16) return;
    own.numbers.push(this.#recorder.stackOf(own.text, thread !== 0));
    own.text = '';
  }

  end() {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#look();
    Atomics.store(this.#words, this.#at + RING.on, 0);
    this.#threads.read = null;
  }
}

/**
 * Follows a program's threads until the recording ends.
 * @param {Threads} threads
 * @param {Recorder} recorder
 * @returns {() => void} ends it
 */
export function followThreads(threads, recorder) {
  recorder.memoryBytes = () => threads.memory().buffer.byteLength;
  const ring = new Ring(threads, recorder);
  return () => ring.end();
}

// Writes a capture, chunk by chunk: what is complete goes to the sink, so a program that dies leaves a file that can be
// read up to there.
import { Bytes } from './bytes.js';
import { CHUNK, crc32, EVENT, KINDS, MAGIC, STATES } from './format.js';

/** A chunk of events is written when it has so many bytes. */
const FULL = 1 << 16;

/**
 * A block as the walker sees it.
 * @typedef {object} WalkedBlock
 * @property {number} ptr its address
 * @property {number} size bytes that can be used
 * @property {'used' | 'cached' | 'free'} state
 */

/**
 * A heap as the walker sees it.
 * @typedef {object} Walk
 * @property {number[][]} pools where each begins and ends, by address
 * @property {WalkedBlock[]} blocks all, by address
 */

/** Writes the bytes of a capture. */
export class CaptureWriter {
  #sink;
  #events = new Bytes();
  #count = 0;
  #stacks = new Bytes();
  #frames = new Map();
  #nodes = new Map();
  #time = 0;
  #address = 0;
  #thread = 0;
  /** Bytes handed to the sink, and waiting for it. */
  length = 0;
  /** Events so far. */
  events = 0;

  /**
   * @param {(bytes: Uint8Array) => void} sink gets the file, part by part
   * @param {object} about what is known of the recording, as JSON
   */
  constructor(sink, about) {
    this.#sink = sink;
    this.#give(new TextEncoder().encode(MAGIC));
    this.#chunk(CHUNK.about, new TextEncoder().encode(JSON.stringify(about)));
  }

  /** @param {Uint8Array} bytes */
  #give(bytes) {
    this.length += bytes.length;
    this.#sink(bytes);
  }

  /**
   * @param {number} kind
   * @param {Uint8Array} content
   */
  #chunk(kind, content) {
    const chunk = new Bytes();
    chunk.number(kind);
    chunk.number(content.length);
    chunk.append(content);
    const sum = crc32(chunk.view(), 0, chunk.length);
    chunk.append([sum & 255, (sum >>> 8) & 255, (sum >>> 16) & 255, sum >>> 24]);
    this.#give(chunk.take());
  }

  /**
   * The number of a stack: 0 has no frame.
   * @param {string[]} frames the outermost first
   */
  stack(frames) {
    let node = 0;
    for (const text of frames) {
      let frame = this.#frames.get(text);
      if (frame === undefined) {
        frame = this.#frames.size;
        this.#frames.set(text, frame);
        this.#stacks.number(0);
        this.#stacks.text(text);
      }
      const key = node * 2 ** 26 + frame;
      let next = this.#nodes.get(key);
      if (next === undefined) {
        next = this.#nodes.size + 1;
        this.#nodes.set(key, next);
        this.#stacks.number(node + 1);
        this.#stacks.number(frame);
      }
      node = next;
    }
    return node;
  }

  /** How many stacks, and beginnings of stacks, there are. */
  get stacks() {
    return this.#nodes.size;
  }

  /**
   * @param {number} kind
   * @param {number} when microseconds since the beginning: never less than before, as it is written
   */
  #event(kind, when) {
    const time = Math.max(when, this.#time);
    if (this.#events.length > FULL) this.flush();
    if (this.#count === 0) {
      this.#events.number(time);
      this.#time = time;
      this.#address = 0;
      if (this.#thread) {
        this.#events.number(EVENT.thread);
        this.#events.number(this.#thread);
        this.#count++;
      }
    }
    this.#events.number((time - this.#time) * KINDS + kind);
    this.#time = time;
    this.#count++;
    this.events++;
  }

  /** @param {number} address */
  #at(address) {
    this.#events.signed(address - this.#address);
    this.#address = address;
  }

  /**
   * A block that there is since now.
   * @param {number} kind EVENT.malloc, calloc or alignedAlloc
   * @param {number} time
   * @param {number} address
   * @param {number} size bytes that were asked for
   * @param {number} usable bytes that it has, at least as many
   * @param {number} stack
   * @param {number} [alignment] of an EVENT.alignedAlloc
   */
  allocated(kind, time, address, size, usable, stack, alignment = 1) {
    this.#event(kind, time);
    if (kind === EVENT.alignedAlloc) this.#events.number(Math.log2(alignment));
    this.#block(address, size, usable, stack);
  }

  /**
   * A block that has another size since now, and perhaps another place.
   * @param {number} time
   * @param {number} old its address before
   * @param {number} address
   * @param {number} size
   * @param {number} usable
   * @param {number} stack
   */
  reallocated(time, old, address, size, usable, stack) {
    this.#event(EVENT.realloc, time);
    this.#at(old);
    this.#block(address, size, usable, stack);
  }

  /**
   * @param {number} address
   * @param {number} size
   * @param {number} usable
   * @param {number} stack
   */
  #block(address, size, usable, stack) {
    this.#at(address);
    this.#events.number(size);
    this.#events.number(Math.max(usable - size, 0));
    this.#events.number(stack);
  }

  /**
   * @param {number} time
   * @param {number} address
   */
  freed(time, address) {
    this.#event(EVENT.free, time);
    this.#at(address);
  }

  /**
   * A request that got nothing.
   * @param {number} time
   * @param {number} size
   * @param {number} stack
   */
  refused(time, size, stack) {
    this.#event(EVENT.refused, time);
    this.#events.number(size);
    this.#events.number(stack);
  }

  /**
   * The memory has so many bytes since now.
   * @param {number} time
   * @param {number} bytes
   */
  memory(time, bytes) {
    this.#event(EVENT.memory, time);
    this.#events.number(bytes);
  }

  /**
   * What a heap says of itself.
   * @param {number} time
   * @param {number} poolBytes
   * @param {number} largestFree
   */
  figures(time, poolBytes, largestFree) {
    this.#event(EVENT.figures, time);
    this.#events.number(poolBytes);
    this.#events.number(largestFree);
  }

  /**
   * What follows is of another thread.
   * @param {number} time
   * @param {number} thread
   */
  thread(time, thread) {
    if (thread === this.#thread) return;
    this.#event(EVENT.thread, time);
    this.#events.number(thread);
    this.#thread = thread;
  }

  /**
   * A moment that has a name.
   * @param {number} time
   * @param {string} text
   */
  mark(time, text) {
    this.#event(EVENT.mark, time);
    this.#events.text(text);
  }

  /**
   * All blocks went at once.
   * @param {number} time
   */
  reset(time) {
    this.#event(EVENT.reset, time);
  }

  /**
   * All that is in use, where not every block is recorded.
   * @param {number} time
   * @param {number} blocks
   * @param {number} bytes that were asked for
   */
  totals(time, blocks, bytes) {
    this.#event(EVENT.totals, time);
    this.#events.number(blocks);
    this.#events.number(bytes);
  }

  /**
   * The heap, looked at from its first block to its last.
   * @param {number} time
   * @param {Walk} walk
   */
  walk(time, { pools, blocks }) {
    this.flush();
    const bytes = new Bytes();
    bytes.number(time);
    bytes.number(pools.length);
    let last = 0;
    for (const [start, end] of pools) {
      bytes.signed(start - last);
      bytes.number(end - start);
      last = end;
    }
    bytes.number(blocks.length);
    last = 0;
    for (const { ptr, size, state } of blocks) {
      bytes.signed(ptr - last);
      bytes.number(size * 4 + STATES.indexOf(state));
      last = ptr + size;
    }
    this.#chunk(CHUNK.walk, bytes.view());
  }

  /** Hands out what waits. */
  flush() {
    if (this.#stacks.length) this.#chunk(CHUNK.stacks, this.#stacks.take());
    if (this.#count === 0) return;
    const bytes = new Bytes();
    bytes.number(this.#count);
    bytes.append(this.#events.view());
    this.#events.length = 0;
    this.#count = 0;
    this.#chunk(CHUNK.events, bytes.view());
  }

  /**
   * Ends the file.
   * @param {number} time
   * @param {string} [reason] why, if the recording ended before what it recorded
   */
  end(time, reason = '') {
    this.flush();
    const bytes = new Bytes();
    bytes.number(time);
    bytes.number(this.events);
    bytes.text(reason);
    this.#chunk(CHUNK.end, bytes.view());
  }
}

// Reads a capture: each chunk is held against its sum before anything in it is believed, and each event is handed to a
// visitor. Whatever the bytes are, it ends: each step goes forward.
import { CaptureError, CHUNK, crc32, EVENT, KINDS, LONGEST, MAGIC, STATES } from './format.js';

/** @typedef {import('./writer.js').Walk} Walk */

/**
 * Who is told of what is in a capture. What it does not ask for it leaves out.
 * @typedef {object} Visitor
 * @property {(about: Record<string, any>) => void} [about]
 * @property {(count: number) => void} [events] so many are in the chunk that follows
 * @property {(text: string) => void} [frame] the next one, from 0
 * @property {(parent: number, frame: number) => void} [stack] the next one, from 1
 * @property {(kind: number, time: number, address: number, size: number, usable: number, stack: number, old: number,
 *   thread: number) => void} [block] of an allocation; `old` is a realloc's old address, or an alignment's
 * @property {(time: number, address: number, thread: number) => void} [free]
 * @property {(kind: number, time: number, a: number, b: number) => void} [other] any other event, and its numbers
 * @property {(time: number, text: string) => void} [mark]
 * @property {(time: number, walk: Walk) => void} [walk]
 */

/**
 * How the reading ended.
 * @typedef {object} Reading
 * @property {boolean} complete whether the capture has its end, and all before it
 * @property {string} [error] what is wrong with it, if it is broken
 * @property {string} [reason] why the recording ended early, if it did
 * @property {number} time its last moment, in microseconds
 * @property {number} read bytes that could be read
 */

const decoder = new TextDecoder('utf-8', { fatal: false });

/** Numbers of a part of some bytes. */
class Cursor {
  /**
   * @param {Uint8Array} bytes
   * @param {number} at
   * @param {number} end
   */
  constructor(bytes, at, end) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** @returns {number} */
  number() {
    const { bytes } = this;
    let byte = bytes[this.at++];
    if (byte < 128) return this.#checked(byte);
    let value = byte & 127;
    let unit = 128;
    do {
      byte = this.at < this.end ? bytes[this.at++] : this.#past();
      value += (byte & 127) * unit;
      unit *= 128;
    } while (byte >= 128);
    if (value > Number.MAX_SAFE_INTEGER) throw new CaptureError('a number is too large');
    return value;
  }

  /** @param {number} value */
  #checked(value) {
    if (this.at > this.end) this.#past();
    return value;
  }

  /** @returns {never} */
  #past() {
    throw new CaptureError('a chunk ends within a number');
  }

  signed() {
    const value = this.number();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }

  text() {
    const length = this.number();
    if (this.at + length > this.end) this.#past();
    const text = decoder.decode(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return text;
  }
}

/**
 * Reads as much of a capture as can be read.
 * @param {Uint8Array} bytes
 * @param {Visitor} visitor
 * @returns {Reading}
 * @throws {CaptureError} if the bytes are no capture, or one of a version that is not known here
 */
export function readCapture(bytes, visitor) {
  const head = decoder.decode(bytes.subarray(0, MAGIC.length));
  if (head !== MAGIC) {
    const [, version] = /^heapcap (\d+)\n/.exec(head) ?? [];
    if (version) throw new CaptureError(`a capture of version ${version}, and this reads version 1`);
    throw new CaptureError(
      MAGIC.startsWith(head) ? 'the capture is cut off before anything in it' : 'not a capture (.heapcap)',
    );
  }
  /** @type {Reading} */
  const reading = { complete: false, time: 0, read: MAGIC.length };
  try {
    while (!reading.complete && reading.read < bytes.length) {
      const cursor = new Cursor(bytes, reading.read, bytes.length);
      const kind = cursor.number();
      const length = cursor.number();
      const end = cursor.at + length;
      if (length > LONGEST) throw new CaptureError('a chunk is longer than any may be');
      if (end + 4 > bytes.length) throw new CaptureError('a chunk ends within');
      const sum = bytes[end] + bytes[end + 1] * 256 + bytes[end + 2] * 65536 + bytes[end + 3] * 2 ** 24;
      if (sum !== crc32(bytes, reading.read, end))
        throw new CaptureError('a chunk has changed since it was written');
      cursor.end = end;
      readers[kind]?.(cursor, visitor, reading);
      reading.read = end + 4;
    }
    if (!reading.complete) reading.error = 'the capture has no end: it is cut off, or was not finished';
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    reading.complete = false;
    reading.error = `after ${reading.read} of ${bytes.length} bytes: ${error.message}`;
  }
  return reading;
}

/** @type {Record<number, (cursor: Cursor, visitor: Visitor, reading: Reading) => void>} a chunk of another kind is of later */
const readers = {
  [CHUNK.about](cursor, visitor) {
    try {
      visitor.about?.(JSON.parse(decoder.decode(cursor.bytes.subarray(cursor.at, cursor.end))));
    } catch (error) {
      if (error instanceof SyntaxError) throw new CaptureError('what is said about it is no JSON');
      throw error;
    }
  },
  [CHUNK.stacks](cursor, visitor) {
    while (cursor.at < cursor.end) {
      const parent = cursor.number();
      // Read whether anybody asks or not: the arguments of a function that is missing are not computed.
      if (parent === 0) {
        const text = cursor.text();
        visitor.frame?.(text);
      } else {
        const frame = cursor.number();
        visitor.stack?.(parent - 1, frame);
      }
    }
  },
  [CHUNK.events]: readEvents,
  [CHUNK.walk](cursor, visitor, reading) {
    const time = cursor.number();
    reading.time = time;
    const pools = [];
    let last = 0;
    for (let left = cursor.number(); left > 0; left--) {
      const start = last + cursor.signed();
      last = start + cursor.number();
      pools.push([start, last]);
    }
    /** @type {Walk['blocks']} */
    const blocks = [];
    last = 0;
    for (let left = cursor.number(); left > 0; left--) {
      const ptr = last + cursor.signed();
      const key = cursor.number();
      const size = Math.floor(key / 4);
      blocks.push({ ptr, size, state: STATES[key % 4] ?? 'free' });
      last = ptr + size;
    }
    visitor.walk?.(time, { pools, blocks });
  },
  [CHUNK.end](cursor, _, reading) {
    reading.time = cursor.number();
    cursor.number();
    const reason = cursor.text();
    if (reason) reading.reason = reason;
    reading.complete = true;
  },
};

/**
 * @param {Cursor} cursor
 * @param {Visitor} visitor
 * @param {Reading} reading
 */
function readEvents(cursor, visitor, reading) {
  const count = cursor.number();
  visitor.events?.(count);
  let time = cursor.number();
  let address = 0;
  let thread = 0;
  for (let i = 0; i < count; i++) {
    const key = cursor.number();
    const kind = key % KINDS;
    time += (key - kind) / KINDS;
    reading.time = time;
    if (kind <= EVENT.realloc) {
      let old = 0;
      if (kind === EVENT.alignedAlloc) {
        const power = cursor.number();
        if (power >= 53) throw new CaptureError('an alignment is too large');
        old = 2 ** power;
      } else if (kind === EVENT.realloc) {
        address += cursor.signed();
        old = address;
      }
      address += cursor.signed();
      const size = cursor.number();
      const usable = size + cursor.number();
      const stack = cursor.number();
      visitor.block?.(kind, time, address, size, usable, stack, old, thread);
    } else if (kind === EVENT.free) {
      address += cursor.signed();
      visitor.free?.(time, address, thread);
    } else if (kind === EVENT.mark) {
      const text = cursor.text();
      visitor.mark?.(time, text);
    } else if (kind === EVENT.thread) {
      thread = cursor.number();
    } else if (kind === EVENT.reset) {
      visitor.other?.(kind, time, 0, 0);
    } else if (kind === EVENT.memory) {
      const bytes = cursor.number();
      visitor.other?.(kind, time, bytes, 0);
    } else if (kind <= EVENT.totals) {
      const a = cursor.number();
      const b = cursor.number();
      visitor.other?.(kind, time, a, b);
    } else throw new CaptureError(`an event of the unknown kind ${kind}`);
  }
}

// Several captures as one: a program's threads record each for itself.
import { CaptureError, EVENT } from './format.js';
import { readCapture } from './reader.js';
import { CaptureWriter } from './writer.js';

/** @typedef {import('./reader.js').Visitor} Visitor */

/**
 * What a capture has, each thing with the moment at which it is to be written.
 * @param {Uint8Array} capture
 */
function contentsOf(capture) {
  /** @type {Record<string, any>} */
  let about = {};
  /** @type {string[]} */
  const frames = [];
  /** @type {string[][]} */
  const stacks = [[]];
  /** @type {Array<[time: number, write: (writer: CaptureWriter, time: number) => void]>} */
  const events = [];
  /** @type {number[]} by the capture's own number of a stack */
  const written = [0];
  /** @param {CaptureWriter} writer @param {number} stack */
  const stackIn = (writer, stack) => (written[stack] ??= writer.stack(stacks[stack] ?? []));
  const reading = readCapture(capture, {
    about: (what) => {
      about = what;
    },
    frame: (text) => {
      frames.push(text);
    },
    stack: (parent, frame) => {
      stacks.push([...(stacks[parent] ?? []), frames[frame] ?? '?']);
    },
    block: (kind, time, address, size, usable, stack, old, thread) => {
      events.push([
        time,
        (writer, now) => {
          writer.thread(now, thread);
          const own = stackIn(writer, stack);
          if (kind === EVENT.realloc) writer.reallocated(now, old, address, size, usable, own);
          else writer.allocated(kind, now, address, size, usable, own, old);
        },
      ]);
    },
    free: (time, address, thread) => {
      events.push([
        time,
        (writer, now) => {
          writer.thread(now, thread);
          writer.freed(now, address);
        },
      ]);
    },
    mark: (time, text) => {
      events.push([time, (writer, now) => writer.mark(now, text)]);
    },
    walk: (time, walk) => {
      events.push([time, (writer, now) => writer.walk(now, walk)]);
    },
    other: (kind, time, a, b) => {
      events.push([
        time,
        (writer, now) => {
          if (kind === EVENT.refused) writer.refused(now, a, stackIn(writer, b));
          else if (kind === EVENT.memory) writer.memory(now, a);
          else if (kind === EVENT.figures) writer.figures(now, a, b);
          else if (kind === EVENT.reset) writer.reset(now);
          else writer.totals(now, a, b);
        },
      ]);
    },
  });
  // Milliseconds since 1970: with their fractions, where the capture says so.
  const start = about.began ?? Date.parse(about.start ?? '');
  return { about, events, reading, start };
}

/**
 * Captures of one heap as one, in the order of time: of a program whose threads record each for itself
 * (`record(heap, { thread })`). What one thread has allocated and another has freed then has its end.
 * @param {Uint8Array[]} captures of one computer, whose clock they have in common
 * @returns {Uint8Array} a capture
 * @throws {TypeError} if there are none
 * @throws {CaptureError} if one of them is no capture, or they cannot be put in order: one does not say when it began, or
 *   they are samples of different kinds
 * @complexity O(n log n) in the events
 */
export function merge(captures) {
  if (!Array.isArray(captures) || captures.length === 0)
    throw new TypeError('captures: it must be an array of captures');
  const all = captures.map(contentsOf);
  const unknown = all.findIndex(({ start }) => Number.isNaN(start));
  if (unknown >= 0 && all.length > 1)
    throw new CaptureError(`captures[${unknown}]: it does not say when it began`);
  const samplings = new Set(all.map(({ about }) => JSON.stringify(about.sampling)));
  if (samplings.size > 1) throw new CaptureError('captures: they are not samples of the same kind');
  const first = all.reduce((a, b) => (b.start < a.start ? b : a));
  const shiftOf = (/** @type {number} */ start) => Math.round((start - first.start) * 1000) || 0;
  const events = all.flatMap(({ events, start }) => {
    const shift = shiftOf(start);
    for (const event of events) event[0] += shift;
    return events;
  });
  events.sort(([a], [b]) => a - b); // stable: what one thread did stays in its order
  /** @type {Uint8Array[]} */
  const parts = [];
  const writer = new CaptureWriter((bytes) => parts.push(bytes), first.about);
  for (const [time, write] of events) write(writer, time);
  const ends = all.map(({ reading, start }) => reading.time + shiftOf(start));
  const reasons = all.flatMap(({ reading: { reason, error } }) => reason ?? error ?? []);
  writer.end(Math.max(...ends), reasons[0]);
  const merged = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    merged.set(part, at);
    at += part.length;
  }
  return merged;
}

// A capture for other tools: speedscope, Chrome's memory panel, and the benchmark.

import { Bytes } from './bytes.js';
import { AddressMap } from './columns.js';
import { EVENT } from './format.js';
import { readCapture } from './reader.js';

/** @typedef {import('./history.js').History} History */

/**
 * A flame graph for speedscope, of what is in use at a moment.
 * @param {History} history
 * @param {number} [moment]
 * @returns {object} to be written as JSON
 */
export function toSpeedscope(history, moment = history.moments) {
  const usages = history.byStack(history.liveAt(moment));
  const samples = usages.map(({ stack }) => {
    const frames = [];
    for (let at = stack; at > 0; at = history.parents.raw[at]) frames.push(history.lastFrames.raw[at]);
    return frames.reverse();
  });
  const weights = usages.map(({ bytes }) => bytes);
  const total = weights.reduce((sum, bytes) => sum + bytes, 0);
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: { frames: history.frames.map((name) => ({ name })) },
    profiles: [
      {
        type: 'sampled',
        name: 'bytes in use',
        unit: 'bytes',
        startValue: 0,
        endValue: total,
        samples,
        weights,
      },
    ],
    exporter: 'heaplet',
    name: history.about.program ?? 'heaplet',
  };
}

/**
 * The same as a sampling heap profile of V8: `.heapprofile`, which Chrome's and Node's tools open.
 * @param {History} history
 * @param {number} [moment]
 * @returns {object} to be written as JSON
 */
export function toHeapProfile(history, moment = history.moments) {
  const live = history.liveAt(moment);
  /** @param {number} stack */
  const node = (stack) => ({
    callFrame: {
      functionName: stack ? (history.frames[history.lastFrames.raw[stack]] ?? '?') : '(root)',
      scriptId: '0',
      url: '',
      lineNumber: -1,
      columnNumber: -1,
    },
    selfSize: 0,
    id: stack + 1,
    /** @type {any[]} */
    children: [],
  });
  const head = node(0);
  const nodes = new Map([[0, head]]);
  /**
   * @param {number} stack
   * @returns {ReturnType<typeof node>}
   */
  const nodeOf = (stack) => {
    const known = nodes.get(stack);
    if (known) return known;
    const made = node(stack);
    nodes.set(stack, made);
    nodeOf(history.parents.raw[stack]).children.push(made);
    return made;
  };
  const samples = history.byStack(live).map(({ stack, bytes, blocks }, ordinal) => {
    nodeOf(stack).selfSize += bytes;
    return { size: Math.round(bytes / blocks), nodeId: stack + 1, ordinal: ordinal + 1 };
  });
  return { head, samples };
}

const TRACE = 'heaplet trace 1\n';

/**
 * The calls in the trace that the benchmark replays: see tools/trace.mjs in the repository.
 * @param {Uint8Array} capture
 * @returns {Uint8Array}
 */
export function toTrace(capture) {
  const bytes = new Bytes();
  bytes.append(new TextEncoder().encode(TRACE));
  const blocks = new AddressMap();
  let count = 0;
  /** @param {number} address */
  const end = (address) => {
    const block = blocks.take(address);
    if (block < 0) return;
    bytes.number(EVENT.free);
    bytes.number(count - 1 - block);
  };
  readCapture(capture, {
    block(kind, _time, address, size, _usable, _stack, old) {
      const block = kind === EVENT.realloc ? blocks.take(old) : -1;
      // What was there before the recording, or went unseen, is new to the trace.
      if (address !== old || block < 0) end(address);
      bytes.number(size * 8 + (block < 0 && kind === EVENT.realloc ? EVENT.malloc : kind));
      if (kind === EVENT.alignedAlloc) bytes.number(Math.log2(old));
      if (block >= 0) bytes.number(count - 1 - block);
      blocks.set(address, block < 0 ? count++ : block);
    },
    free: (_, address) => end(address),
    other(kind) {
      if (kind !== EVENT.reset) return;
      /** @type {number[]} */
      const all = [];
      blocks.forEach((address) => {
        all.push(address);
      });
      for (const address of all) end(address);
    },
  });
  return bytes.take();
}

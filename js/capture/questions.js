// What people ask of a history: what leaks, what has changed between two moments, how it went on.
import { NEVER } from './history.js';

/** @typedef {import('./history.js').History} History */
/** @typedef {import('./history.js').Usage} Usage */

/** The history is cut into so many pieces of equal numbers of steps. */
const PIECES = 16;

/**
 * Who allocates and does not free, by stack. What leaks is allocated again and again, while what a program keeps for its
 * whole life mostly comes once, at its start: so a stack's bytes count by the share of the history's pieces from which
 * blocks of it are left.
 * @param {History} history
 * @param {number} [moment]
 * @returns {Array<Usage & { pieces: number, score: number }>} the likeliest first; `pieces` from 0 to 1
 */
export function leaks(history, moment = history.moments) {
  const live = history.liveAt(moment);
  const piece = Math.max(moment / PIECES, 1);
  const seen = new Uint16Array(history.parents.length);
  for (const block of live)
    seen[history.stack.raw[block]] |= 1 << Math.floor(history.from.raw[block] / piece);
  return history
    .byStack(live)
    .map((usage) => {
      let pieces = 0;
      for (let bits = seen[usage.stack]; bits; bits &= bits - 1) pieces++;
      pieces /= PIECES;
      return { ...usage, pieces, score: usage.bytes * pieces ** 2 };
    })
    .sort((a, b) => b.score - a.score);
}

/**
 * What a stack has at one moment more than at another.
 * @typedef {object} Change
 * @property {number} stack
 * @property {number} blocks at the second moment more than at the first, or less than 0
 * @property {number} bytes
 * @property {number} allocated bytes, between the two
 * @property {number} freed bytes, of what it had at the first moment or allocated since
 */

/**
 * The difference of two moments, by stack.
 * @param {History} history
 * @param {number} first
 * @param {number} second
 * @returns {Change[]} the most growth first
 */
export function difference(history, first, second) {
  /** @type {Map<number, Change>} */
  const changes = new Map();
  const { steps, stack, usable } = history;
  for (let step = first; step < second; step++) {
    const begins = steps.raw[step] > 0;
    const block = begins ? steps.raw[step] - 1 : -steps.raw[step] - 1;
    const key = stack.raw[block];
    const change = changes.get(key) ?? { stack: key, blocks: 0, bytes: 0, allocated: 0, freed: 0 };
    changes.set(key, change);
    const weight = history.weight(block);
    const bytes = weight * usable.raw[block];
    change.blocks += begins ? weight : -weight;
    change.bytes += begins ? bytes : -bytes;
    change[begins ? 'allocated' : 'freed'] += bytes;
  }
  return [...changes.values()].map(rounded).sort((a, b) => b.bytes - a.bytes || b.allocated - a.allocated);
}

/** @param {Change} change */
const rounded = ({ stack, blocks, bytes, allocated, freed }) => ({
  stack,
  blocks: Math.round(blocks),
  bytes: Math.round(bytes),
  allocated: Math.round(allocated),
  freed: Math.round(freed),
});

/**
 * How much was in use, over time: as many points as asked for, each the most of its steps.
 * @param {History} history
 * @param {number} [points]
 */
export function timeline(history, points = 2000) {
  const { steps, usable, memory, figures, moments } = history;
  const width = Math.max(1, Math.ceil(moments / points));
  /** @type {{ time: number[], moment: number[], used: number[], peak: number[], memory: Array<number | null>, largestFree: Array<number | null> }} */
  const line = { time: [], moment: [], used: [], peak: [], memory: [], largestFree: [] };
  let [used, peak, atMemory, atFigures] = [0, 0, -1, -1];
  /**
   * @param {number} moment
   * @param {number} most
   */
  const point = (moment, most) => {
    while (memory[atMemory + 1]?.step <= moment) atMemory++;
    while (figures[atFigures + 1]?.step <= moment) atFigures++;
    line.time.push(history.timeOf(moment));
    line.moment.push(moment);
    line.used.push(Math.round(most));
    line.peak.push(Math.round(peak));
    line.memory.push(memory[atMemory]?.bytes ?? null);
    line.largestFree.push(figures[atFigures]?.largestFree ?? null);
  };
  point(0, 0);
  for (let start = 0; start < moments; start += width) {
    const end = Math.min(start + width, moments);
    let most = 0;
    for (let step = start; step < end; step++) {
      const at = steps.raw[step];
      const block = at > 0 ? at - 1 : -at - 1;
      const bytes = history.weight(block) * usable.raw[block];
      used += at > 0 ? bytes : -bytes;
      if (used > most) most = used;
    }
    peak = Math.max(peak, most);
    point(end, end === moments ? used : most);
  }
  return line;
}

/**
 * A frame of a flame graph, and those that it has called.
 * @typedef {object} Flame
 * @property {string} name
 * @property {number} bytes
 * @property {number} blocks
 * @property {number} stack the stack that ends with this frame
 * @property {Flame[]} children the most bytes first
 */

/**
 * Usages as a tree of their stacks.
 * @param {History} history
 * @param {Usage[]} usages
 * @returns {Flame} the root, which has all
 */
export function flame(history, usages) {
  /** @type {Flame} */
  const root = { name: 'all', bytes: 0, blocks: 0, stack: 0, children: [] };
  /** @type {Map<number, Flame>} */
  const nodes = new Map([[0, root]]);
  /**
   * @param {number} stack
   * @returns {Flame}
   */
  const nodeOf = (stack) => {
    const known = nodes.get(stack);
    if (known) return known;
    const name = history.frames[history.lastFrames.raw[stack]] ?? '?';
    /** @type {Flame} */
    const node = { name, bytes: 0, blocks: 0, stack, children: [] };
    nodes.set(stack, node);
    nodeOf(history.parents.raw[stack]).children.push(node);
    return node;
  };
  for (const { stack, bytes, blocks } of usages) {
    if (bytes <= 0) continue;
    nodeOf(stack);
    for (let at = stack; ; at = history.parents.raw[at]) {
      const node = nodeOf(at);
      node.bytes += bytes;
      node.blocks += blocks;
      if (at === 0) break;
    }
  }
  for (const node of nodes.values()) node.children.sort((a, b) => b.bytes - a.bytes);
  return root;
}

/**
 * A block's life in words for a person.
 * @param {History} history
 * @param {number} block
 */
export function lifeOf(history, block) {
  const to = history.to.raw[block];
  return {
    address: history.address.raw[block],
    size: history.size.raw[block],
    usable: history.usable.raw[block],
    thread: history.thread.raw[block],
    born: history.times.raw[history.from.raw[block]],
    died: to === NEVER ? undefined : history.times.raw[to],
    stack: history.stack.raw[block],
  };
}

// What lies in memory at a moment, each with its colour: what the map is painted from.
import { mix, onRamp, pixel } from './colours.js';

/** What the map can be coloured by. */
export const modes = { state: 'State', size: 'Size', age: 'Age', stack: 'Stack', thread: 'Thread' };

/**
 * @typedef {object} Items by address
 * @property {number} length
 * @property {Float64Array} starts
 * @property {Float64Array} ends
 * @property {Float64Array} asked where what was asked for ends
 * @property {Int32Array} blocks of the history, or -1 for what is free
 * @property {Uint32Array} colours pixels
 * @property {string[]} states
 * @property {number[][]} pools
 * @property {number} memory bytes of all of it
 */

/**
 * @param {any} history
 * @param {number} moment
 * @param {Uint32Array} live
 * @returns {Items}
 */
export function itemsAt(history, moment, live) {
  // What is free only the walker knows, at the moments at which it looked.
  const walks = history.walks.filter(({ step }) => step <= moment);
  const latest = walks.at(-1);
  const free = latest?.step === moment ? latest.walk.blocks.filter(({ state }) => state !== 'used') : [];
  const length = live.length + free.length;
  const items = {
    length,
    starts: new Float64Array(length),
    ends: new Float64Array(length),
    asked: new Float64Array(length),
    blocks: new Int32Array(length),
    colours: new Uint32Array(length),
    states: [],
    pools: latest?.walk.pools ?? [],
    memory: 0,
  };
  const { raw: address } = history.address;
  const { raw: usable } = history.usable;
  const { raw: size } = history.size;
  let [i, j] = [0, 0];
  for (let at = 0; at < length; at++) {
    const takesFree = j < free.length && (i === live.length || free[j].ptr < address[live[i]]);
    if (takesFree) {
      const { ptr, size: bytes, state } = free[j++];
      items.starts[at] = ptr;
      items.ends[at] = items.asked[at] = ptr + bytes;
      items.blocks[at] = state === 'cached' ? -2 : -1;
    } else {
      const block = live[i++];
      items.starts[at] = address[block];
      items.ends[at] = address[block] + Math.max(usable[block], 1);
      items.asked[at] = address[block] + Math.min(size[block], Math.max(usable[block], 1));
      items.blocks[at] = block;
    }
  }
  const known = history.memory.filter(({ step }) => step <= moment).at(-1)?.bytes ?? 0;
  const last = Math.max(length ? items.ends[length - 1] : 0, items.pools.at(-1)?.[1] ?? 0);
  items.memory = Math.max(known, Math.ceil(last / 65536) * 65536, 65536);
  return items;
}

/**
 * Gives each item its colour.
 * @returns {Array<{ colour: string, name: string }>} the legend
 */
export function paint(items, history, moment, mode, scheme, chosen) {
  const { colours, blocks, length } = items;
  const paper = pixel(scheme.pool);
  const [free, cached] = [pixel(scheme.free), pixel(scheme.cached)];
  const { colourOf, legend } = painters[mode](items, history, moment, scheme);
  const isDimmed = chosen >= 0;
  for (let i = 0; i < length; i++) {
    const block = blocks[i];
    if (block < 0) colours[i] = block === -1 ? free : cached;
    else {
      const colour = colourOf(block);
      const mine = !isDimmed || history.stack.raw[block] === chosen;
      colours[i] = mine ? colour : mix(colour, paper, 0.8);
    }
  }
  const states = [
    ...(blocks.includes(-2) ? [{ colour: scheme.cached, name: 'cached' }] : []),
    ...(blocks.includes(-1) ? [{ colour: scheme.free, name: 'free' }] : []),
  ];
  return [
    ...legend,
    ...states,
    { colour: scheme.outside, name: items.pools.length ? 'not the heap’s' : 'no block' },
  ];
}

/** A number of so many that a legend names. */
const ramped = (scheme, names) =>
  names.map((name, i) => ({
    colour: scheme.ramp[Math.round((i / (names.length - 1)) * (scheme.ramp.length - 1))],
    name,
  }));

const painters = {
  state(_items, _history, _moment, scheme) {
    const used = pixel(scheme.used);
    return { colourOf: () => used, legend: [{ colour: scheme.used, name: 'in use' }] };
  },
  size(_items, history, _moment, scheme) {
    const table = Array.from({ length: 33 }, (_, log) => onRamp(scheme.ramp, (log - 4) / 18));
    return {
      colourOf: (block) => table[32 - Math.clz32(history.usable.raw[block])],
      legend: ramped(scheme, ['16 B', '256 B', '4 KB', '64 KB', '1 MB and more']),
    };
  },
  age(_items, history, moment, scheme) {
    // By the calls since: a program that waits for its user does not make its blocks old.
    const shades = 64;
    const table = Array.from({ length: shades + 1 }, (_, shade) => onRamp(scheme.ramp, shade / shades));
    const scale = shades / Math.max(moment, 1);
    return {
      colourOf: (block) => table[Math.floor(history.from.raw[block] * scale)],
      legend: [
        { colour: scheme.ramp.at(-1), name: 'new' },
        { colour: scheme.ramp[0], name: 'old' },
      ],
    };
  },
  stack(items, history, _moment, scheme) {
    const live = items.blocks.filter((block) => block >= 0);
    const usages = history.byStack(Uint32Array.from(live)).slice(0, scheme.kinds.length);
    const table = new Uint32Array(history.parents.length).fill(pixel(scheme.other));
    usages.forEach(({ stack }, i) => {
      table[stack] = pixel(scheme.kinds[i]);
    });
    const named = usages.map(({ stack }, i) => ({
      colour: scheme.kinds[i],
      name: history.framesOf(stack)[0] ?? '(no stack)',
    }));
    return {
      colourOf: (block) => table[history.stack.raw[block]],
      legend: [...named, { colour: scheme.other, name: 'others' }],
    };
  },
  thread(items, history, _moment, scheme) {
    const threads = [
      ...new Set(Array.from(items.blocks, (block) => (block < 0 ? -1 : history.thread.raw[block]))),
    ];
    const known = threads.filter((thread) => thread >= 0).sort((a, b) => a - b);
    const colourOfThread = (thread) => scheme.kinds[known.indexOf(thread) % scheme.kinds.length];
    const table = Array.from({ length: 256 }, (_, thread) => pixel(colourOfThread(thread) ?? scheme.other));
    return {
      colourOf: (block) => table[history.thread.raw[block]],
      legend: known
        .slice(0, 10)
        .map((thread) => ({ colour: colourOfThread(thread), name: `thread ${thread}` })),
    };
  },
};

/** The item at an address, or the one before it: -1 if there is none. */
export function indexAt(items, address) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (items.starts[middle] <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

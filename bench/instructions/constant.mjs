// `npm run bench:constant`: the most instructions that any call executes, on heaps of 10, 10,000 and 100,000 live
// blocks. No operation's work depends on the heap: the columns of a kind agree, or stay below what Config bounds.
import { toolchain } from '../../tools/cache.mjs';
import { countInstructions } from '../../tools/count.mjs';
import { load, modules } from '../../tools/modules.mjs';
import { isProgram } from '../../tools/paths.mjs';
import { Random } from '../../tools/random.mjs';
import { keep } from '../../tools/results.mjs';
import { line, number } from '../../tools/text.mjs';
import { histories, nearlyFull } from './histories.mjs';
import { Meter } from './meter.mjs';

export const heaps = [10, 10000, 100000];

/**
 * The kinds of calls that are told apart:
 * - hit: a malloc of the size that was freed last, where the heap has lists of exact sizes; in `hardened` that waits first
 * - malloc, realloc, free: while the heap holds a large free block, so that it never has to look for more memory
 * - growth: a malloc or realloc on any other heap: all that is cached may be merged, memory grows or is refused
 */
const kinds = ['hit', 'malloc', 'realloc', 'free', 'growth'];

/** Bytes of the large free block: more than any history takes. */
const large = 2 ** 30;

/**
 * The most instructions of a call on a heap of `blocks` live blocks, over all histories.
 * @returns {Object<string, number>} by kind
 */
function worstCalls(module, blocks) {
  const worst = {};
  const run = (history, ample) => {
    const create = (maximum) => {
      let isAmple = false;
      const heap = load(module, { maximum, instrument: countInstructions });
      const report = (call, instructions, grew) => {
        if (isAmple && grew) throw new Error('the large free block is used up');
        const kind = isAmple || call === 'free' || call === 'hit' ? call : 'growth';
        worst[kind] = Math.max(worst[kind] ?? 0, instructions);
      };
      const meter = new Meter(heap.exports, report, !['small', 'hardened'].includes(module.profile));
      if (ample) meter.free(meter.malloc(large));
      isAmple = ample;
      return meter;
    };
    history(create, blocks, new Random(history.name, blocks));
  };
  for (const history of Object.values(histories)) {
    run(history, true);
    run(history, false);
  }
  run(nearlyFull, false);
  return worst;
}

/** @returns {Object<string, Object<number, number>>} kind -> live blocks, of `on` -> instructions */
export function measure(module, on = heaps) {
  const byHeap = on.map((blocks) => worstCalls(module, blocks));
  const worst = (kind) => Object.fromEntries(on.map((blocks, i) => [blocks, byHeap[i][kind]]));
  return Object.fromEntries(kinds.map((kind) => [kind, worst(kind)]));
}

const titles = {
  hit: 'hit: malloc of the size that was freed last',
  malloc: 'miss: any malloc while a free block is large enough',
  realloc: 'realloc while a free block is large enough',
  free: 'free',
  growth: 'malloc or realloc while none is: merges what is cached, grows memory, is refused',
};

/**
 * @param {Map<import('../../tools/modules.mjs').Module, ReturnType<typeof measure>>} results
 * @returns {string} a table for each kind of call
 */
export function table(results) {
  const figure = (value) => (value === undefined ? '-' : number(value));
  const lines = [
    'The most instructions that a call executes (memory.copy and memory.fill are one each),',
    'on heaps of so many live blocks',
  ];
  for (const kind of kinds) {
    lines.push('', titles[kind]);
    lines.push(line(['', ...heaps.map((blocks) => number(blocks))], 24, 12));
    for (const [module, result] of results) {
      if (result[kind][heaps[0]] === undefined) continue;
      lines.push(line([module.name, ...heaps.map((blocks) => figure(result[kind][blocks]))], 24, 12));
    }
  }
  return lines.join('\n');
}

/** @returns {{ module: string, kind: string, worst: Object<number, number> }[]} as they are kept */
export const rows = (results) =>
  [...results].flatMap(([{ name }, result]) =>
    kinds
      .filter((kind) => result[kind][heaps[0]] !== undefined)
      .map((kind) => ({ module: name, kind, worst: result[kind] })),
  );

if (isProgram(import.meta.url)) {
  const results = new Map(modules.map((module) => [module, measure(module)]));
  console.log(table(results));
  keep('constant', { command: 'npm run bench:constant', versions: toolchain, figures: rows(results) });
}

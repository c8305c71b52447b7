// `npm run bench:constant`: the most instructions that any call executes, on heaps of 10, 10,000 and 100,000 live
// blocks. No operation's work depends on the heap: the columns of a kind agree, or stay below what Config bounds.
import { toolchain } from '../../tools/cache.mjs';
import { modules } from '../../tools/modules.mjs';
import { isProgram } from '../../tools/paths.mjs';
import { keep } from '../../tools/results.mjs';
import { kinds, worstCalls } from './adversary.mjs';

export const heaps = [10, 10000, 100000];

/** @returns {Object<string, Object<number, number>>} kind -> live blocks -> instructions */
export function measure(module) {
  const byHeap = heaps.map((blocks) => worstCalls(module, blocks));
  const worst = (kind) => Object.fromEntries(heaps.map((blocks, i) => [blocks, byHeap[i][kind]]));
  return Object.fromEntries(kinds.map((kind) => [kind, worst(kind)]));
}

const titles = {
  hit: 'hit: malloc of the size that was freed last',
  malloc: 'miss: any malloc while the free lists have room',
  realloc: 'realloc while the free lists have room',
  free: 'free',
  growth: 'malloc or realloc while they have none: merges what is cached, grows memory, is refused',
};

/**
 * @param {Map<object, ReturnType<typeof measure>>} results of modules
 * @returns {string} a table for each kind of call
 */
export function table(results) {
  const number = (value) => (value === undefined ? '-' : value.toLocaleString('en')).padStart(12);
  const lines = [
    'The most instructions that a call executes (memory.copy and memory.fill are one each),',
    'on heaps of so many live blocks',
  ];
  for (const kind of kinds) {
    lines.push('', titles[kind]);
    lines.push(''.padEnd(24) + heaps.map(number).join(''));
    for (const [module, result] of results) {
      if (result[kind][heaps[0]] === undefined) continue;
      lines.push(module.name.padEnd(24) + heaps.map((blocks) => number(result[kind][blocks])).join(''));
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

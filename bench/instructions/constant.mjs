// `npm run bench:constant`: the most instructions that any call executes, on heaps of 10, 10,000 and 100,000 live
// blocks. No operation's work depends on the heap: the columns of a kind agree, or stay below what Config bounds.
import { modules } from '../../tools/modules.mjs';
import { isProgram } from '../../tools/paths.mjs';
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

if (isProgram(import.meta.url)) {
  console.log(table(new Map(modules.map((module) => [module, measure(module)]))));
}

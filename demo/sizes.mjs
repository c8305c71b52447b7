// What the two profiles for programs cost, each figure as soon as it is known.
import { emptied, exportSets, sized } from '../wasm/build/size.mjs';

const titles = { mf: 'malloc, free', mfr: 'malloc, free, realloc' };

/** @yields {string} a line for each */
export async function* sizes() {
  yield 'Bytes of code, compiled for size, over a module whose functions are empty:\n';
  for (const profile of ['small', 'fast'])
    for (const [set, exports] of Object.entries(exportSets)) {
      const [own, empty] = [await sized({ exports, profile }), await emptied(exports)];
      const bytes = (own.length - empty.length).toLocaleString('en');
      yield `  ${`heaplet ${profile}`.padEnd(18)}${titles[set].padEnd(26)}${bytes.padStart(6)}`;
    }
}

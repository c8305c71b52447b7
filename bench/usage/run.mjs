// `npm run bench:usage`: what it costs to count what is in use (Config::usage): bytes of code, and instructions of the row
// `random`, counted, harness and all.
import { isProgram } from '../../tools/paths.mjs';
import { keep } from '../../tools/results.mjs';
import { line } from '../../tools/text.mjs';
import { flags } from '../../wasm/build/modules.mjs';
import { emptied, exportSets, sized } from '../../wasm/build/size.mjs';
import { buildForSpeed } from '../allocators/heaplet.mjs';
import { withHarness } from '../build.mjs';
import { count } from '../instructions/figures.mjs';
import { workloads } from '../workloads.mjs';

/** Those that can count. */
export const profiles = Object.keys(flags.profiles).filter((profile) => profile !== 'small');

/**
 * @typedef {object} Cost
 * @property {string} profile
 * @property {number[]} size bytes of malloc, free and realloc: without, with
 * @property {number[]} instructions of a call of `random`: without, with
 */

/** @returns {Promise<Cost[]>} */
export async function measure() {
  const [random] = workloads([]).filter(({ name }) => name === 'random');
  const exports = exportSets.mfr;
  const empty = (await emptied(exports)).length;
  const rows = [];
  for (const profile of profiles) {
    const row = { profile, size: [], instructions: [] };
    for (const usage of [false, true]) {
      row.size.push((await sized({ exports, profile, usage })).length - empty);
      const program = await withHarness(await buildForSpeed(profile, usage));
      const { instructions, calls } = /** @type {any} */ (await count(program, random));
      row.instructions.push(Math.round((instructions / calls) * 10) / 10);
    }
    rows.push(row);
  }
  return rows;
}

if (isProgram(import.meta.url)) {
  const figures = await measure();
  console.log('What it costs to count what is in use\n');
  console.log(line(['', 'bytes', '', '', 'instructions', '', ''], 12, 14));
  console.log(line(['', 'without', 'with', 'more', 'without', 'with', 'more'], 12, 14));
  for (const { profile, size, instructions } of figures) {
    const part = `${((instructions[1] / instructions[0] - 1) * 100).toFixed(1)}%`;
    console.log(line([profile, ...size, size[1] - size[0], ...instructions, part], 12, 14));
  }
  keep('usage', { command: 'npm run bench:usage', versions: {}, figures });
}

// `npm run bench:hardened`: what each mechanism of `hardened` costs: instructions of some rows, counted, harness and all, with
// it and without, over those of `lean`. With `--time` that is printed as well, of more rows, in turns: no figures that stay.

import { sources } from '../../tools/files.mjs';
import { isProgram } from '../../tools/paths.mjs';
import { keep } from '../../tools/results.mjs';
import { geometricMean, median } from '../../tools/statistics.mjs';
import { line } from '../../tools/text.mjs';
import { buildModule, cFunctions } from '../../wasm/build/modules.mjs';
import { buildForSpeed } from '../allocators/heaplet.mjs';
import { withHarness } from '../build.mjs';
import { count } from '../instructions/figures.mjs';
import { measure as measureTime } from '../measure.mjs';
import { workloads } from '../workloads.mjs';

export const rows = ['random', 'pairs', '48-96', 'objects', '100-1k'];

const without = {
  poison: { poison_bytes: 0, poison_checked: 0 },
  quarantine: { quarantine_blocks: 0, quarantine_bytes: 0 },
};

/** What is set in `Config`, by the name of what is measured. */
export const variants = {
  all: {},
  'no poison': without.poison,
  'no quarantine': without.quarantine,
  'guards alone': { ...without.poison, ...without.quarantine },
};

/**
 * `hardened` as it would be with other settings.
 * @param {Record<string, number>} settings
 */
function buildWith(settings) {
  const { src, wasm } = sources();
  let text = src['config.hpp'].toString();
  for (const [field, value] of Object.entries(settings)) {
    const set = new RegExp(`^  config\\.${field} = [^;]*;`, 'm');
    const start = text.indexOf('inline constexpr Config hardened');
    const own = text.slice(start);
    if (!set.test(own)) throw new Error(`src/config.hpp: hardened does not set ${field}`);
    text = text.slice(0, start) + own.replace(set, `  config.${field} = ${value};`);
  }
  return buildModule({
    profile: 'hardened',
    exports: cFunctions,
    memory: 'own',
    optimise: [],
    files: { src: { ...src, 'config.hpp': text }, wasm },
  });
}

/** @returns {Promise<Map<string, import('../build.mjs').Program>>} `lean`, and what is chosen of the variants */
async function build(chosen) {
  const programs = new Map([['lean', await withHarness(await buildForSpeed('lean'))]]);
  for (const name of chosen) programs.set(name, await withHarness(await buildWith(variants[name])));
  return programs;
}

/** @returns {Promise<Record<string, Record<string, number>>>} instructions a call, by variant and row */
export async function measure(chosen = Object.keys(variants)) {
  const wanted = workloads([]).filter(({ name }) => rows.includes(name));
  const found = {};
  for (const [name, program] of await build(chosen)) {
    found[name] = {};
    for (const workload of wanted) {
      const { instructions, calls } = /** @type {any} */ (await count(program, workload));
      found[name][workload.name] = Math.round((instructions / calls) * 10) / 10;
    }
  }
  return found;
}

/** Prints the time of the harness's own rows over that of `lean`: medians, and in the end their geometric means. */
async function printTimes(chosen = Object.keys(variants)) {
  const timed = workloads([]).filter(({ script, run }) => !script && run !== 'cleared');
  const options = { rows: { linked: timed }, rounds: 5, scale: 1 / 5, report: () => {} };
  const { linked } = await measureTime(await build(chosen), options);
  console.log('\nTime over that of lean\n');
  console.log(line(['', ...chosen], 16, 16));
  const ratios = Object.values(linked).map((row) =>
    chosen.map((name) => median(row[name].ns) / median(row.lean.ns)),
  );
  const printed = (name, values) =>
    console.log(line([name, ...values.map((ratio) => ratio.toFixed(2))], 16, 16));
  for (const [i, { name }] of timed.entries()) printed(name, ratios[i]);
  const mean = (_, i) => geometricMean(ratios.map((row) => row[i]));
  printed('mean', chosen.map(mean));
}

if (isProgram(import.meta.url)) {
  const chosen = process.argv.slice(2).filter((argument) => argument !== '--time');
  const figures = await measure(chosen.length ? chosen : undefined);
  console.log('Instructions a call, and over those of lean\n');
  console.log(line(['', ...rows.flatMap((row) => [row, ''])], 16, 9));
  for (const [name, row] of Object.entries(figures)) {
    const cells = rows.flatMap((each) => [row[each], (row[each] / figures.lean[each]).toFixed(2)]);
    console.log(line([name, ...cells], 16, 9));
  }
  if (!chosen.length) keep('hardened', { command: 'npm run bench:hardened', versions: {}, figures });
  if (process.argv.includes('--time')) await printTimes(chosen.length ? chosen : undefined);
}

// `npm run size`: how many bytes each profile costs, and a pool with what creates it, over a module whose functions are empty. Leaves the measured modules
// in build/size/, and the table in bench/results/size.json; with --check it fails if that has another.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolchain } from '../../tools/cache.mjs';
import { folder, isProgram } from '../../tools/paths.mjs';
import { compareWithKept, keep } from '../../tools/results.mjs';
import { line } from '../../tools/text.mjs';
import { buildModule, finalPasses, profiles } from './modules.mjs';
import { sizedPool } from './pool.mjs';

export const exportSets = { mf: ['malloc', 'free'], mfr: ['malloc', 'free', 'realloc'] };

/** A module as its size is measured: compiled for size, with a memory of its own. */
export const sized = (options) => buildModule({ memory: 'own', forSize: true, ...options });

/** The same whose functions are empty. */
export const emptied = (exports) =>
  sized({ exports, profile: 'small', source: 'wasm/empty.cpp', optimise: [finalPasses] });

/** @returns {Promise<Array<{name: string, exports: string, size: number, module: number}>>} bytes */
export async function measure() {
  const out = folder('build/size');
  const rows = [];
  for (const [set, exports] of Object.entries(exportSets)) {
    const empty = await emptied(exports);
    writeFileSync(join(out, `empty-${set}.wasm`), empty);
    for (const profile of profiles) {
      for (const coalesce of [false, true]) {
        const name = coalesce ? `${profile}-coalesce` : profile;
        const wasm = await sized({ exports, profile, coalesce });
        writeFileSync(join(out, `${name}-${set}.wasm`), wasm);
        rows.push({ name, exports: set, size: wasm.length - empty.length, module: wasm.length });
      }
    }
  }
  for (const [set, exports] of Object.entries(exportSets)) {
    const names = ['create', ...exports].map((name) => `heaplet_pool_${name}`);
    const wasm = await sizedPool(names);
    writeFileSync(join(out, `pool-${set}.wasm`), wasm);
    const empty = await sizedPool(names, 'pool/empty.cpp');
    rows.push({ name: 'pool', exports: set, size: wasm.length - empty.length, module: wasm.length });
  }
  return rows;
}

function table(rows) {
  const names = [...new Set(rows.map((row) => row.name))];
  const size = (name, set) => rows.find((row) => row.name === name && row.exports === set).size;
  return [
    'Code size in bytes, compiled for size, over a module whose functions are empty',
    line(['', 'malloc+free', '+ realloc'], 20, 14),
    ...names.map((name) => line([name, size(name, 'mf'), size(name, 'mfr')], 20, 14)),
  ].join('\n');
}

if (isProgram(import.meta.url)) {
  const rows = await measure();
  console.log(process.argv.includes('--json') ? JSON.stringify(rows, null, 2) : table(rows));
  if (process.argv.includes('--check')) compareWithKept('size', rows);
  else keep('size', { command: 'npm run size', versions: toolchain, figures: rows });
}

// Makes the modules that proofs are about: of the core's headers as they are, and of each with a mistake in it. `small` is
// the module of the npm package: what it does wrong for a mutation is changed in its bytes (small/mutations.py).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clang } from '../tools/clang.mjs';
import { sources, tree } from '../tools/files.mjs';
import { folder, path } from '../tools/paths.mjs';
import { bare, flags } from '../wasm/build/modules.mjs';

/** @typedef {{ name: string, proof: string, file: string, from: string, to: string }} Mutation */

/** @type {Mutation[]} */
export const mutations = JSON.parse(readFileSync(path('proofs/core/mutations.json'), 'utf8'));

/** The sources with one text replaced, which must be there exactly once. @param {Mutation} mutation */
function mutated({ name, file, from, to }) {
  const all = sources();
  const parts = file.split('/');
  const last = parts.pop();
  const inside = parts.reduce((folder, part) => folder[part], all);
  const text = inside[last].toString();
  if (text.split(from).length !== 2) throw new Error(`${name}: ${file} has not exactly one \`${from}\``);
  inside[last] = text.replace(from, () => to);
  return all;
}

const compile = (files) =>
  clang(
    [
      bare('wasm32'),
      [...flags.common, '-O2', '-fno-access-control', '-I.', '-Wl,--no-entry', '-Wl,--strip-all'],
      ['proofs/core/core.cpp', '-o', 'core.wasm'],
    ].flat(),
    { ...files, proofs: { core: tree('proofs/core') } },
  );

/** @returns {Promise<string>} the folder that they lie in */
export async function buildCore() {
  const out = folder('build/proofs');
  writeFileSync(join(out, 'core.wasm'), await compile(sources()));
  for (const mutation of mutations)
    writeFileSync(join(out, `core-${mutation.name}.wasm`), await compile(mutated(mutation)));
  return out;
}

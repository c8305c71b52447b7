// Builds every program with every toolchain and allocator.

import { createHash } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from '../../tools/paths.mjs';

/**
 * @typedef {object} Built
 * @property {import('./programs.mjs').Program} program
 * @property {import('./toolchains.mjs').Toolchain} toolchain
 * @property {string} allocator
 * @property {string} where what run-once.mjs takes
 * @property {number} bytes of the module
 */

/** Where a module from `link` lies: the path of a WASI reactor, or the folder of an Emscripten program. */
function place(linked) {
  if (typeof linked === 'string')
    return { where: linked, bytes: statSync(join(linked, 'program.wasm')).size };
  const name = createHash('sha256').update(linked).digest('hex').slice(0, 32);
  const where = join(folder('build/programs'), `${name}.wasm`);
  writeFileSync(where, linked);
  return { where, bytes: linked.length };
}

/**
 * @param {import('./programs.mjs').Program} program
 * @param {import('./toolchains.mjs').Toolchain} toolchain
 * @param {object} [options]
 * @param {string} [options.level] of optimisation, instead of the usual
 * @param {(stage: string) => void} [options.report] told what is being built
 * @returns {Promise<Built[]>} one for each of the toolchain's allocators
 */
export async function buildProgram(program, toolchain, { level, report = () => {} } = {}) {
  report(`compiling ${program.name} with ${toolchain.name}`);
  level ??= toolchain.slow ? program.level : '-O2';
  const objects = {};
  for (const unit of await program.units()) {
    objects[`${unit.file.replace(/\.\w+$/, '')}.o`] = await toolchain.object(unit, level);
  }
  const built = [];
  for (const allocator of toolchain.allocators) {
    report(`linking ${program.name} with ${allocator}, ${toolchain.name}`);
    const linked = await toolchain.link(objects, allocator, level);
    built.push({ program, toolchain, allocator, ...place(linked) });
  }
  return built;
}

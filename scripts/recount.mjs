// `npm run recount`: counts everything again that does not depend on the hour, once something in the core has changed (bytes,
// instructions, worst calls), and brings it into the texts. What it leaves is compared by tests, to the byte.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { path } from '../tools/paths.mjs';
import { newestEmscripten } from './emscripten-newest.mjs';

const newest = newestEmscripten();

/**
 * A program of this repository, its arguments, and what its environment has besides.
 * @type {any[][]}
 */
const steps = [
  ['wasm/build/dist.mjs'],
  ['wasm/build/size.mjs'],
  ['bench/js/size.mjs'],
  ['bench/hello/run.mjs'],
  ...(newest ? [['bench/hello/run.mjs', [], { EMCC: join(newest, 'emcc') }]] : []),
  ['bench/instructions/run.mjs', ['--update']],
  ['bench/instructions/constant.mjs'],
  ['bench/instructions/locked.mjs'],
  ['bench/hardened/run.mjs'],
  ['bench/usage/run.mjs'],
  ['bench/arm/run.mjs'],
  ['scripts/figures.mjs'],
];

for (const [program, args = [], environment = {}] of steps) {
  console.log(`\n${[program, ...args].join(' ')}`);
  const env = { ...process.env, ...environment };
  const { status } = spawnSync(process.execPath, [path(program), ...args], { stdio: 'inherit', env });
  if (status !== 0) process.exit(1);
}

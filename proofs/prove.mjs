// `npm run prove`: every proof, on the bytes of the npm package, on the core's headers and on the models of threads. `--quick`
// is the part that `npm test` runs; names of proofs run those alone. README.md says what is proved.
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { path } from '../tools/paths.mjs';
import { python } from '../tools/pypi.mjs';
import { buildCore } from './build.mjs';
import { missing, provable } from './parts.mjs';
import { bitwuzla } from './solver.mjs';
import { checkModels } from './threads.mjs';

const words = process.argv.slice(2);
const quick = words.includes('--quick');
if (!provable) throw new Error(`the proofs need ${missing}`);

const folder = await buildCore();
copyFileSync(path('dist/heaplet-small.wasm'), join(folder, 'heaplet-small.wasm'));
const { status } = spawnSync(python, ['-B', path('proofs/run.py'), folder, ...words], {
  stdio: 'inherit',
  env: { ...process.env, PYTHONPATH: await bitwuzla() },
});
let failed = status !== 0;

const named = words.some((word) => !word.startsWith('--'));
if (!named) failed = !(await checkModels(quick ? 2 : 3)) || failed;
process.exitCode = failed ? 1 : 0;

// `npm run prove`: every proof, on the bytes of the npm package, on the core's headers and on the models of threads. `--quick`
// is the part that `npm test` runs; names of proofs run those alone; `--verbose` says each goal. README.md says what is proved.
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { path } from '../tools/paths.mjs';
import { python } from '../tools/pypi.mjs';
import { buildCore } from './build.mjs';
import { missing, provable } from './parts.mjs';
import { record } from './replay.mjs';
import { bitwuzla } from './solver.mjs';
import { checkModels } from './threads.mjs';

const { values, positionals: names } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, verbose: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const { quick, verbose } = values;
const flags = [...(quick ? ['--quick'] : []), ...(verbose ? ['--verbose'] : [])];
if (!provable) throw new Error(`the proofs need ${missing}`);

const folder = await buildCore();
const module = join(folder, 'heaplet-small.wasm');
copyFileSync(path('dist/heaplet-small.wasm'), module);
const history = join(folder, 'history.json');
record(module, history);
const env = { ...process.env, PYTHONPATH: await bitwuzla() };
const runs = (program, ...args) =>
  spawnSync(python, ['-B', path(`proofs/${program}.py`), ...args], { stdio: 'inherit', env }).status === 0;
let failed = !runs('replay', module, history);
failed = !runs('run', folder, ...flags, ...names) || failed;

if (names.length === 0) failed = !(await checkModels(quick ? 2 : 3)) || failed;
process.exitCode = failed ? 1 : 0;

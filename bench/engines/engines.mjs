// The engines beside V8's optimising compiler, as far as they are there: each runs a job and answers with its results.
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandOf } from '../../tools/browsers.mjs';
import { path } from '../../tools/paths.mjs';
import { postedBy } from '../../tools/posted.mjs';
import { missingPython, pypiPackage, python } from '../../tools/pypi.mjs';
import { runtime } from '../../tools/runtimes.mjs';
import { wasmtime } from '../../tools/wasmtime.mjs';

/** Where the job and its modules lie. */
export const jobFolder = path('build/engines');

/**
 * @typedef {object} Engine
 * @property {string} name as the table shows it, at most 9 characters
 * @property {string} title
 * @property {() => Promise<Awaited<ReturnType<typeof import('./measure.mjs').measure>>>} run
 */

const limit = 600_000; // ms

/** A command that prints the results. */
async function fromCommand(command, args, env = {}) {
  const options = { env: { ...process.env, ...env }, maxBuffer: 2 ** 26, timeout: limit };
  const { stdout } = await promisify(execFile)(command, args, options);
  return JSON.parse(stdout);
}

const main = path('bench/engines/main.mjs');
const onNode = (...flags) => fromCommand(process.execPath, [...flags, main, jobFolder]);

const version = (command, ...args) =>
  (spawnSync(command, args, { encoding: 'utf8' }).stdout ?? '').split('\n')[0].match(/\d+(\.\d+)+/)?.[0] ??
  '';

/** A page that posts the results, as the tests in browsers do. */
async function inBrowser(name, command) {
  const page = 'bench/engines/page.html';
  const { results, error } = await postedBy(name, command, page, { isolated: true, limit });
  if (error) throw new Error(`${name}: ${error}`);
  return results;
}

/** @returns {{ engines: Engine[], missing: string[] }} with how to get what is not there */
export function findEngines() {
  const node = `Node ${process.versions.node}`;
  const engines = [
    { name: 'V8', title: `${node}, the optimising compiler`, run: () => onNode('--no-liftoff') },
    { name: 'Liftoff', title: `${node}, the baseline compiler`, run: () => onNode('--liftoff-only') },
  ];
  const missing = [];
  const deno = runtime('deno');
  if (deno)
    engines.push({
      name: 'Deno',
      title: `Deno ${version(deno, '--version')} (V8 as it comes)`,
      run: () => fromCommand(deno, ['run', '--quiet', '--allow-read', main, jobFolder]),
    });
  const bun = runtime('bun');
  if (bun)
    engines.push({
      name: 'Bun',
      title: `Bun ${version(bun, '--version')} (JavaScriptCore)`,
      run: () => fromCommand(bun, [main, jobFolder]),
    });
  if (!deno || !bun) missing.push('Deno, Bun: `node scripts/runtimes.mjs`');
  const firefox = commandOf('firefox');
  if (firefox)
    engines.push({
      name: 'Firefox',
      title: `Firefox ${version(firefox, '--version')} (SpiderMonkey)`,
      run: () => inBrowser('firefox', firefox),
    });
  else missing.push('Firefox: firefox-esr');
  if (python)
    engines.push({
      name: 'wasmtime',
      title: `wasmtime ${wasmtime.version} (Cranelift)`,
      run: async () => {
        const found = await pypiPackage('wasmtime', wasmtime.version, wasmtime.hashes);
        const program = path('bench/engines/run_wasmtime.py');
        return fromCommand(python, [program, jobFolder], { PYTHONPATH: join(found) });
      },
    });
  else missing.push(`wasmtime: ${missingPython}`);
  return { engines, missing };
}

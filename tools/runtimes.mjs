// Other places where JavaScript runs: those of the machine, or else of build/runtimes, where `node scripts/runtimes.mjs`
// puts them.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { has } from './commands.mjs';
import { path } from './paths.mjs';

/** Node as npm carries it: a package for each system. */
const node = {
  name: `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
  scope: '',
  program: process.platform === 'win32' ? 'bin/node.exe' : 'bin/node',
};

/**
 * The package of each, and where its program lies: npm chooses one for the machine, and an install script would put it into
 * place, but here none runs. The Nodes are those that people use, beside the machine's own.
 * @type {Record<string, { name?: string, version: string, scope: string, program: string }>}
 */
export const runtimes = {
  deno: { version: '2.9.6', scope: '@deno', program: 'deno' },
  bun: { version: '1.4.5', scope: '@oven', program: 'bin/bun' },
  workerd: { version: '1.20261117.1', scope: '@cloudflare', program: 'bin/workerd' },
  node22: { ...node, version: '22.23.5' },
  node24: { ...node, version: '24.22.3' },
  node26: { ...node, version: '26.12.1' },
};

/** The folder of one, its own: npm takes away what it was not asked for. */
export const home = (name) => `build/runtimes/${name}`;

function installed(name) {
  const { scope, program } = runtimes[name];
  const packages = path(`${home(name)}/node_modules/${scope}`);
  try {
    return readdirSync(packages)
      .map((each) => join(packages, each, program))
      .find((command) => has(command));
  } catch {
    return undefined;
  }
}

/** @returns {string | undefined} the command that runs it on this machine */
export const runtime = (name) => (has(name) ? name : installed(name));

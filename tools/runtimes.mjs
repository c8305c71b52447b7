// Deno and Bun: those of the machine, or else of build/runtimes, where `node scripts/runtimes.mjs` puts them.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { has } from './commands.mjs';
import { path } from './paths.mjs';

// The package of each, and where its program lies: npm chooses one for the machine, and an install script would put it
// into place, but here none runs.
export const runtimes = {
  deno: { version: '2.9.6', scope: '@deno', program: 'deno' },
  bun: { version: '1.4.5', scope: '@oven', program: 'bin/bun' },
};

function installed({ scope, program }) {
  const packages = path(`build/runtimes/node_modules/${scope}`);
  try {
    return readdirSync(packages)
      .map((name) => join(packages, name, program))
      .find((command) => has(command));
  } catch {
    return undefined;
  }
}

/** @returns {string | undefined} the command that runs `deno` or `bun` on this machine */
export const runtime = (name) => (has(name) ? name : installed(runtimes[name]));

// heaplet's own profiles: the stand-alone modules that own their memory.
import { readFileSync } from 'node:fs';
import { clang } from '../../tools/clang.mjs';
import { sources } from '../../tools/files.mjs';
import { path } from '../../tools/paths.mjs';
import { buildModule } from '../../wasm/build/modules.mjs';
import { target } from '../build.mjs';
import { buildEmpty, cFunctions } from './c.mjs';

const { version } = JSON.parse(readFileSync(path('package.json'), 'utf8'));

// Compiled for size, `small` first takes the form that its last pass would shrink; the others come as clang made
// them. The benchmark's own passes follow, as for everybody.
const passes = { small: [['--flatten', '--rereloop', '-Oz']], lean: [], fast: [], hardened: [] };

/**
 * @param {string} profile
 * @param {boolean} [usage] whether it counts what is in use; if it is not said, as the profile has it
 */
export const buildForSpeed = (profile, usage) =>
  buildModule({ profile, exports: cFunctions, memory: 'own', optimise: passes[profile], usage });

const allocator = (profile) => ({
  name: `heaplet ${profile}`,
  from: `heaplet ${version}`,
  build: () => buildForSpeed(profile),
  // As `npm run size` makes them.
  buildForSize: ({ exports }) => buildModule({ profile, exports, memory: 'own', forSize: true }),
  buildEmpty,
});

const flags = JSON.parse(readFileSync(path('profiles.json'), 'utf8'));

/** The malloc family as an object for a program in another language. `small` is the library's, not the module. */
export function heapletObject(profile) {
  const args = [
    ['clang++', ...target, '-nostdinc++', '-ffreestanding', ...flags.common, ...flags.profiles[profile]],
    [`-DHEAPLET_PROFILE=${profile}`, flags.coalesce, '-I.', '-c', 'wasm/malloc.cpp', '-o', 'heaplet.o'],
  ].flat();
  return clang(args, sources());
}

/** @type {import('./index.mjs').Group} */
export const heaplet = {
  names: Object.keys(passes).map((profile) => `heaplet ${profile}`),
  missing: () => undefined,
  allocators: () => Object.keys(passes).map(allocator),
};

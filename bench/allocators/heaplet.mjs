// heaplet's own profiles: the stand-alone modules that own their memory.
import { readFileSync } from 'node:fs';
import { path } from '../../tools/paths.mjs';
import { buildModule } from '../../wasm/build/modules.mjs';
import { buildEmpty, cFunctions } from './c.mjs';

const { version } = JSON.parse(readFileSync(path('package.json'), 'utf8'));

// Compiled for size, `small` first takes the form that its last pass would shrink; the others come as clang made
// them. The benchmark's own passes follow, as for everybody.
const passes = {
  small: [['--flatten', '--rereloop', '-Oz']],
  lean: [],
  fast: [],
  hardened: [],
  realtime: [],
};

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

/** All of them, whose calls are counted for exact.json too. */
export const counted = Object.keys(passes).map(allocator);

/** @type {import('./index.mjs').Group} */
export const heaplet = {
  names: counted.map(({ name }) => name),
  missing: () => undefined,
  allocators: () => counted,
};

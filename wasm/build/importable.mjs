// The modules that a program imports where wasm may not be compiled from bytes, in Cloudflare Workers and under a strict
// policy: the engine compiles them as it loads the program. Nothing can be written into them then, so they import the
// address of the heap's state as a global, and there is one for memories that are shared. What js/ has to know of a module
// stands in it, in a section named `heaplet`.
import { string, unsigned } from '../../tools/binary.mjs';
import { fixGlobals } from '../../tools/binaryen.mjs';
import { buildWalked, called } from './placed.mjs';
import { limits, withLimits } from './text.mjs';

/** @param {Uint8Array} wasm @param {object} about */
function withSection(wasm, about) {
  const contents = [...string('heaplet'), ...Buffer.from(JSON.stringify(about))];
  return Buffer.concat([wasm, Buffer.from([0, ...unsigned(contents.length), ...contents])]);
}

/**
 * A module that stays at the start of a memory of its own.
 * @param {string} profile
 * @param {Uint8Array} wasm
 */
export async function importableFixed(profile, wasm) {
  return withSection(await fixGlobals(wasm, [], 0, called), { profile });
}

/**
 * A heap that can be placed anywhere, the walker in it.
 * @param {string} profile by its name in JavaScript
 * @param {string} config by its name in C++
 * @param {boolean} shared
 */
export async function importablePlaced(profile, config, shared) {
  const { about, wasm } = await buildWalked(config);
  // The stack ends where the state begins.
  const own = await fixGlobals(wasm, ['__stack_pointer'], '__memory_base', called);
  const limited = withLimits(own, shared ? limits.shared : limits.own);
  return withSection(limited, { ...about, profile, shared });
}

// The modules that a program imports where wasm may not be compiled from bytes, in Cloudflare Workers and under a strict
// policy: the engine compiles them as it loads the program. Nothing can be written into them then, so they import the
// address of the heap's state as a global, and there is one for memories that are shared. What js/ has to know of a module
// stands in it, in a section named `heaplet`.

import { imports as narrow } from '../../js/word.js';
import { imports as wide } from '../../js/word64.js';
import { string, unsigned } from '../../tools/binary.mjs';
import { fixGlobals } from '../../tools/binaryen.mjs';
import { buildWalked, buildWide, called, calledWide } from './placed.mjs';
import { textOf, withLimits } from './text.mjs';

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
 * @param {boolean} [memory64] for addresses of 64 bits
 */
export async function importablePlaced(profile, config, shared, memory64 = false) {
  const { about, wasm } = await (memory64 ? buildWide : buildWalked)(config);
  // The stack ends where the state begins.
  const names = memory64 ? calledWide : called;
  const own = await fixGlobals(wasm, ['__stack_pointer'], '__memory_base', names);
  const { own: unshared, shared: both } = memory64 ? wide : narrow;
  const limited = withLimits(own, shared ? both : unshared);
  return withSection(limited, { ...about, profile, shared });
}

/**
 * What js/ carries of one for addresses of 64 bits: as text, and with the address as a global, for such modules are not
 * made for a place.
 * @param {string} profile
 * @param {string} config
 */
export async function describeWide(profile, config) {
  const { about, wasm } = await buildWide(config);
  const own = await fixGlobals(wasm, ['__stack_pointer'], '__memory_base', calledWide);
  const place = new Uint8Array(wide.own.length);
  return { ...about, profile, wasm: textOf(withLimits(own, place), place) };
}

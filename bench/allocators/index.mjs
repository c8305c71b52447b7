// Who is measured. A group of allocators shares what it needs; where that is missing, its allocators are named with
// how to get them.
import { assemblyscript } from './assemblyscript.mjs';
import { c } from './c.mjs';
import { emscripten } from './emscripten.mjs';
import { heaplet } from './heaplet.mjs';
import { mimalloc } from './mimalloc.mjs';
import { rust } from './rust.mjs';
import { zig } from './zig.mjs';

/**
 * @typedef {object} Allocator
 * @property {string} name as the tables show it, at most 16 characters
 * @property {string} from the package that it is built from, with its version
 * @property {() => Promise<Uint8Array>} [build] makes its module (../build.mjs says what that exports); without it only
 *   its size is of interest
 * @property {(wanted: { exports: string[] }) => Promise<Uint8Array>} buildForSize the same, as short as it gets, of
 * some of malloc, free, realloc
 * @property {(wanted: { exports: string[] }) => Promise<Uint8Array>} buildEmpty the same functions, doing nothing
 */

/**
 * @typedef {object} Group
 * @property {string[]} names of its allocators, for when it is missing
 * @property {() => string | undefined} missing how to get what it needs, if that is not there
 * @property {() => Allocator[]} allocators
 */

/** @type {Group[]} in the order of the tables */
const groups = [heaplet, c, assemblyscript, emscripten, mimalloc, rust, zig];

/** The names of all of them, also of those that are not here. */
export const known = groups.flatMap(({ names }) => names);

/**
 * @param {RegExp} only names to keep
 * @returns {{ allocators: Allocator[], missing: string[] }}
 */
export function find(only = /./) {
  const allocators = [];
  const missing = [];
  for (const group of groups) {
    const hint = group.missing();
    if (!hint) allocators.push(...group.allocators().filter(({ name }) => only.test(name)));
    else if (group.names.some((name) => only.test(name))) missing.push(`${group.names.join(', ')}: ${hint}`);
  }
  return { allocators, missing };
}

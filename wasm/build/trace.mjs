// libheaplet-trace.a: reports each call of a program's malloc, whichever that is.
import { readFileSync } from 'node:fs';
import { archive, clang } from '../../tools/clang.mjs';
import { path } from '../../tools/paths.mjs';
import { flags, targets } from './modules.mjs';

/** What is reported: in the names of heaplet's archive and of all others. */
const wrapped = [...flags.traced, ...flags.tracedOfHeaplet];

/** @param {keyof typeof targets} target */
export async function buildTraceLibrary(target) {
  const files = { 'trace.c': readFileSync(path('wasm/trace.c')) };
  const objects = {};
  for (const name of wrapped) {
    const args = [
      'clang',
      `--target=${targets[target]}`,
      '-Os',
      '-Wall',
      '-Werror',
      '-fno-builtin',
      '-mcpu=mvp',
    ];
    objects[`trace-${name}.o`] = await clang(
      [...args, '-nostdlibinc', `-DHEAPLET_WRAP=${name}`, '-c', 'trace.c', '-o', 'trace.o'],
      files,
    );
  }
  return archive('libheaplet-trace.a', objects);
}

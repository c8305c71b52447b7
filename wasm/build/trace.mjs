// libheaplet-trace.a, and libheaplet-trace-threads.a: report each call of a program's malloc, whichever that is.
import { readFileSync } from 'node:fs';
import { archive, clang } from '../../tools/clang.mjs';
import { path } from '../../tools/paths.mjs';
import { flags, targets } from './modules.mjs';

/** What is reported: in the names of heaplet's archive and of all others. */
const wrapped = [...flags.traced, ...flags.tracedOfHeaplet];

/**
 * @param {keyof typeof targets} target
 * @param {boolean} [threads] for a program that has some
 */
export async function buildTraceLibrary(target, threads = false) {
  const source = (/** @type {string} */ name) => ({ [name]: readFileSync(path(`wasm/${name}`)) });
  const args = [
    'clang',
    `--target=${targets[target]}`,
    '-Os',
    '-Wall',
    '-Werror',
    '-fno-builtin',
    '-mcpu=mvp',
    ...(threads ? ['-matomics', '-mbulk-memory'] : []),
    '-nostdlibinc',
  ];
  const objects = {};
  for (const name of wrapped)
    objects[`trace-${name}.o`] = await clang(
      [...args, `-DHEAPLET_WRAP=${name}`, '-c', 'trace.c', '-o', 'trace.o'],
      source('trace.c'),
    );
  if (threads)
    objects['trace-threads.o'] = await clang(
      [...args, '-c', 'trace_threads.c', '-o', 'trace.o'],
      source('trace_threads.c'),
    );
  return archive('libheaplet-trace.a', objects);
}

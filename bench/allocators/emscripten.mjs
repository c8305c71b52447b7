// Emscripten's allocators, from the sources that an installed Emscripten brings, compiled by the same clang as
// everything else. Its JavaScript, which grows the memory by a fifth more than is asked for, is replaced by
// memory.grow of what is asked for (platform.c): in a real program these two use up to a fifth more memory.
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clang } from '../../tools/clang.mjs';
import { findEmscripten, missing } from '../../tools/emscripten.mjs';
import { headers } from '../../tools/files.mjs';
import { path } from '../../tools/paths.mjs';
import { target } from '../build.mjs';
import { buildEmpty, cFunctions, exported } from './c.mjs';

const names = ['dlmalloc (em)', 'emmalloc'];

// The sources and the version are of one and the same Emscripten: the one that `findEmscripten` finds, for everybody.
const found = findEmscripten();
const folder = found && dirname(realpathSync(found.emcc));
const hasSources = folder && existsSync(join(folder, 'system/lib/emmalloc.c'));

// emmalloc 3.1.6 reads its lists through pointers of several types: without -fno-strict-aliasing clang 21 compiles a
// realloc that corrupts the heap.
/** Compiles one of the sources with Emscripten's headers, as Emscripten would. */
async function object(name, level) {
  const args = [
    [
      'clang',
      ...target,
      '--target=wasm32-unknown-emscripten',
      level,
      '-DNDEBUG',
      '-fno-builtin',
      '-fno-strict-aliasing',
      '-w',
    ],
    ['-isystem', 'include/compat', '-isystem', 'include'],
    ['-c', `${name}.c`, '-o', `${name}.o`],
  ].flat();
  const source = readFileSync(join(folder, `system/lib/${name}.c`));
  return clang(args, { [`${name}.c`]: source, include: headers(join(folder, 'cache/sysroot/include')) });
}

async function build(name, { exports = cFunctions, level = '-O3' } = {}) {
  const objects = { 'malloc.o': await object(name, level), 'sbrk.o': await object('sbrk', level) };
  const args = [
    ['clang', ...target, '-nostdlib', '-ffreestanding', level, '-Wl,--no-entry', '-Wl,-z,stack-size=4096'],
    exported(exports),
    [...Object.keys(objects), 'platform.c', '-o', `${name}.wasm`],
  ].flat();
  return clang(args, { ...objects, 'platform.c': readFileSync(path('bench/allocators/platform.c')) });
}

/** @type {import('./index.mjs').Group} */
export const emscripten = {
  names,
  missing() {
    if (!found) return missing;
    return hasSources ? undefined : `${missing}, beside its sources: ${folder} has no system/lib/emmalloc.c`;
  },
  allocators() {
    const from = `Emscripten ${found.version}`;
    return ['dlmalloc', 'emmalloc'].map((source, i) => ({
      name: names[i],
      from,
      build: () => build(source),
      buildForSize: ({ exports }) => build(source, { exports, level: '-Oz' }),
      buildEmpty,
    }));
  },
};

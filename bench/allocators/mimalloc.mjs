// mimalloc, both generations, from the C sources in the crate libmimalloc-sys2: cargo only fetches them. The
// platform is the one that mimalloc has for WASI: memory.grow, and Node's WASI for its options and its clock.
import { join, posix } from 'node:path';
import { clang } from '../../tools/clang.mjs';
import { files } from '../../tools/files.mjs';
import { missingRust, rust } from '../../tools/rust.mjs';
import { buildEmpty, cFunctions, exported } from './c.mjs';
import { dependency } from './cargo.mjs';

const crate = 'libmimalloc-sys2';
const generations = { 'mimalloc 2': 'mimalloc', 'mimalloc 3': 'mimalloc3' };

/** The tree with no `..` in it: the npm clang's file system does not know what lies above a folder. */
const withoutParents = (tree, at = '') =>
  Object.fromEntries(
    Object.entries(tree).map(([name, file]) => [
      name,
      file instanceof Uint8Array
        ? String(file).replaceAll(
            /(#include ")(\.\.\/[^"]*)/g,
            (_, word, path) => word + posix.join(at, path),
          )
        : withoutParents(file, posix.join(at, name)),
    ]),
  );

function sources(generation) {
  const root = join(dependency('peers', crate).folder, 'c_src', generation);
  return withoutParents(
    Object.fromEntries(['include', 'src'].map((name) => [name, files(join(root, name), /\.[ch]$/)])),
  );
}

/** @returns {string} major, minor, patch: two digits each in the header */
function version(generation) {
  const header = String(sources(generation).include['mimalloc.h']);
  const number = Number(header.match(/define MI_MALLOC_VERSION\s+(\d+)/)[1]);
  return [Math.floor(number / 10000), Math.floor(number / 100) % 100, number % 100].join('.');
}

function build(generation, { exports = cFunctions, level = '-O3' } = {}) {
  const args = [
    ['clang', '--target=wasm32-wasip1', '-mbulk-memory', level, '-DNDEBUG', '-DMI_MALLOC_OVERRIDE', '-w'],
    ['-fno-builtin', '-I.', '-Iinclude', '-Isrc', '-mexec-model=reactor', '-Wl,-z,stack-size=16384'],
    ['-D_WASI_EMULATED_PROCESS_CLOCKS', '-lwasi-emulated-process-clocks'],
    exported(exports),
    ['src/static.c', '-o', 'mimalloc.wasm'],
  ].flat();
  return clang(args, sources(generation));
}

/** @type {import('./index.mjs').Group} */
export const mimalloc = {
  names: Object.keys(generations),
  missing: () => (rust ? undefined : missingRust),
  allocators: () =>
    Object.entries(generations).map(([name, generation]) => ({
      name,
      from: `mimalloc ${version(generation)} in ${dependency('peers', crate).crate}`,
      build: () => build(generation),
      buildForSize: ({ exports }) => build(generation, { exports, level: '-Oz' }),
      buildEmpty,
    })),
};

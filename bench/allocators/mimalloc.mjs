// mimalloc, both generations, from the C sources in the crate libmimalloc-sys: cargo only fetches them. The
// platform is the one that mimalloc has for WASI: memory.grow, and Node's WASI for its options and its clock.
import { join } from 'node:path';
import { clang } from '../../tools/clang.mjs';
import { files } from '../../tools/files.mjs';
import { missingRust, rust } from '../../tools/rust.mjs';
import { buildEmpty, exported, family } from './c.mjs';
import { dependency } from './cargo.mjs';

const generations = { 'mimalloc 2': 'v2', 'mimalloc 3': 'v3' };

function sources(generation) {
  const { folder } = dependency('peers', 'libmimalloc-sys');
  return files(join(folder, 'c_src/mimalloc', generation), /\.[ch]$/);
}

/** @returns {string} major, minor, patch: two digits each in the header */
function version(generation) {
  const header = String(sources(generation).include['mimalloc.h']);
  const number = Number(header.match(/define MI_MALLOC_VERSION\s+(\d+)/)[1]);
  return [Math.floor(number / 10000), Math.floor(number / 100) % 100, number % 100].join('.');
}

function build(generation, { exports = family, level = '-O3' } = {}) {
  const args = [
    ['clang', '--target=wasm32-wasip1', '-mbulk-memory', level, '-DNDEBUG', '-DMI_MALLOC_OVERRIDE', '-w'],
    ['-fno-builtin', '-Iinclude', '-Isrc', '-mexec-model=reactor', '-Wl,-z,stack-size=16384'],
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
      from: `mimalloc ${version(generation)} in ${dependency('peers', 'libmimalloc-sys').crate}`,
      build: () => build(generation),
      buildForSize: ({ exports }) => build(generation, { exports, level: '-Oz' }),
      buildEmpty,
    })),
};

// What comes with the npm compiler: wasi-libc's dlmalloc, from the libc.a of its sysroot.

import { toolchain } from '../../tools/cache.mjs';
import { clang } from '../../tools/clang.mjs';
import { buildModule } from '../../wasm/build/modules.mjs';

/** What an allocator exports. */
export const cFunctions = ['malloc', 'free', 'realloc', 'calloc'];

/** The linker's flags for it. */
export const exported = (names) => names.map((name) => `-Wl,--export=${name}`);

function dlmalloc({ exports = cFunctions } = {}) {
  const args = [
    ['clang', '--target=wasm32-wasip1', '-nostartfiles', '-Wl,--no-entry', '-Wl,-z,stack-size=4096'],
    [...exported(exports), 'none.c', '-o', 'dlmalloc.wasm'],
  ].flat();
  return clang(args, { 'none.c': '' });
}

/** What a size is counted over: the same functions, doing nothing. */
export const buildEmpty = ({ exports }) =>
  buildModule({ profile: 'small', source: 'wasm/empty.cpp', exports, memory: 'own', optimise: [] });

/** @type {import('./index.mjs').Group} */
export const c = {
  names: ['dlmalloc (wasi)'],
  missing: () => undefined,
  allocators: () => [
    {
      name: 'dlmalloc (wasi)',
      from: `wasi-libc in @yowasp/clang ${toolchain.clang}`,
      build: dlmalloc,
      buildForSize: dlmalloc, // it comes compiled
      buildEmpty,
    },
  ],
};

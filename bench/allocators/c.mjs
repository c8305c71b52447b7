// What comes with the npm compiler: wasi-libc's dlmalloc, from the libc.a of its sysroot.
import { clang, toolchain } from '../../wasm/build/toolchain.mjs';

const exported = ['malloc', 'free', 'realloc'].map((name) => `-Wl,--export=${name}`);

/** @type {import('./index.mjs').Group} */
export const c = {
  names: ['dlmalloc (wasi)'],
  missing: () => undefined,
  allocators: () => [
    {
      name: 'dlmalloc (wasi)',
      from: `wasi-libc in @yowasp/clang ${toolchain.clang}`,
      build() {
        const args = [
          ['clang', '--target=wasm32-wasip1', '-nostartfiles', '-Wl,--no-entry', '-Wl,-z,stack-size=4096'],
          [...exported, 'none.c', '-o', 'dlmalloc.wasm'],
        ].flat();
        return clang(args, { 'none.c': '' });
      },
    },
  ],
};

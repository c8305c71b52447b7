// The libraries that the Rust crate carries in rust/lib/.
//
//   freestanding/PROFILE/libheaplet.a           for wasm32-unknown-unknown
//   wasi/PROFILE/libheaplet.a                   for wasm32-wasip1 and wasm32-wasip2
//   freestanding-threads/PROFILE/libheaplet.a   where the memory is shared
//   wasi-threads/PROFILE/libheaplet.a           for wasm32-wasip1-threads
//   .../PROFILE/usage/libheaplet.a              the same, that count what is in use
//
// They are those of dist/, but that `fast` without threads knows of the lists that the crate keeps (wasm/kept.hpp), if it does
// not count.
import { buildLibrary, profiles } from './modules.mjs';
import { writeLibrary } from './written.mjs';

/** @typedef {Parameters<typeof buildLibrary>[0]} Options */

/** @type {Record<string, Options>} by their paths in rust/lib/ */
export const crateLibraries = Object.fromEntries(
  profiles.flatMap((profile) => {
    const kept = profile === 'fast' || profile === 'lean';
    /** @type {[string, Options][]} */
    const libraries = [
      [`freestanding/${profile}`, { profile, target: 'freestanding', kept }],
      [`wasi/${profile}`, { profile, target: 'wasi', kept }],
      [`freestanding-threads/${profile}`, { profile, target: 'freestanding', threads: 'workers' }],
      [`wasi-threads/${profile}`, { profile, target: 'wasi', threads: 'pthreads' }],
    ];
    // `small` has no room to count.
    if (profile !== 'small')
      for (const [place, options] of [...libraries])
        libraries.push([`${place}/usage`, { ...options, kept: false, usage: true }]);
    return libraries.map(([place, options]) => [`${place}/libheaplet.a`, options]);
  }),
);

export async function writeCrate() {
  for (const [name, options] of Object.entries(crateLibraries))
    await writeLibrary(`rust/lib/${name}`, buildLibrary(options));
}

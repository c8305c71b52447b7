// The libraries that the Rust crate carries, into rust/lib/: part of `npm run build`.
//
//   freestanding/PROFILE/libheaplet.a           for wasm32-unknown-unknown
//   wasi/PROFILE/libheaplet.a                   for wasm32-wasip1 and wasm32-wasip2
//   freestanding-threads/PROFILE/libheaplet.a   where the memory is shared
//
// They are those of dist/, but that `fast` without threads knows of the lists that the crate keeps (wasm/kept.hpp).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from '../../tools/paths.mjs';
import { buildLibrary, profiles } from './modules.mjs';

/** @typedef {Parameters<typeof buildLibrary>[0]} Options */

/** @type {Record<string, Options>} by their paths in rust/lib/ */
export const crateLibraries = Object.fromEntries(
  profiles.flatMap((profile) => {
    const kept = profile === 'fast';
    /** @type {[string, Options][]} */
    const libraries = [
      [`freestanding/${profile}`, { profile, target: 'freestanding', kept }],
      [`wasi/${profile}`, { profile, target: 'wasi', kept }],
      [`freestanding-threads/${profile}`, { profile, target: 'freestanding', threads: 'workers' }],
    ];
    return libraries.map(([place, options]) => [`${place}/libheaplet.a`, options]);
  }),
);

/** Writes all of them. @param {(name: string, result: string, start: number) => void} report */
export async function writeCrate(report) {
  for (const [name, options] of Object.entries(crateLibraries)) {
    const start = performance.now();
    const library = await buildLibrary(options);
    writeFileSync(join(folder(join('rust/lib', name, '..')), 'libheaplet.a'), library);
    report(`rust/lib/${name}`, `${library.length} bytes`, start);
  }
}

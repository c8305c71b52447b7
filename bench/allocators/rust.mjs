// Rust's allocators, from crates.io. Rust frees with the size and the alignment in hand: these modules want sizes.
import { readFileSync } from 'node:fs';
import { path } from '../../tools/paths.mjs';
import { missingRust, rust as toolchain } from '../../tools/rust.mjs';
import { writeCrate } from '../../wasm/build/crate.mjs';
import { cargo } from './cargo.mjs';

const lock = readFileSync(path('bench/rust/peers/Cargo.lock'), 'utf8');

/** @returns {string} a crate's name with the version that the lock file fixes */
const version = (crate) => `${crate} ${lock.match(`name = "${crate}"\nversion = "([^"]*)"`)[1]}`;

/** @typedef {[name: string, crate: string, features: string[]]} Peer with features of bench/rust/peers */

/** @type {Peer[]} */
const peers = [
  ['rlsf small', 'rlsf', ['rlsf-small']],
  ['rlsf', 'rlsf', ['rlsf-global']],
  ['talc', 'talc', ['talc-default']],
  ['talc claim', 'talc', ['talc-claim']], // smaller code: what it grows by is never joined to what it has
  ['wee_alloc', 'wee_alloc', ['wee-alloc']],
  ['wee_alloc a4', 'wee_alloc', ['wee-alloc', 'align4']],
  ['lol_alloc', 'lol_alloc', ['lol']],
  ['dlmalloc (Rust)', 'dlmalloc', ['dl']],
  ['wasmalloc', 'wasmalloc', ['wasm-malloc']],
  ['rusty_alloc', 'rusty_alloc-api', ['rusty']],
];

/** @type {Peer} It never frees: there is nothing to time. */
const sizeOnly = ['mini-alloc', 'mini-alloc', ['mini']];

const resize = (exports) => (exports.includes('realloc') ? ['resize'] : []);

/**
 * The Rust harness with an allocator: the allocator is part of the Rust program.
 * @returns {Record<string, () => Promise<Uint8Array>>} by name
 */
export const rustPrograms = () => ({
  ...Object.fromEntries(
    ['small', 'lean', 'fast', 'realtime'].map((profile) => [
      `heaplet ${profile}`,
      async () => {
        await writeCrate();
        return cargo('harness', [`heaplet-${profile}`], { crate: path('rust') });
      },
    ]),
  ),
  ...Object.fromEntries(
    peers
      .filter(([, , features]) => !features.includes('align4')) // the harness asks for 8
      .map(([name, , features]) => [name, () => cargo('harness', features)]),
  ),
});

/** @type {import('./index.mjs').Group} */
export const rust = {
  names: [...peers, sizeOnly].map(([name]) => name),
  missing: () => (toolchain ? undefined : missingRust),
  allocators: () =>
    [...peers, sizeOnly].map((peer) => {
      const [name, crate, features] = peer;
      return {
        name,
        from: `${version(crate)}, rustc ${toolchain.version}`,
        ...(peer === sizeOnly ? {} : { build: () => cargo('peers', [...features, 'resize', 'zeroed']) }),
        buildForSize: ({ exports }) => cargo('peers', [...features, ...resize(exports)], { level: 'z' }),
        buildEmpty: ({ exports }) => cargo('peers', ['none', ...resize(exports)], { level: 'z' }),
      };
    }),
};

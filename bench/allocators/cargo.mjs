// Finds a Rust that compiles for wasm32, and runs its cargo.
//
// rustup's has the target where somebody added it. Debian's (rustc-web, cargo-web, rust-web-src) has only the
// sources of its library, which cargo then compiles too (-Zbuild-std, which a released compiler does under
// RUSTC_BOOTSTRAP=1); the linker is LLVM's wasm-ld.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { folder, path } from '../../tools/paths.mjs';
import { cached } from '../../wasm/build/toolchain.mjs';
import { files } from './files.mjs';

const wasm = 'wasm32-unknown-unknown';

const output = (command, ...args) => {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};

export const linker = ['wasm-ld', 'wasm-ld-22', 'rust-lld'].find((command) => output(command, '--version'));

/** Whether the library is there, compiled for a target. */
const hasLibrary = (rustc, target) => {
  const found = output(rustc, '--print', 'target-libdir', '--target', target);
  return found !== undefined && existsSync(found);
};

/**
 * @typedef {object} Rust
 * @property {string} cargo
 * @property {string} rustc
 * @property {string} version
 * @property {boolean} library whether its library is compiled for the target already
 */

/** @returns {Rust | undefined} the first that can: those on the PATH, then the system's */
function find() {
  for (const folder of ['', '/usr/bin/']) {
    const [cargo, rustc] = [`${folder}cargo`, `${folder}rustc`];
    const version = output(cargo, '--version') && output(rustc, '--version');
    if (!version) continue;
    const rust = { cargo, rustc, version: version.split(' ')[1] };
    if (hasLibrary(rustc, wasm)) return { ...rust, library: true };
    const sources = join(output(rustc, '--print', 'sysroot') ?? '', 'lib/rustlib/src/rust/library');
    if (existsSync(sources) && linker) return { ...rust, library: false };
  }
  return undefined;
}

/** @type {Rust | undefined} */
export const rust = find();

export const missingRust =
  'cargo with `rustup target add wasm32-unknown-unknown` (or Debian: rustc-web cargo-web rust-web-src lld)';

/** The sources of a crate of ours: its manifest, its lock, src/. */
const sources = (crate) => files(path(`bench/rust/${crate}`), /^Cargo\.|\.rs$/);

/** The folder of a dependency's sources, as cargo fetched them. */
export function dependency(crate, name) {
  const manifest = path(`bench/rust/${crate}/Cargo.toml`);
  const args = ['metadata', '--format-version=1', '--locked', '--all-features', '--manifest-path', manifest];
  const { status, stdout, stderr } = spawnSync(rust.cargo, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`cargo ${args.join(' ')}\n${stderr}`);
  const found = JSON.parse(stdout).packages.find((each) => each.name === name);
  return { crate: `${name} ${found.version}`, folder: join(found.manifest_path, '..') };
}

/**
 * Compiles one of the crates in bench/rust, to a module if nothing else is said.
 * @param {string} crate
 * @param {string[]} features of it
 * @param {object} [options]
 * @param {'3' | 'z'} [options.level] of optimisation
 * @param {string} [options.target]
 * @param {string} [options.product] the file that cargo makes
 * @param {Record<string, Uint8Array>} [options.objects] to link with it
 * @returns {Promise<Uint8Array>}
 */
export function cargo(
  crate,
  features,
  { level = '3', target = wasm, product = `${crate}.wasm`, objects = {} } = {},
) {
  const kind = [...features, ...(target === wasm ? [] : [target])];
  return cached([crate, kind, level, rust], { ...sources(crate), ...objects }, async () => {
    const out = folder(`build/bench/rust/${[crate, level, ...kind].join('-')}`);
    // rusty_alloc asks for a word that there is but one thread.
    const flags = target === wasm ? ['-Clink-arg=-zstack-size=4096', '--cfg=ra_single_threaded'] : [];
    if (target === wasm && !rust.library) flags.push(`-Clinker=${linker}`, '-Clinker-flavor=wasm-ld');
    for (const [name, object] of Object.entries(objects)) {
      writeFileSync(join(out, name), object);
      flags.push(`-Clink-arg=${join(out, name)}`);
    }
    const args = ['build', '--quiet', '--release', '--locked', '--target', target];
    args.push('--manifest-path', path(`bench/rust/${crate}/Cargo.toml`), '--features', features.join());
    if (!hasLibrary(rust.rustc, target)) args.push('-Zbuild-std=core,alloc');
    const env = {
      ...process.env,
      RUSTC: rust.rustc,
      RUSTC_BOOTSTRAP: '1',
      RUSTFLAGS: flags.join(' '),
      CARGO_PROFILE_RELEASE_OPT_LEVEL: level,
      CARGO_TARGET_DIR: out,
    };
    // The thread is free meanwhile, so that the progress line goes on.
    await promisify(execFile)(rust.cargo, args, { env, maxBuffer: 2 ** 26 }).catch((error) => {
      throw new Error(`cargo ${args.join(' ')}\n${error.stderr || error.message}`, { cause: error });
    });
    return new Uint8Array(readFileSync(join(out, target, 'release', product)));
  });
}

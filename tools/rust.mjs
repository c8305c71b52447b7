// Finds a Rust that compiles for wasm32.
//
// rustup's has the target where somebody added it. Debian's (rustc-web, cargo-web, rust-web-src) has only the
// sources of its library, which cargo then compiles too (-Zbuild-std, which a released compiler does under
// RUSTC_BOOTSTRAP=1); the linker is LLVM's wasm-ld.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { has, output } from './commands.mjs';

/** The target. */
export const wasm = 'wasm32-unknown-unknown';

export const linker = ['wasm-ld', 'wasm-ld-22', 'rust-lld'].find((command) => has(command));

/** Whether the library is there, compiled for a target. */
export const hasLibrary = (rustc, target) => {
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

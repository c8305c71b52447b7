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

/** Those on the PATH, then the system's. @returns {Omit<Rust, 'library'>[]} */
const all = ['', '/usr/bin/'].flatMap((folder) => {
  const [cargo, rustc] = [`${folder}cargo`, `${folder}rustc`];
  const version = output(cargo, '--version') && output(rustc, '--version');
  return version ? [{ cargo, rustc, version: version.split(' ')[1] }] : [];
});

const hasSources = (rustc) =>
  existsSync(join(output(rustc, '--print', 'sysroot') ?? '', 'lib/rustlib/src/rust/library'));

/** @returns {Rust | undefined} the first that can */
function find() {
  for (const rust of all) {
    if (hasLibrary(rust.rustc, wasm)) return { ...rust, library: true };
    if (hasSources(rust.rustc) && linker) return { ...rust, library: false };
  }
  return undefined;
}

/** The first that has its library compiled for another target, with what that links. @returns {Rust | undefined} */
export function rustFor(target) {
  const found = all.find(({ rustc }) => hasLibrary(rustc, target));
  return found && { ...found, library: true };
}

/** What to say where there is none: it comes from no registry of packages, and is not to be had everywhere. */
export const missingTarget = (target) =>
  `a Rust with the library of ${target} (\`rustup target add ${target}\`)`;

/** The first that compiles its library itself, for targets that nobody has it for. @returns {Rust | undefined} */
export function rustFromSources() {
  const found = linker && all.find(({ rustc }) => hasSources(rustc));
  return found ? { ...found, library: false } : undefined;
}

export const missingSources =
  'Rust with the sources of its library (Debian: rustc-web cargo-web rust-web-src lld)';

/** @type {Rust | undefined} */
export const rust = find();

export const missingRust =
  'cargo with `rustup target add wasm32-unknown-unknown` (or Debian: rustc-web cargo-web rust-web-src lld)';

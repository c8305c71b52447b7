// Builds crates for the tests, with whichever Rust there is.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from '../../tools/paths.mjs';
import { linker, rust, wasm } from '../../tools/rust.mjs';

/**
 * @param {object} options
 * @param {string} options.crate the folder with its manifest
 * @param {string} [options.target]
 * @param {import('../../tools/rust.mjs').Rust} [options.by]
 * @param {string[]} [options.features]
 * @param {boolean} [options.std] it uses Rust's std, which is compiled too where it is not there
 * @param {string[]} [options.flags] of rustc
 * @param {string[]} [options.args] of cargo
 * @returns {{ status: number | null, stderr: string, read: (product: string) => Buffer }}
 */
export function cargoBuild({
  crate,
  target = wasm,
  by = rust,
  features = [],
  std = false,
  flags = [],
  args = [],
}) {
  // One folder for all: Rust's own library is compiled once for each set of flags.
  const out = folder('build/crate');
  const own = by.library ? [] : [`-Clinker=${linker}`, '-Clinker-flavor=wasm-ld'];
  const command = ['build', '--quiet', '--release', '--target', target, ...args];
  if (features.length) command.push('--features', features.join());
  if (!by.library) command.push(std ? '-Zbuild-std=std,panic_abort' : '-Zbuild-std=core,alloc');
  const { status, stderr } = spawnSync(by.cargo, command, {
    cwd: crate,
    encoding: 'utf8',
    env: {
      ...process.env,
      RUSTC: by.rustc,
      ...(by.library ? {} : { RUSTC_BOOTSTRAP: '1' }), // for -Zbuild-std; who needs none has a stable compiler
      RUSTFLAGS: [...own, ...flags].join(' '),
      CARGO_TARGET_DIR: out,
    },
  });
  return { status, stderr, read: (product) => readFileSync(join(out, target, 'release', product)) };
}

// Builds the crates of bench/rust, with whichever Rust there is.
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached } from '../../tools/cache.mjs';
import { files } from '../../tools/files.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { hasLibrary, linker, rust, wasm } from '../../tools/rust.mjs';

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
 * @param {string} [options.crate] the folder of one of ours that it depends on
 * @returns {Promise<Uint8Array>}
 */
export function cargo(
  crate,
  features,
  { level = '3', target = wasm, product = `${crate}.wasm`, objects = {}, crate: ours } = {},
) {
  const kind = [...features, ...(target === wasm ? [] : [target])];
  const other = ours ? { ours: files(ours, /^Cargo\.toml|\.(rs|a)$/) } : {};
  return cached([crate, kind, level, rust], { ...sources(crate), ...objects, ...other }, async () => {
    const out = folder(`build/bench/rust/made/${[crate, level, ...kind].join('-')}`);
    // rusty_alloc asks for a word that there is but one thread.
    const flags = target === wasm ? ['-Clink-arg=-zstack-size=4096', '--cfg=ra_single_threaded'] : [];
    if (target === wasm && !rust.library) flags.push(`-Clinker=${linker}`, '-Clinker-flavor=wasm-ld');
    for (const [name, object] of Object.entries(objects)) {
      writeFileSync(join(out, name), object);
      flags.push(`-Clink-arg=${join(out, name)}`);
    }
    const args = ['build', '--quiet', '--release', '--locked', '--target', target];
    args.push('--manifest-path', path(`bench/rust/${crate}/Cargo.toml`), '--features', features.join());
    args.push('-Zunstable-options', '--artifact-dir', out);
    if (!hasLibrary(rust.rustc, target)) args.push('-Zbuild-std=core,alloc');
    const env = {
      ...process.env,
      RUSTC: rust.rustc,
      RUSTC_BOOTSTRAP: '1',
      RUSTFLAGS: flags.join(' '),
      CARGO_PROFILE_RELEASE_OPT_LEVEL: level,
      // One folder for all whose flags are the same: Rust's own library is compiled once, not once for each of them.
      CARGO_TARGET_DIR: Object.keys(objects).length ? out : folder('build/bench/rust'),
    };
    // The thread is free meanwhile, so that the progress line goes on.
    await promisify(execFile)(rust.cargo, args, { env, maxBuffer: 2 ** 26 }).catch((error) => {
      throw new Error(`cargo ${args.join(' ')}\n${error.stderr || error.message}`, { cause: error });
    });
    return new Uint8Array(readFileSync(join(out, product)));
  });
}

// Finds a native clang with a WASI libc: the wasi-sdk in $WASI_SDK_PATH, or the same parts from a distribution. One
// place for tests and benchmarks, which name it as missing where there is none.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { has, output } from './commands.mjs';

/** What to say where there is none. */
export const missing =
  'wasi-sdk in WASI_SDK_PATH (Debian: clang-22 lld-22 wasi-libc libclang-rt-22-dev-wasm32 libc++-22-dev-wasm32 libc++abi-22-dev-wasm32)';

/** wasi-sdk 20 renamed the target; what is packaged from older sources has the old name only. */
const targets = ['wasm32-wasip1', 'wasm32-wasi'];

const threadTargets = targets.map((name) => `${name}-threads`);

// Debian's compilers carry their version in the name.
const suffixes = ['-22', '-19', ''];

const versionOf = (command) => output(command, '--version')?.match(/version (\d+\.\d+\.\d+)/)?.[1];

/**
 * @typedef {object} WasiSdk
 * @property {string} clang the C compiler
 * @property {string} clangxx the C++ compiler
 * @property {string} version clang's, such as 22.1.8
 * @property {string} target for --target=
 * @property {boolean} cxx whether there is a C++ library too
 * @property {string | undefined} threads for --target=, if there is a sysroot for threads
 */

/** @returns {WasiSdk | null} null where there is none that runs */
export function findWasiSdk() {
  const sdk = process.env.WASI_SDK_PATH;
  const sysroot = sdk ? join(sdk, 'share', 'wasi-sysroot') : '/usr';
  const target = targets.find((name) => existsSync(join(sysroot, 'lib', name)));
  const suffix = sdk ? '' : suffixes.find((text) => versionOf(`clang${text}`) && has(`wasm-ld${text}`));
  if (!target || suffix === undefined) {
    if (sdk) throw new Error(`WASI_SDK_PATH: there is no WASI sysroot in ${sdk}`);
    return null;
  }
  const command = (name) => (sdk ? join(sdk, 'bin', name) : `${name}${suffix}`);
  const version = versionOf(command('clang'));
  if (!version) throw new Error(`WASI_SDK_PATH: ${command('clang')} does not run`);
  // Before wasi-sdk 20 the C++ headers did not know for which target they are.
  const folders = [join('include', target), ...(sdk ? ['include'] : [])];
  const cxx = folders.some((folder) => existsSync(join(sysroot, folder, 'c++', 'v1')));
  const threads = threadTargets.find((name) => existsSync(join(sysroot, 'lib', name)));
  return { clang: command('clang'), clangxx: command('clang++'), version, target, cxx, threads };
}

// Finds the system's compilers for wasi: wasi-sdk in $WASI_SDK_PATH, or Debian's clang with wasi-libc.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const has = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

/** What to say where there is none. */
export const missing =
  'wasi-sdk in WASI_SDK_PATH (Debian: clang-22 lld-22 wasi-libc libclang-rt-22-dev-wasm32 ' +
  'libc++-22-dev-wasm32 libc++abi-22-dev-wasm32)';

/** @returns {{clang: string, clangxx: string, target: string} | null} null where there is none */
export function findWasiSdk() {
  const sdk = process.env.WASI_SDK_PATH;
  if (sdk) return { clang: `${sdk}/bin/clang`, clangxx: `${sdk}/bin/clang++`, target: 'wasm32-wasip1' };
  const version = ['-22', '-19', ''].find((suffix) => has(`clang++${suffix}`) && has(`wasm-ld${suffix}`));
  if (version === undefined || !existsSync('/usr/include/wasm32-wasi')) return null;
  return { clang: `clang${version}`, clangxx: `clang++${version}`, target: 'wasm32-wasi' };
}

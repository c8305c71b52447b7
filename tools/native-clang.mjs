// The machine's own clang, where it has one with a WASI libc, as `clang()` of clang.mjs is npm's: files in, one file out, and
// never twice for the same. It compiles SQLite in a tenth of the time.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cache.mjs';
import { run } from './commands.mjs';
import { inScratch } from './scratch.mjs';

/** @param {import('./wasi-sdk.mjs').WasiSdk} sdk */
export function nativeClang({ clang, clangxx, version, target }) {
  const own = (arg) => (arg === '--target=wasm32-wasip1' ? `--target=${target}` : arg);
  return ([name, ...rest], files) => {
    const args = ['-Wno-deprecated', ...rest.map(own)];
    return cached([version, name, ...args], files, () =>
      inScratch(files, (cwd) => {
        run(name === 'clang++' ? clangxx : clang, args, { cwd });
        return new Uint8Array(readFileSync(join(cwd, args[args.indexOf('-o') + 1])));
      }),
    );
  };
}

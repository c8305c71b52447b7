// The machine's own clang, where it has one with a WASI libc, as `clang()` of tools/clang.mjs is npm's: files in, one file
// out, and never twice for the same. It compiles SQLite in a tenth of the time.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '../tools/cache.mjs';
import { run } from '../tools/commands.mjs';
import { inScratch } from '../tools/scratch.mjs';

/** @param {import('../tools/wasi-sdk.mjs').WasiSdk} sdk */
export function nativeClang({ clang, version, target }) {
  const own = (arg) => (arg.startsWith('--target=') ? `--target=${target}` : arg);
  const compile = (args, files) =>
    inScratch(files, (scratch) => {
      run(clang, ['-Wno-deprecated', ...args.slice(1).map(own)], { cwd: scratch });
      return new Uint8Array(readFileSync(join(scratch, args[args.indexOf('-o') + 1])));
    });
  return (args, files) => cached([version, target, ...args], files, async () => compile(args, files));
}

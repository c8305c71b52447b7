// The machine's own clang, where it has one with a WASI libc, as `clang()` of tools/clang.mjs is npm's: files in, one file
// out, and never twice for the same. It compiles SQLite in a tenth of the time.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached } from '../tools/cache.mjs';

/** @param {import('../tools/wasi-sdk.mjs').WasiSdk} sdk */
export function nativeClang({ clang, version, target }) {
  const own = (arg) => (arg.startsWith('--target=') ? `--target=${target}` : arg);
  return (args, files) =>
    cached([version, target, ...args], files, async () => {
      const scratch = mkdtempSync(join(tmpdir(), 'heaplet-'));
      try {
        for (const [name, file] of Object.entries(files)) writeFileSync(join(scratch, name), file);
        await promisify(execFile)(clang, ['-Wno-deprecated', ...args.slice(1).map(own)], { cwd: scratch });
        return new Uint8Array(readFileSync(join(scratch, args[args.indexOf('-o') + 1])));
      } finally {
        rmSync(scratch, { recursive: true });
      }
    });
}

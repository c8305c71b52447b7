// A folder for one run of a program that reads and writes files: it sees what it is given, and nothing is left behind.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folder } from './paths.mjs';

/**
 * @template Result
 * @param {Record<string, string | Uint8Array>} files by their paths in it
 * @param {(scratch: string) => Result | Promise<Result>} run is given the folder; what it wants of it, it reads or moves away
 * @returns {Promise<Result>}
 */
export async function inScratch(files, run) {
  const scratch = mkdtempSync(join(folder('build/scratch'), 'run-'));
  try {
    for (const [file, contents] of Object.entries(files)) {
      mkdirSync(join(scratch, dirname(file)), { recursive: true });
      writeFileSync(join(scratch, file), contents);
    }
    return await run(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

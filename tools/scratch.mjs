// A folder for one run of a program that reads and writes files: it sees what it is given, and nothing is left behind.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folder } from './paths.mjs';

/** Writes a tree of files; a name may be a path. */
function writeTree(into, files) {
  for (const [name, contents] of Object.entries(files)) {
    const file = join(into, name);
    if (typeof contents === 'string' || contents instanceof Uint8Array) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, contents);
    } else writeTree(file, contents);
  }
}

/** Makes a finished folder one that is kept, unless another process was at the same, and done first. */
export function moveInto(kept, finished) {
  try {
    renameSync(finished, kept);
  } catch (error) {
    if (!existsSync(kept)) throw error;
  }
}

/**
 * @template Result
 * @param {object} files a tree of folders and files
 * @param {(scratch: string) => Result | Promise<Result>} run is given the folder; what it wants of it, it reads or moves away
 * @returns {Promise<Result>}
 */
export async function inScratch(files, run) {
  const scratch = mkdtempSync(join(folder('build/scratch'), 'run-'));
  try {
    writeTree(scratch, files);
    return await run(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

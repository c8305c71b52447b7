// Runs an installed compiler that leaves several files as `clang()` of tools/clang.mjs runs npm's: files in, files out, and
// never twice for the same. It works in a scratch folder, so it sees nothing but the files that it is given.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf } from '../../tools/cache.mjs';
import { folder } from '../../tools/paths.mjs';
import { inScratch, moveInto } from '../../tools/scratch.mjs';

/**
 * @param {object} compiler
 * @param {string} compiler.name with its version: another compiler makes other files
 * @param {(args: string[], cwd: string) => void} compiler.run throws where it fails
 * @param {string[]} args the command line
 * @param {Record<string, Uint8Array>} files by their paths
 * @param {string[]} outputs the names of what it leaves
 * @returns {Promise<string>} the folder that these lie in
 */
export async function compileOnce({ name, run }, args, files, outputs) {
  const results = folder('build/programs');
  const kept = join(results, keyOf([name, args], files));
  if (existsSync(kept)) return kept;
  await inScratch(files, (scratch) => {
    run(args, scratch);
    for (const file of Object.keys(files)) if (!outputs.includes(file)) rmSync(join(scratch, file));
    moveInto(kept, scratch);
  });
  return kept;
}

/** The same for the one file that `-o` names. */
export async function compile(compiler, args, files) {
  const output = args[args.indexOf('-o') + 1];
  return readFileSync(join(await compileOnce(compiler, args, files, [output]), output));
}

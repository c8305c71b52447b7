// Keeps what was compiled, in build/cache: by what it was made from and by which versions of the compiler and the optimiser
// of the npm build (@yowasp/clang and binaryen: ordinary packages of a pinned version, so every system makes the same
// bytes).
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { folder, path } from './paths.mjs';

const version = (name) => JSON.parse(readFileSync(path(`node_modules/${name}/package.json`), 'utf8')).version;

/** What compiled it, for tables and logs. */
export const toolchain = {
  clang: version('@yowasp/clang'),
  binaryen: version('binaryen'),
};

const hash = (hasher, files) => {
  for (const [name, file] of Object.entries(files)) {
    hasher.update(`${name}\0`);
    if (file instanceof Uint8Array || typeof file === 'string') hasher.update(file);
    else hash(hasher, file);
  }
  return hasher;
};

/** A name for what is made of files in some way. */
export const keyOf = (how, files) =>
  hash(createHash('sha256').update(JSON.stringify(how)), files)
    .digest('hex')
    .slice(0, 32);

/**
 * Runs `make` only when no result is stored for the same key and files.
 * @param {unknown} key what else the result depends on, as JSON
 * @param {object} files a tree of folders and files
 * @param {() => Uint8Array | Promise<Uint8Array>} make
 * @returns {Promise<Uint8Array>}
 */
export async function cached(key, files, make) {
  const file = join(folder('build/cache'), keyOf([key, toolchain], files));
  if (existsSync(file)) return new Uint8Array(readFileSync(file));
  const bytes = await make();
  // Renamed into place: tests that run at the same time share the cache.
  const partial = `${file}.${process.pid}.${threadId}`;
  writeFileSync(partial, bytes);
  renameSync(partial, file);
  return bytes;
}

// Folders as trees of their files: what the npm clang, which knows no other file system, may read.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { path } from './paths.mjs';

/**
 * @param {string} folder
 * @param {RegExp} wanted names of the files to take
 */
export function files(folder, wanted) {
  const tree = {};
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = join(folder, entry.name);
    if (entry.isDirectory()) tree[entry.name] = files(file, wanted);
    else if (wanted.test(entry.name)) tree[entry.name] = readFileSync(file);
  }
  return tree;
}

/** A folder's headers of C. */
export const headers = (folder) => files(folder, /\.h$/);

/**
 * The C and C++ files of a folder of the repository.
 * @param {string} relative to the root
 */
export const tree = (relative) => files(path(relative), /\.(c|h|cpp|hpp)$/);

/** The sources that every module may include: `src/` and `wasm/`. */
export const sources = () => ({ src: tree('src'), wasm: tree('wasm') });

// What holds no source of ours.
const skipped = ['node_modules', 'build', 'dist'];

/** The files of the repository by their paths from its root, but for those that are made and those of the root itself. */
export function ownFiles() {
  const folders = readdirSync(path('.'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !skipped.includes(entry.name))
    .map((entry) => entry.name);
  return folders
    .flatMap((folder) =>
      readdirSync(path(folder), { recursive: true }).map((file) => posix.join(folder, file)),
    )
    .map((file) => file.replaceAll('\\', '/'));
}

// Folders from outside the repository, as the tree that the npm clang sees.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} folder
 * @param {RegExp} wanted names of the files to take
 */
export function files(folder, wanted) {
  const tree = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = join(folder, entry.name);
    if (entry.isDirectory()) tree[entry.name] = files(file, wanted);
    else if (wanted.test(entry.name)) tree[entry.name] = readFileSync(file);
  }
  return tree;
}

/** A folder's headers of C. */
export const headers = (folder) => files(folder, /\.h$/);

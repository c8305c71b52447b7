// The files of packages that are no dependencies.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { list } from 'tar';
import { npm } from './npm.mjs';
import { folder } from './paths.mjs';
import { inScratch } from './scratch.mjs';

/** The files of a packed package by their paths. */
function unpacked(file) {
  const files = new Map();
  list({
    file,
    sync: true,
    onReadEntry(entry) {
      const parts = [];
      entry.on('data', (part) => parts.push(part));
      entry.on('end', () => entry.type === 'File' && files.set(entry.path, Buffer.concat(parts)));
    },
  });
  return files;
}

/**
 * The sources of a package that is no dependency: it is fetched by npm, held to a hash that somebody has written down, and
 * read where it lies. What it depends on, and what it would run when it is installed, stays out.
 * @param {string} name
 * @param {string} version
 * @param {string} integrity its hash as npm writes it
 * @returns {Promise<Map<string, Buffer>>} the files by their paths, which begin with `package/`
 */
export async function packageFiles(name, version, integrity) {
  const file = join(folder('build/packages'), `${name.replace(/\W+/g, '-')}-${version}.tgz`);
  // npm packs it into a folder of its own: another process may be at it.
  if (!existsSync(file))
    await inScratch({}, (scratch) => {
      npm(['pack', `${name}@${version}`, '--pack-destination', scratch]);
      renameSync(join(scratch, readdirSync(scratch)[0]), file);
    });
  const hash = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (hash !== integrity) {
    rmSync(file);
    throw new Error(`${name}@${version}: its hash is ${hash}, not ${integrity}`);
  }
  return unpacked(file);
}

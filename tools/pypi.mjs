// Packages from PyPI that hold a program or a library for this machine: pip fetches them, of a pinned version and with the
// hashes that are written down where they are used.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './paths.mjs';

const works = (command) => spawnSync(command, ['-m', 'pip', '--version'], { stdio: 'ignore' }).status === 0;

/** @type {string | undefined} a Python that has pip */
export const python = ['python3', 'python'].find(works);

export const missingPython = 'python3 with pip (Debian: python3-pip)';

/**
 * @param {string} name
 * @param {string} version
 * @param {string[]} hashes SHA-256 of its wheels, one for each kind of machine
 * @returns {string} the folder that it lies in
 */
export function pypiPackage(name, version, hashes) {
  const place = join(folder('build/pypi'), `${name}-${version}`);
  if (existsSync(place)) return place;
  const scratch = mkdtempSync(join(folder('build/pypi'), 'fetch-'));
  try {
    const wanted = join(scratch, 'requirements.txt');
    writeFileSync(wanted, `${name}==${version}${hashes.map((hash) => ` --hash=sha256:${hash}`).join('')}\n`);
    const target = join(scratch, 'package');
    const args = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--no-compile',
    ];
    args.push('--only-binary=:all:', '--require-hashes', '--target', target, '--requirement', wanted);
    const { status, stderr, error } = spawnSync(python, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`pip install ${name}==${version}\n${stderr || error}`);
    renameSync(target, place); // another process may be at it
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return place;
}

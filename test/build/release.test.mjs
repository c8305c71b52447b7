// How the package is made, in a clone that has never been built: neither npm pack nor the release may leave out what
// the build makes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lacks, packedFiles } from '../../scripts/npm-package.mjs';
import { npm } from '../../tools/npm.mjs';
import { path } from '../../tools/paths.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'heaplet-'));
const clone = join(scratch, 'clone');

before(() => {
  const left = new Set(['node_modules', 'build', 'dist', '.git']);
  for (const name of readdirSync(path('.')).filter((name) => !left.has(name)))
    cpSync(path(name), join(clone, name), { recursive: true });
  symlinkSync(path('node_modules'), join(clone, 'node_modules'), 'junction');
  // What was compiled before need not be again.
  cpSync(path('build/cache'), join(clone, 'build/cache'), { recursive: true });
});
after(() => rmSync(scratch, { recursive: true, force: true }));

/** The package in a tarball, unpacked. */
function unpacked(tarball, name) {
  const folder = mkdtempSync(join(scratch, name));
  const { status, stderr } = spawnSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
  assert.equal(status, 0, String(stderr));
  return folder;
}

test('what is not built is missed', () => {
  assert.match(readFileSync(path('.npmrc'), 'utf8'), /^ignore-scripts=true$/m);
  assert.ok(!existsSync(join(clone, 'dist')));
  const missing = lacks(clone);
  for (const sentence of [
    'dist/types/index.d.ts, which exports names',
    'dist/*.wasm, which exports names',
    'dist, which files names',
    'dist/wasi/small/libheaplet.a, which heaplet flags names',
    'dist/include/heaplet/tlsf.hpp, which heaplet flags --include names',
    'dist/heaplet-fast-placed.js, which js/index.js names',
  ])
    assert.ok(missing.includes(sentence), `${sentence}: ${missing.join('\n')}`);
});

test('what is linked or imported and not packed is missed', () => {
  const files = packedFiles(path('.'));
  assert.deepEqual(lacks(path('.'), files), []);
  for (const [file, who] of [
    ['docs/start.md', 'README.md'],
    ['docs/pictures/size-speed-light.svg', 'README.md'],
    ['docs/pictures/size-speed-narrow-dark.svg', 'README.md'],
    ['js/API.md', 'docs/javascript.md'],
    ['js/API.md', 'js/README.md'],
    ['examples/undo.mjs', 'examples/README.md'],
    ['js/arena.js', 'js/content-heap.js'],
    ['bin/heaplet.mjs', 'bin'],
  ]) {
    const fewer = files.filter((name) => name !== file);
    const missing = lacks(path('.'), fewer);
    assert.ok(missing.includes(`${file}, which ${who} names`), missing.join('\n'));
  }
});

test('one version, wherever it stands', () => {
  const { version } = JSON.parse(readFileSync(path('package.json'), 'utf8'));
  const lock = JSON.parse(readFileSync(path('package-lock.json'), 'utf8'));
  assert.deepEqual([lock.version, lock.packages[''].version], [version, version]);
  const [major, minor, patch] = version.split('.').map(Number);
  const header = readFileSync(path('wasm/heaplet.h'), 'utf8');
  assert.ok(header.includes(`\n#define HEAPLET_VERSION "${version}"\n`), 'as a text');
  const number = 10_000 * major + 100 * minor + patch;
  assert.ok(header.includes(`\n#define HEAPLET_VERSION_NUMBER ${number}\n`), 'as a number');
  // CMake reads package.json; test/build/cmake.test.mjs looks at what it installs.
  assert.match(
    readFileSync(path('CHANGELOG.md'), 'utf8'),
    new RegExp(`\n## ${version}, \\d{4}-\\d\\d-\\d\\d\n`),
  );
});

test('npm refuses to publish the repository itself', () => {
  // Nobody listens there.
  const nowhere = ['--registry=http://127.0.0.1:9/', '--//127.0.0.1:9/:_authToken=none', '--fetch-retries=0'];
  assert.throws(() => npm(['publish', ...nowhere], clone), /EPRIVATE/);
});

test('npm run release builds and packs all of it, where no scripts run', () => {
  const printed = npm(['run', '--silent', 'release'], clone);
  const [, tarball] = printed.match(/^(build\/release\/heaplet-[\d.]+\.tgz): \d+ files/m);
  const folder = unpacked(join(clone, tarball), 'release-');
  assert.deepEqual(lacks(folder), []);
  const {
    private: kept,
    scripts,
    devDependencies,
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  assert.deepEqual(
    { kept, scripts, devDependencies },
    { kept: undefined, scripts: undefined, devDependencies: undefined },
  );
});

test('npm pack builds first, where scripts run', () => {
  rmSync(join(clone, 'dist'), { recursive: true, force: true });
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts=false'], clone));
  assert.deepEqual(lacks(unpacked(join(clone, filename), 'pack-')), []);
});

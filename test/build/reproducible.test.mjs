// Built in two folders: the same bytes. Nothing that was compiled before is taken; where all parts are required (CI) all of dist/
// is built anew, else a module, a library and a pool.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { npm } from '../../tools/npm.mjs';
import { path } from '../../tools/paths.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'heaplet '));
const clone = join(scratch, 'another folder');
after(() => rmSync(scratch, { recursive: true, force: true }));

const left = new Set(['node_modules', 'build', 'dist', '.git']);
for (const name of readdirSync(path('.')).filter((name) => !left.has(name)))
  cpSync(path(name), join(clone, name), { recursive: true });
symlinkSync(path('node_modules'), join(clone, 'node_modules'), 'junction');

function node(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: clone, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');

if (process.env.HEAPLET_REQUIRE)
  test('all of dist/', () => {
    node('wasm/build/dist.mjs');
    node('explorer/build.mjs');
    const files = (root) =>
      readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
    const built = files(clone);
    assert.ok(built.length > 80, `${built.length}`);
    for (const file of built) {
      const name = file.slice(clone.length + 1);
      assert.equal(hash(readFileSync(file)), hash(readFileSync(path(name))), name);
    }
  });
else
  test('a module, a library, a pool', () => {
    const script = `
      import { writeFileSync } from 'node:fs';
      import { buildLibrary, buildModule } from './wasm/build/modules.mjs';
      import { buildPoolLibrary } from './wasm/build/pool.mjs';
      writeFileSync('one', await buildModule({ profile: 'small' }));
      writeFileSync('two', await buildLibrary({ profile: 'lean', target: 'wasi' }));
      writeFileSync('three', await buildPoolLibrary('freestanding'));`;
    node('--input-type=module', '-e', script);
    const made = {
      one: 'dist/heaplet-small.wasm',
      two: 'dist/wasi/lean/libheaplet.a',
      three: 'dist/freestanding/libheaplet-pool.a',
    };
    for (const [name, kept] of Object.entries(made))
      assert.equal(hash(readFileSync(join(clone, name))), hash(readFileSync(path(kept))), kept);
  });

test('the same files make the same tarball, whatever their times are', () => {
  const pack = (from) => {
    const [{ filename }] = JSON.parse(
      npm(['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], from),
    );
    return hash(readFileSync(join(scratch, filename)));
  };
  const before = pack(clone);
  utimesSync(join(clone, 'README.md'), new Date(0), new Date(12_345_000));
  assert.equal(pack(clone), before);
});

// What the package is handed out with: JSR's manifest, CMake's presets, the bill of materials, the port in the form of
// Emscripten's own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { billOfMaterials } from '../../scripts/sbom.mjs';
import { has } from '../../tools/commands.mjs';
import { findEmscripten, isOlder } from '../../tools/emscripten.mjs';
import { missing as noNative } from '../../tools/native.mjs';
import { npm } from '../../tools/npm.mjs';
import { path } from '../../tools/paths.mjs';
import { runtime } from '../../tools/runtimes.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'heaplet-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const json = (name) => JSON.parse(readFileSync(path(name), 'utf8'));
const manifest = json('package.json');

test('JSR has the entries of the package, and each is among what it publishes', () => {
  const { version, license, exports, publish } = json('jsr.json');
  assert.deepEqual([version, license], [manifest.version, manifest.license]);
  const entries = Object.entries(manifest.exports).filter(
    ([name, target]) => typeof target === 'object' && !name.includes('*'),
  );
  assert.deepEqual(exports, Object.fromEntries(entries.map(([name, target]) => [name, target.default])));
  for (const file of Object.values(exports)) {
    assert.ok(existsSync(path(file)), file);
    const folder = file.split('/')[1];
    assert.ok(publish.include.some((pattern) => pattern.startsWith(`${folder}/`) && pattern.endsWith('.js')));
  }
});

const deno = runtime('deno');
test('JSR would take what a build has made', { skip: !deno && 'deno is not on this machine' }, () => {
  // The types are read from the sources, which JSR calls slow.
  const how = ['--dry-run', '--allow-dirty', '--allow-slow-types', '--no-provenance', '--config', 'jsr.json'];
  const { status, stderr } = spawnSync(deno, ['publish', ...how], { cwd: path('.'), encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  for (const file of Object.values(json('jsr.json').exports)) assert.ok(stderr.includes(file.slice(1)), file);
});

const emscripten = findEmscripten();
const root = emscripten && dirname(realpathSync(emscripten.emcc));
const hasRoot = root && existsSync(join(root, 'cmake/Modules/Platform/Emscripten.cmake'));
const wasiSdk = process.env.WASI_SDK_PATH;

const withRoot = /** @type {[Record<string, string>, string | false]} */ ([
  { EMSCRIPTEN_ROOT: root },
  !hasRoot && 'an Emscripten whose folder holds its CMake modules',
]);

/** What each preset wants: the environment, and why it cannot be had. @type {Record<string, [Record<string, string>, string | false]>} */
const presets = {
  native: [{}, !has('c++') && noNative],
  emscripten: withRoot,
  'emscripten-threads': withRoot,
  wasi: [{}, !wasiSdk && 'a wasi-sdk at WASI_SDK_PATH'],
};

test('each preset of CMake is tried here', () => {
  assert.deepEqual(
    json('CMakePresets.json').configurePresets.map(({ name }) => name),
    Object.keys(presets),
  );
});

for (const [name, [variables, missing]] of Object.entries(presets)) {
  test(`the preset ${name}`, { skip: has('cmake') ? missing : 'cmake is not on this machine' }, () => {
    const env = { ...process.env, ...emscripten?.env, ...variables };
    const build = join(scratch, name);
    for (const args of [
      ['--preset', name, '-B', build, '-DHEAPLET_TESTS=OFF'],
      ['--build', build],
    ]) {
      const { status, stdout, stderr } = spawnSync('cmake', args, { cwd: path('.'), encoding: 'utf8', env });
      assert.equal(status, 0, stdout + stderr);
    }
  });
}

/** The variable that a preset wants, and what is said where it is not set. @type {[string, string, RegExp][]} */
const unset = [
  ['wasi', 'WASI_SDK_PATH', /WASI_SDK_PATH is not set: the preset wasi wants the folder of a wasi-sdk/],
  ['emscripten', 'EMSCRIPTEN_ROOT', /EMSCRIPTEN_ROOT is not set/],
  ['emscripten-threads', 'EMSCRIPTEN_ROOT', /EMSCRIPTEN_ROOT is not set/],
];
for (const [name, variable, message] of unset)
  test(`the preset ${name} says that ${variable} is not set, and nothing else`, {
    skip: !has('cmake') && 'cmake is not on this machine',
  }, () => {
    const env = { ...process.env };
    delete env[variable];
    const args = ['--preset', name, '-B', join(scratch, `unset-${name}`)];
    const { status, stderr } = spawnSync('cmake', args, { cwd: path('.'), encoding: 'utf8', env });
    assert.notEqual(status, 0);
    assert.match(stderr, message);
    assert.equal(stderr.match(/CMake Error/g).length, 1, stderr);
  });

test('the bill of materials: what is inside, what made it, and the same each time', () => {
  const bill = billOfMaterials();
  assert.deepEqual(billOfMaterials(), bill);
  assert.deepEqual([bill.bomFormat, bill.metadata.component.name], ['CycloneDX', manifest.name]);
  assert.equal(bill.metadata.component.purl, `pkg:npm/heaplet@${manifest.version}`);
  const scopes = Object.fromEntries(bill.components.map(({ name, scope }) => [name, scope]));
  assert.equal(scopes.uplot, 'required');
  for (const { name, version } of bill.components)
    assert.equal(version, manifest.devDependencies[name], name);
  assert.ok(!JSON.stringify(bill).includes('resolved'));
  // What else the explorer imports would have to be named too.
  const imported = readdirSync(path('explorer'))
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => [...readFileSync(path(`explorer/${name}`), 'utf8').matchAll(/from '([^'.][^']*)'/g)])
    .map(([, name]) => name.match(/^(@[^/]+\/)?[^/]+/)[0]);
  assert.deepEqual([...new Set(imported)], ['uplot']);
});

const hasPorts = emscripten && !isOlder(emscripten.version, '3.1.54');
test('Emscripten: the port in the form of a contrib port fetches the package', {
  skip: !hasPorts && 'an Emscripten with external ports, 3.1.54 or later',
}, () => {
  // As a release makes it, from where a release might lie.
  const [{ filename }] = JSON.parse(
    npm(['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], path('.')),
  );
  const tarball = join(scratch, filename);
  const hash = createHash('sha512').update(readFileSync(tarball)).digest('hex');
  const template = readFileSync(path('wasm/contrib/heaplet.py'), 'utf8');
  // A folder for each: Python takes a file of the same name, length and second for what it compiled before.
  const write = (folder, text) => {
    mkdirSync(join(scratch, folder));
    writeFileSync(join(scratch, folder, 'heaplet.py'), text);
    return join(scratch, folder, 'heaplet.py');
  };
  const fill = (folder, sum) =>
    write(
      folder,
      template
        .replace("TAG = ''", `TAG = '${manifest.version}'`)
        .replace("HASH = ''", `HASH = '${sum}'`)
        .replace("ARCHIVE = ''", `ARCHIVE = '${pathToFileURL(tarball)}'`),
    );
  const program = join(scratch, 'objects.cjs');
  const ports = join(scratch, 'ports');
  mkdirSync(ports, { recursive: true });
  const compile = (use) =>
    spawnSync(
      emscripten.emxx,
      ['-std=c++20', '-O1', '-fno-exceptions', path('test/c/objects.cpp'), use, '-o', program],
      { encoding: 'utf8', env: { ...emscripten.env, EM_PORTS: ports } },
    );
  assert.match(compile(`--use-port=${write('empty', template)}`).stderr, /this port names no archive/);
  assert.match(compile(`--use-port=${fill('wrong', '0'.repeat(128))}`).stderr, /Unexpected hash/);
  const port = fill('right', hash);
  assert.match(compile(`--use-port=${port}:profile=tiny`).stderr, /profile is 'tiny'/);
  for (const use of [`--use-port=${port}`, `--use-port=${port}:profile=small`]) {
    const { status, stderr } = compile(use);
    assert.equal(status, 0, stderr);
    const run = spawnSync(process.execPath, [...emscripten.nodeFlags, program], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
  }
});

test('a page of wasm memory has its size in one place', () => {
  const sources = ['wasm', 'wasm/small', 'wasm/placed', 'src', 'pool'].flatMap((folder) =>
    readdirSync(path(folder))
      .filter((name) => /\.[ch](pp)?$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  const naming = sources.filter((name) => {
    const code = readFileSync(path(name), 'utf8')
      .replaceAll(/\/\*.*?\*\//gs, '')
      .replaceAll(/\/\/.*/g, '');
    return /\b6553[56]\b|<< 16\b|>> 16\b/.test(code);
  });
  // What Config takes where nothing is said: a library says what its pages have.
  assert.deepEqual(naming.sort(), ['src/config.hpp', 'wasm/page.hpp']);
});

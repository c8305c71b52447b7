// CMake for real: builds heaplet natively and for wasm with the system's compilers, installs it, and links a user's
// project to it in each way: find_package, add_subdirectory and FetchContent.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { has } from '../../tools/commands.mjs';
import { findEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { runCommand } from '../../tools/wasi.mjs';
import { findWasiSdk } from '../../tools/wasi-sdk.mjs';
import { profiles } from '../../wasm/build/modules.mjs';

const sdk = findWasiSdk();
const emscripten = findEmscripten();
const env = {
  ...(emscripten?.env ?? process.env),
  ...{ WASI_CLANG: sdk?.clang, WASI_CLANGXX: sdk?.clangxx, WASI_TARGET: sdk?.target },
};

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: path('.'), encoding: 'utf8', env });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

/** The package as npm makes it: it is a source of heaplet's too. */
let tarball;
before(() => {
  const [{ filename }] = JSON.parse(run('npm', 'pack', '--json', '--pack-destination', folder('build')));
  tarball = path(`build/${filename}`);
});

// Under Emscripten CMake is started by emcmake, which sets the toolchain file.
const emcmake = emscripten && join(dirname(emscripten.emcc), 'emcmake');

/** What builds: an Emscripten that is not this system's has a CMake of its own beside it. */
function builder(name) {
  const own = name === 'emscripten' && join(dirname(emscripten.emcc), 'cmake');
  return own && existsSync(own) ? own : 'cmake';
}

const targets = {
  native: { needs: has('cmake') && has('c++'), configure: ['cmake'] },
  wasi: {
    needs: has('cmake') && sdk,
    // As wasi-sdk's own toolchain file does it.
    configure: ['cmake', `-DCMAKE_TOOLCHAIN_FILE=${path('test/build/wasi.toolchain.cmake')}`],
    program: (file) => assert.equal(runCommand(readFileSync(file), ['app']), 0),
  },
  emscripten: {
    needs: has('cmake') && emscripten,
    configure: [emcmake, 'cmake'],
    program: (file) => run(process.execPath, ...(emscripten?.nodeFlags ?? []), `${file}.cjs`),
  },
};

/** Configures and builds in a new folder. */
function buildFor(name, source, into, ...more) {
  rmSync(path(into), { recursive: true, force: true });
  run(...targets[name].configure, '-S', source, '-B', into, '-DCMAKE_BUILD_TYPE=Release', ...more);
  run(builder(name), '--build', into);
}

for (const [name, { needs, configure, program = run }] of Object.entries(targets)) {
  const skip = needs ? false : `${name}: cmake and a compiler for it are not here`;
  const base = `build/cmake-${name}`;

  /** @type {(source: string, into: string, ...more: string[]) => void} */
  const build = (...args) => buildFor(name, ...args);
  /** What CMake says where it refuses, in one line. */
  const refusal = (...options) => {
    rmSync(path(`${base}/bad`), { recursive: true, force: true });
    const args = [...configure.slice(1), '-S', '.', '-B', `${base}/bad`, ...options];
    const { status, stderr } = spawnSync(configure[0], args, { cwd: path('.'), encoding: 'utf8', env });
    assert.notEqual(status, 0);
    return stderr.replaceAll(/\s+/g, ' ');
  };
  const works = (folder) => {
    for (const name of ['app', 'pool']) program(path(`${folder}/${name}`));
  };

  test(`${name}: built from the package alone`, { skip }, () => {
    const source = folder(`${base}-package`);
    run('tar', '-xzf', tarball, '-C', source, '--strip-components=1');
    build(source, `${base}-package/build`);
  });

  test(`${name}: install, then find_package`, { skip }, () => {
    build('.', base, '-DHEAPLET_TESTS=OFF', `-DCMAKE_INSTALL_PREFIX=${path(`${base}/installed`)}`);
    run(builder(name), '--install', base);
    const config = `${base}/installed/lib/cmake/heaplet`;
    const { version } = JSON.parse(readFileSync(path('package.json'), 'utf8'));
    const installed = readFileSync(path(`${config}/heaplet-config-version.cmake`), 'utf8');
    assert.ok(installed.includes(`set(PACKAGE_VERSION "${version}")`), installed);
    build('test/build/app', `${base}/found`, `-Dheaplet_DIR=${path(config)}`);
    works(`${base}/found`);
  });

  test(`${name}: add_subdirectory`, { skip }, () => {
    build('test/build/app', `${base}/added`, `-DHEAPLET_SOURCE=${path('.')}`);
    works(`${base}/added`);
  });

  test(`${name}: FetchContent of what npm packs, each profile`, { skip }, () => {
    for (const profile of profiles) {
      const more = [`-DHEAPLET_URL=${tarball}`, `-DHEAPLET_PROFILE=${profile}`];
      build('test/build/app', `${base}/fetched`, ...more);
      works(`${base}/fetched`);
    }
  });

  test(`${name}: an unknown profile is named`, { skip }, () => {
    for (const profile of ['tiny', '', 'smal']) {
      assert.match(
        refusal(`-DHEAPLET_PROFILE=${profile}`),
        new RegExp(`HEAPLET_PROFILE is '${profile}': it must be small, lean, fast, hardened or realtime`),
      );
    }
  });
  test(`${name}: what may not be together is named`, { skip }, () => {
    const isEmscripten = name === 'emscripten';
    const hardened = '-DHEAPLET_PROFILE=hardened';
    /** @type {Array<[string[], string]>} */
    const refused = [
      [['-DHEAPLET_STACKS=ON'], "HEAPLET_STACKS: HEAPLET_PROFILE is 'fast': it must be hardened"],
    ];
    if (!isEmscripten) refused.push([['-DHEAPLET_STACKS=ON', hardened], 'HEAPLET_STACKS is for Emscripten']);
    for (const [options, message] of refused) {
      const said = refusal(...options);
      assert.ok(said.includes(message), said);
    }
  });
}

const skip = targets.emscripten.needs ? false : 'emscripten: cmake and a compiler for it are not here';

/** @type {(source: string, into: string, ...more: string[]) => void} */
const onEmscripten = (...args) => buildFor('emscripten', ...args);

for (const [by, ...more] of [[''], [' by the main thread', '-DHEAPLET_THREADS=ON']])
  test(`emscripten: stacks${by}, of a library that is added, and of one that is installed`, { skip }, () => {
    const says = (into) => {
      const program = path(`${into}/fault.cjs`);
      const { status, stderr } = spawnSync(process.execPath, [...emscripten.nodeFlags, program], {
        encoding: 'utf8',
      });
      assert.notEqual(status, 0);
      assert.match(
        stderr,
        /^heaplet: double free: 36 bytes at 0x\w+ \(malloc #\d+\) were freed before; found by free$/m,
      );
      // The linker may have made one function of all that the program has.
      for (const [title, called] of [
        ['allocated', 'malloc'],
        ['freed', 'free'],
        ['found', 'free'],
      ])
        assert.match(
          stderr,
          new RegExp(`^  ${title}${by} at:\\n.*\\bheaplet_${called}\\b.*\\n(.*\\n)?.*\\bmain\\b`, 'm'),
        );
    };
    const base = `build/cmake-stacks${more.length ? '-threads' : ''}`;
    const options = ['-DHEAPLET_STACKS=ON', '-DHEAPLET_PROFILE=hardened', ...more];
    onEmscripten(
      'test/build/app',
      `${base}/added`,
      '-DAPP_FAULT=ON',
      `-DHEAPLET_SOURCE=${path('.')}`,
      ...options,
    );
    says(`${base}/added`);
    onEmscripten('.', base, `-DCMAKE_INSTALL_PREFIX=${path(`${base}/installed`)}`, ...options);
    run(builder('emscripten'), '--install', base);
    const config = `-Dheaplet_DIR=${path(`${base}/installed/lib/cmake/heaplet`)}`;
    onEmscripten('test/build/app', `${base}/found`, '-DAPP_FAULT=ON', config);
    says(`${base}/found`);
  });

test('emscripten: what is in use, and has been, is counted where that is asked for', { skip }, () => {
  const options = [`-DHEAPLET_SOURCE=${path('.')}`, '-DHEAPLET_USAGE=ON', '-DAPP_USAGE=ON'];
  onEmscripten('test/build/app', 'build/cmake-usage', ...options);
  targets.emscripten.program(path('build/cmake-usage/usage'));
});

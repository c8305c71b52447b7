// CMake for real: builds heaplet natively and for wasm with the system's compilers, installs it, and links a user's
// project to it both ways: find_package and add_subdirectory.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findEmscripten } from '../../tools/emscripten.mjs';
import { path } from '../../tools/paths.mjs';
import { runCommand } from '../../tools/wasi.mjs';
import { findWasiSdk } from '../../tools/wasi-sdk.mjs';

const sdk = findWasiSdk();
const emscripten = findEmscripten();
const env = emscripten?.env ?? process.env;

const has = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: path('.'), encoding: 'utf8', env });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

// Under Emscripten CMake is started by emcmake, which sets the toolchain file.
const emcmake = emscripten && join(dirname(emscripten.emcc), 'emcmake');

const targets = {
  native: { needs: has('cmake') && has('c++'), configure: ['cmake'] },
  wasi: {
    needs: has('cmake') && sdk,
    configure: [
      'cmake',
      '-DCMAKE_SYSTEM_NAME=WASI',
      '-DCMAKE_SYSTEM_PROCESSOR=wasm32',
      '-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY',
      `-DCMAKE_C_COMPILER=${sdk?.clang}`,
      `-DCMAKE_CXX_COMPILER=${sdk?.clangxx}`,
      `-DCMAKE_C_COMPILER_TARGET=${sdk?.target}`,
      `-DCMAKE_CXX_COMPILER_TARGET=${sdk?.target}`,
      '-DCMAKE_CXX_FLAGS=-fno-exceptions',
    ],
    program: (file) => assert.equal(runCommand(readFileSync(file), ['app']), 0),
  },
  emscripten: {
    needs: has('cmake') && emscripten,
    configure: [emcmake, 'cmake'],
    program: (file) => run(process.execPath, ...(emscripten?.nodeFlags ?? []), `${file}.cjs`),
  },
};

for (const [name, { needs, configure, program = run }] of Object.entries(targets)) {
  const skip = needs ? false : `${name}: cmake and a compiler for it are not here`;
  const base = `build/cmake-${name}`;

  const build = (source, into, ...more) => {
    rmSync(path(into), { recursive: true, force: true });
    run(...configure, '-S', source, '-B', into, '-DCMAKE_BUILD_TYPE=Release', ...more);
    run('cmake', '--build', into);
  };
  const works = (folder) => program(path(`${folder}/app`));

  test(`${name}: install, then find_package`, { skip }, () => {
    build('.', base, '-DHEAPLET_TESTS=OFF', `-DCMAKE_INSTALL_PREFIX=${path(`${base}/root`)}`);
    run('cmake', '--install', base);
    const config = `${base}/root/lib/cmake/heaplet`;
    build('test/build/app', `${base}/found`, `-Dheaplet_DIR=${path(config)}`);
    works(`${base}/found`);
  });

  test(`${name}: add_subdirectory`, { skip }, () => {
    build('test/build/app', `${base}/added`, `-DHEAPLET_SOURCE=${path('.')}`);
    works(`${base}/added`);
  });

  test(`${name}: an unknown profile is named`, { skip: skip || name === 'native' }, () => {
    const args = [...configure.slice(1), '-S', '.', '-B', `${base}/bad`, '-DHEAPLET_PROFILE=tiny'];
    const { status, stderr } = spawnSync(configure[0], args, { cwd: path('.'), encoding: 'utf8', env });
    assert.notEqual(status, 0);
    assert.match(stderr, /HEAPLET_PROFILE is 'tiny'/);
  });
}

// CMake for real: builds heaplet natively and for wasm with the system's compilers, installs it, and links a user's
// project to it both ways: find_package and add_subdirectory.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { path } from '../../tools/paths.mjs';
import { runCommand } from '../../tools/wasi.mjs';

const has = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: path('.'), encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

// Debian's clang and wasi-libc, or wasi-sdk's.
const sdk = process.env.WASI_SDK_PATH;
const suffix = sdk
  ? ''
  : ['-22', '-19', ''].find((version) => has(`clang++${version}`) && has(`wasm-ld${version}`));
const compiler = (name) => (sdk ? `${sdk}/bin/${name}` : `${name}${suffix}`);
const canWasm = sdk !== undefined || (suffix !== undefined && existsSync('/usr/include/wasm32-wasi'));

const targets = {
  native: { needs: has('cmake') && has('c++'), flags: [] },
  wasm: {
    needs: has('cmake') && canWasm,
    flags: [
      '-DCMAKE_SYSTEM_NAME=WASI',
      '-DCMAKE_SYSTEM_PROCESSOR=wasm32',
      '-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY',
      `-DCMAKE_C_COMPILER=${compiler('clang')}`,
      `-DCMAKE_CXX_COMPILER=${compiler('clang++')}`,
      '-DCMAKE_C_COMPILER_TARGET=wasm32-wasi',
      '-DCMAKE_CXX_COMPILER_TARGET=wasm32-wasi',
      '-DCMAKE_CXX_FLAGS=-fno-exceptions',
    ],
  },
};

for (const [name, { needs, flags }] of Object.entries(targets)) {
  const skip = needs ? false : `${name}: cmake and a compiler for it are not here`;
  const base = `build/cmake-${name}`;

  const build = (source, into, ...more) => {
    rmSync(path(into), { recursive: true, force: true });
    run('cmake', '-S', source, '-B', into, '-DCMAKE_BUILD_TYPE=Release', ...flags, ...more);
    run('cmake', '--build', into);
  };
  const works = (folder) => {
    if (name === 'native') run(path(`${folder}/app`));
    else assert.equal(runCommand(readFileSync(path(`${folder}/app`)), ['app']), 0);
  };

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
    const args = ['-S', '.', '-B', `${base}/bad`, ...flags, '-DHEAPLET_PROFILE=tiny'];
    const { status, stderr } = spawnSync('cmake', args, { cwd: path('.'), encoding: 'utf8' });
    assert.notEqual(status, 0);
    assert.match(stderr, /HEAPLET_PROFILE is 'tiny'/);
  });
}

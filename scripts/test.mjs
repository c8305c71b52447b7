// `npm test`: every test that this machine has the parts for. What is left out is named at the end, with how to get
// it; with HEAPLET_REQUIRE=1 (CI) a missing part is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf, known } from '../tools/browsers.mjs';
import { findEmscripten, missing as noEmscripten } from '../tools/emscripten.mjs';
import { folder, path } from '../tools/paths.mjs';
import { runtime } from '../tools/runtimes.mjs';
import { missingRust, rust } from '../tools/rust.mjs';
import { findWasiSdk, missing as noWasiSdk } from '../tools/wasi-sdk.mjs';
import { newestEmscripten, missing as noNewest } from './emscripten-newest.mjs';
import { explain } from './skipped.mjs';

const missing = [];
/** What comes from a distribution that moves: where that cannot be had just now it is said, but CI is not red for it. */
const unavailable = [];
const failed = [];

function run(title, command, args, options = {}) {
  console.log(`\n== ${title}`);
  const start = Date.now();
  const { status, error } = spawnSync(command, args, { cwd: path('.'), stdio: 'inherit', ...options });
  if (error || status !== 0) failed.push(title);
  console.log(
    `== ${title}: ${status === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - start) / 1000).toFixed(1)} s`,
  );
  return status === 0;
}

const has = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const node = (title, ...args) => run(title, process.execPath, args);

/** The test files of a folder: node's own globbing is younger than Node 20. */
function tests(folder) {
  if (!existsSync(path(folder))) return [];
  return readdirSync(path(folder), { recursive: true })
    .filter((name) => name.endsWith('.test.mjs'))
    .sort()
    .map((name) => `${folder}/${name}`);
}

node('format and lint', 'scripts/format.mjs', '--check');
node('layers', 'scripts/layers.mjs');
node('build', 'wasm/build/dist.mjs');
node('size', 'wasm/build/size.mjs');
node('C++ under wasi (wasm32)', 'scripts/wasi-tests.mjs');

const compiler = ['c++', 'g++', 'clang++'].find((name) => has(name, '--version'));
if (compiler && has('cmake', '--version')) {
  const build = ['-S', '.', '-B', 'build/native', '-DCMAKE_BUILD_TYPE=', '-DHEAPLET_TESTS=ON'];
  run('native build', 'cmake', build) &&
    run('native compile', 'cmake', ['--build', 'build/native', '--parallel', '2']) &&
    run('C++ native', 'ctest', [
      ...['--test-dir', 'build/native', '--no-tests=error', '--output-on-failure', '--parallel', '2'],
    ]);
  if (
    !has(
      compiler,
      '-m32',
      '-fsanitize=address',
      '-x',
      'c++',
      '-o',
      process.platform === 'win32' ? 'NUL' : '/dev/null',
      path('tools/nothing.cpp'),
    )
  )
    missing.push('native tests of the 32-bit layout: a compiler with -m32 (Debian: g++-multilib)');
} else {
  missing.push('native tests with sanitizers: cmake and a C++20 compiler (Debian: cmake g++ g++-multilib)');
}

if (!findWasiSdk()) missing.push(`the C family and CMake by the system's clang: ${noWasiSdk}`);
if (!findEmscripten()) missing.push(`the C family and CMake by Emscripten: ${noEmscripten}`);

if (!rust) missing.push(`the Rust example: ${missingRust}`);
if (has('arm-none-eabi-g++', '--version') && has('qemu-system-arm', '--version'))
  node('the core on a Cortex-M4F', 'bench/arm/run.mjs');
else
  missing.push('the core on a Cortex-M4F: Debian: gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm');

node('record a trace', 'bench/traces/sqlite.mjs');
node('modules for the JavaScript tests', 'test/js/modules/build.mjs');
const skipped = join(folder('build'), 'skipped.txt');
writeFileSync(skipped, '');
const reporters = { [process.stdout.isTTY ? 'spec' : 'tap']: 'stdout', './tools/skipped.mjs': skipped };
node(
  'JavaScript and wasm',
  '--test',
  ...Object.entries(reporters).flatMap(([reporter, to]) => [
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${to}`,
  ]),
  ...[
    'test/js',
    'test/wasm',
    'test/c',
    'test/demo',
    'test/programs',
    'test/build',
    'test/bench',
    'test/tools',
  ].flatMap(tests),
);

// What users of a newer Emscripten than the machine's get. Its libraries are compiled as they are asked for, so the
// settings are those that most programs' libraries do for, and of one profile.
const newest = newestEmscripten();
if (newest) {
  const emcc = join(newest, 'emcc');
  const env = { ...process.env, EMCC: emcc };
  const { version } = findEmscripten(env);
  const by = (names, ...files) =>
    run(
      `the C family by the newest Emscripten, ${version}: ${files.join(', ')}`,
      process.execPath,
      [
        '--test',
        '--test-concurrency=2',
        `--test-name-pattern=${names}`,
        ...files.map((name) => `test/${name}.test.mjs`),
      ],
      { env },
    );
  const family = ['emscripten', 'matrix', 'hello-size', 'linked', 'large', 'toolchains'];
  by('[Ee]mscripten', ...family.map((name) => `c/${name}`), 'build/cmake', 'build/package');
  by('Emscripten, fast: (SAFE_HEAP|constructors|the minimal|only WASI|ABORTING)', 'c/settings');
} else unavailable.push(`the C family by ${noNewest}`);

// The tests that need nothing but the language, in the other places where it runs.
const portable = tests('test/js').filter((name) => !name.includes('/node/'));
const others = {
  deno: ['test', '--quiet', '--allow-all', '--no-check', '--no-lock', ...portable],
  bun: ['test', ...portable.map((name) => `./${name}`)],
};
for (const [name, args] of Object.entries(others)) {
  const command = runtime(name);
  if (command) run(`JavaScript in ${name}`, command, args);
  else missing.push(`JavaScript in ${name}: ${name}, or \`node scripts/runtimes.mjs\``);
}
for (const name of known) {
  if (commandOf(name)) node(`JavaScript in ${name}`, 'test/browser/run.mjs', name);
  else missing.push(`JavaScript in ${name}: ${name} (Debian: ${name === 'firefox' ? 'firefox-esr' : name})`);
}

const { named, failures } = explain(readFileSync(skipped, 'utf8'), missing);

console.log('');
for (const part of [...missing, ...unavailable, ...named]) console.log(`left out: ${part}`);
if (process.env.HEAPLET_REQUIRE && missing.length) failed.push('parts are missing that CI requires');
if (process.env.HEAPLET_REQUIRE && failures.length) failed.push('tests were skipped that CI requires');
for (const title of failed) console.log(`FAILED: ${title}`);
process.exit(failed.length ? 1 : 0);

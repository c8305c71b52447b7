// `npm test`: every test that this machine has the parts for. What is left out is named at the end, with how to get
// it; with HEAPLET_REQUIRE=1 (CI) a missing part is a failure. `npm test -- js wasm` runs those folders of test/ alone.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { findArm, missing as noArm } from '../tools/arm.mjs';
import { commandOf, known } from '../tools/browsers.mjs';
import { has } from '../tools/commands.mjs';
import { findEmscripten, missing as noEmscripten } from '../tools/emscripten.mjs';
import { compilesFor, cxx, missing as noNative } from '../tools/native.mjs';
import { folder, path } from '../tools/paths.mjs';
import { runtime } from '../tools/runtimes.mjs';
import { missingRust, rust } from '../tools/rust.mjs';
import { findWasiSdk, missing as noWasiSdk } from '../tools/wasi-sdk.mjs';
import { newestEmscripten, missing as noNewest } from './emscripten-newest.mjs';
import { explain } from './skipped.mjs';
import { portable, runner, tests } from './test-files.mjs';
import { names as wasiTests } from './wasi-tests.mjs';

const processors = availableParallelism();
const missing = [];
/** What comes from a distribution that moves: where that cannot be had just now it is said, but CI is not red for it. */
const unavailable = [];
const failed = [];

/**
 * Runs a part of the tests; what it prints stands together, after it has ended, where others run beside it.
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { beside?: boolean }} [options]
 */
async function run(title, command, args, { beside = false, ...options } = {}) {
  if (!beside) console.log(`\n== ${title}`);
  const start = Date.now();
  const output = beside ? 'pipe' : 'inherit';
  const child = spawn(command, args, {
    cwd: path('.'),
    stdio: ['ignore', output, output],
    ...options,
  });
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => printed.push(bytes));
  const passed = await new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (status) => resolve(status === 0));
  });
  if (beside) process.stdout.write(`\n== ${title}\n${Buffer.concat(printed)}`);
  if (!passed) failed.push(title);
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  console.log(`== ${title}: ${passed ? 'passed' : 'FAILED'} in ${seconds} s`);
  return passed;
}

/** Runs parts that need nothing of each other, as many at once as there are processors. */
async function together(parts) {
  const waiting = [...parts];
  const lane = async () => {
    for (let part = waiting.shift(); part; part = waiting.shift()) await part();
  };
  await Promise.all(Array.from({ length: processors }, lane));
}

const node = (title, ...args) => run(title, process.execPath, args);
const nodeBeside = (title, ...args) => run(title, process.execPath, args, { beside: true });

const folders = ['js', 'wasm', 'c', 'demo', 'programs', 'build', 'bench', 'tools'];
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !folders.includes(name));
if (unknown) {
  console.error(`${unknown}: not one of ${folders.join(', ')}`);
  process.exit(2);
}

/** Why tests were skipped, a line each: of those that run everywhere, and of the others. */
const skipped = ['skipped-portable.txt', 'skipped.txt'].map((name) => join(folder('build'), name));
for (const file of skipped) writeFileSync(file, '');

async function inFolders(names) {
  if (names.includes('js')) await node('JavaScript, and its coverage', 'scripts/coverage.mjs', skipped[0]);
  return node(
    'JavaScript and wasm',
    ...runner({ './scripts/skipped.mjs': skipped[1] }),
    ...names.flatMap((name) => tests(name === 'js' ? 'test/js/node' : `test/${name}`)),
  );
}

/** The parts without which no test of a folder runs. */
async function prepare() {
  await node('build', 'wasm/build/dist.mjs');
  await node('the explorer', 'explorer/build.mjs');
  await node('size', 'wasm/build/size.mjs', '--check');
}

async function everything() {
  await node('format and lint', 'scripts/format.mjs', '--check');
  await node('layers', 'scripts/layers.mjs');
  await prepare();

  // What takes long comes first, so that no lane is left with it at the end.
  const parts = [];
  if (cxx && has('cmake')) {
    const width = String(processors); // the other parts end long before
    const configure = ['-S', '.', '-B', 'build/native', '-DCMAKE_BUILD_TYPE=', '-DHEAPLET_TESTS=ON'];
    const beside = { beside: true };
    parts.push(
      async () =>
        (await run('native build', 'cmake', configure, beside)) &&
        (await run('native compile', 'cmake', ['--build', 'build/native', '--parallel', width], beside)) &&
        (await run(
          'C++ native',
          'ctest',
          ['--test-dir', 'build/native', '--no-tests=error', '--output-on-failure', '--parallel', width],
          beside,
        )),
    );
    if (!compilesFor(32))
      missing.push('native tests of the 32-bit layout: a compiler with -m32 (Debian: g++-multilib)');
  } else {
    missing.push(`native tests with sanitizers: ${noNative}`);
  }
  for (const name of wasiTests)
    parts.push(() => nodeBeside(`C++ under wasi (wasm32): ${name}`, 'scripts/wasi-tests.mjs', name));
  if (findArm()) parts.push(() => nodeBeside('the core on a Cortex-M4F', 'bench/arm/run.mjs', '--check'));
  else missing.push(`the core on a Cortex-M4F: ${noArm}`);
  parts.push(() => nodeBeside('record a trace', 'bench/traces/sqlite.mjs'));
  parts.push(() => nodeBeside('modules for the JavaScript tests', 'test/js/modules/build.mjs'));
  await together(parts);

  if (!findWasiSdk()) missing.push(`the C family and CMake by the system's clang: ${noWasiSdk}`);
  if (!findEmscripten()) missing.push(`the C family and CMake by Emscripten: ${noEmscripten}`);
  if (!rust) missing.push(`the Rust example: ${missingRust}`);
  await inFolders(folders);

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
          `--test-concurrency=${processors}`,
          `--test-name-pattern=${names}`,
          ...files.map((name) => `test/${name}.test.mjs`),
        ],
        { env },
      );
    const family = ['emscripten', 'matrix', 'hello-size', 'linked', 'large', 'toolchains'];
    await by('[Ee]mscripten', ...family.map((name) => `c/${name}`), 'build/cmake', 'build/package');
    await by('Emscripten, fast: (SAFE_HEAP|constructors|the minimal|only WASI|ABORTING)', 'c/settings');
  } else unavailable.push(`the C family by ${noNewest}`);

  // The tests that need nothing but the language, in the other places where it runs.
  const elsewhere = [];
  const others = {
    deno: ['test', '--quiet', '--allow-all', '--no-check', '--no-lock', ...portable()],
    bun: ['test', ...portable().map((name) => `./${name}`)],
  };
  for (const [name, args] of Object.entries(others)) {
    const command = runtime(name);
    if (command) elsewhere.push(() => run(`JavaScript in ${name}`, command, args, { beside: true }));
    else missing.push(`JavaScript in ${name}: ${name}, or \`node scripts/runtimes.mjs\``);
  }
  for (const name of known) {
    if (commandOf(name))
      elsewhere.push(() => nodeBeside(`JavaScript in ${name}`, 'test/browser/run.mjs', name));
    else
      missing.push(`JavaScript in ${name}: ${name} (Debian: ${name === 'firefox' ? 'firefox-esr' : name})`);
  }
  await together(elsewhere);
}

if (asked.length) {
  await prepare();
  await node('modules for the JavaScript tests', 'test/js/modules/build.mjs');
  await inFolders(asked);
} else await everything();

const { named, failures } = explain(skipped.map((file) => readFileSync(file, 'utf8')).join(''), missing);

console.log('');
for (const part of [...missing, ...unavailable, ...named]) console.log(`left out: ${part}`);
if (process.env.HEAPLET_REQUIRE && missing.length) failed.push('parts are missing that CI requires');
if (process.env.HEAPLET_REQUIRE && failures.length) failed.push('tests were skipped that CI requires');
for (const title of failed) console.log(`FAILED: ${title}`);
process.exit(failed.length ? 1 : 0);

// `npm test`: every test that this machine has the parts for. What is left out is named at the end, with how to get
// it; with HEAPLET_REQUIRE=1 (CI) a missing part is a failure. `npm test -- js wasm` runs those folders of test/ alone.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { missing as noProofs, provable } from '../proofs/parts.mjs';
import { findArm, missing as noArm } from '../tools/arm.mjs';
import { commandOf, known } from '../tools/browsers.mjs';
import { has } from '../tools/commands.mjs';
import { findEmscripten, missing as noEmscripten } from '../tools/emscripten.mjs';
import { compilesFor, cxx, missing as noNative } from '../tools/native.mjs';
import { folder } from '../tools/paths.mjs';
import { missingPython, python } from '../tools/pypi.mjs';
import { runtime, runtimes } from '../tools/runtimes.mjs';
import { missingRust, missingSources, rust, rustFromSources } from '../tools/rust.mjs';
import { findWasiSdk, missing as noWasiSdk } from '../tools/wasi-sdk.mjs';
import { newestEmscripten, missing as noNewest } from './emscripten-newest.mjs';
import { node, processors, Runner } from './parts.mjs';
import { explain } from './skipped.mjs';
import { portable, reporting, several, tests } from './test-files.mjs';
import { names as wasiTests } from './wasi-tests.mjs';

const missing = [];
/** What comes from a distribution that moves: where that cannot be had just now it is said, but CI is not red for it. */
const unavailable = [];
const runner = new Runner();

const folders = ['js', 'wasm', 'c', 'pool', 'demo', 'programs', 'build', 'bench', 'tools', 'components'];
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !folders.includes(name));
if (unknown) {
  console.error(`${unknown}: not one of ${folders.join(', ')}`);
  process.exit(2);
}

/** Why tests were skipped: a file for each part, a line for each test. */
const skipped = folder('build/skipped');
rmSync(skipped, { recursive: true });
const reasonsOf = (title) => join(folder('build/skipped'), `${title.replaceAll('/', '-')}.txt`);

/** What takes longest comes first, so that no processor is idle at the end. */
const longest = [
  'c/emscripten',
  'c/settings',
  'programs/programs',
  'build/cmake',
  'c/matrix',
  'c/toolchains',
];
const rank = (name) => (longest.indexOf(name) + longest.length + 1) % (longest.length + 1);

/** The test files of folders, a part each. */
function files(names) {
  const parts = names
    .flatMap((name) => tests(name === 'js' ? 'test/js/node' : `test/${name}`))
    .map((file) => ({ file, title: file.replace(/^test\/|\.test\.mjs$/g, '') }))
    .sort((one, other) => rank(one.title) - rank(other.title))
    .map(({ file, title }) => node(title, ...reporting({ './scripts/skipped.mjs': reasonsOf(title) }), file));
  const coverage = node('JavaScript, and its coverage', 'scripts/coverage.mjs', reasonsOf('portable'));
  return names.includes('js') ? [coverage, ...parts] : parts;
}

const build = [
  node('build', 'wasm/build/dist.mjs'),
  node('the explorer', 'explorer/build.mjs'),
  node('size', 'wasm/build/size.mjs', '--check'),
];
const modules = node('modules for the JavaScript tests', 'test/js/modules/build.mjs');

/** The C++ tests, by the machine's compiler. */
function native() {
  const cmake = (title, command, ...args) => ({ title, command, args });
  const parallel = ['--parallel', String(processors)]; // other parts end before
  return [
    cmake(
      'native: configure',
      'cmake',
      ...['-S', '.', '-B', 'build/native', '-DCMAKE_BUILD_TYPE=', '-DHEAPLET_TESTS=ON'],
    ),
    cmake('native: compile', 'cmake', '--build', 'build/native', ...parallel),
    cmake(
      'C++ native',
      'ctest',
      ...['--test-dir', 'build/native', '--no-tests=error', '--output-on-failure', ...parallel],
    ),
  ];
}

/** What needs no package of ours. */
function first() {
  const rows = [];
  if (cxx && has('cmake')) {
    rows.push(native());
    if (!compilesFor(32))
      missing.push('native tests of the 32-bit layout: a compiler with -m32 (Debian: g++-multilib)');
  } else missing.push(`native tests with sanitizers: ${noNative}`);
  const checks = [
    node('format and lint', 'scripts/format.mjs', '--check'),
    node('layers', 'scripts/layers.mjs'),
  ];
  // The trace compiles SQLite, the longest of all that cannot be divided. The types of what is checked lie in dist/.
  rows.push([node('record a trace', 'bench/traces/sqlite.mjs')], [...build, ...checks], [modules]);
  for (const name of wasiTests) rows.push([node(`C++ under wasi: ${name}`, 'scripts/wasi-tests.mjs', name)]);
  if (findArm()) rows.push([node('the core on a Cortex-M4F', 'bench/arm/run.mjs', '--check')]);
  else missing.push(`the core on a Cortex-M4F: ${noArm}`);
  return rows;
}

/** The tests that need nothing but the language, in the other places where it runs. */
function elsewhere() {
  const parts = [];
  const others = {
    deno: ['test', '--quiet', '--allow-all', '--no-check', '--no-lock', ...portable()],
    bun: ['test', ...portable().map((name) => `./${name}`)],
  };
  for (const [name, args] of Object.entries(others)) {
    const command = runtime(name);
    if (command) parts.push({ title: `JavaScript in ${name}`, command, args });
    else missing.push(`JavaScript in ${name}: ${name}, or \`node scripts/runtimes.mjs\``);
  }
  if (runtime('workerd')) parts.push(node('JavaScript in workerd', 'test/workerd/run.mjs'));
  else missing.push('JavaScript in workerd: `node scripts/runtimes.mjs`');
  if (runtime('node24')) parts.push(node('JavaScript over 64 bits', 'test/memory64/run.mjs'));
  for (const name of Object.keys(runtimes).filter((name) => name.startsWith('node'))) {
    const command = runtime(name);
    const title = `JavaScript and wasm in ${name}`;
    const args = [
      ...several({ './scripts/skipped.mjs': reasonsOf(title) }),
      ...portable(),
      ...tests('test/wasm'),
    ];
    if (command) parts.push({ title, command, args });
    else missing.push(`${title}: ${name}, or \`node scripts/runtimes.mjs\``);
  }
  for (const name of known) {
    if (commandOf(name))
      parts.push(
        node(`JavaScript in ${name}`, 'test/browser/run.mjs', name),
        node(`JavaScript under a policy in ${name}`, 'test/browser/policy.mjs', name),
      );
    else
      missing.push(`JavaScript in ${name}: ${name} (Debian: ${name === 'firefox' ? 'firefox-esr' : name})`);
  }
  return parts;
}

/**
 * What users of a newer Emscripten than the machine's get. Its libraries are compiled as they are asked for, so the settings
 * are those that most programs' libraries do for, and of one profile. `hardened` is linked as `fast` is, and the machine's
 * Emscripten has it.
 */
function byNewest() {
  const newest = newestEmscripten();
  if (!newest) {
    unavailable.push(`the C family by ${noNewest}`);
    return [];
  }
  const env = { ...process.env, EMCC: join(newest, 'emcc') };
  const { version } = findEmscripten(env);
  const by = (pattern, title) => ({
    ...node(`${title} by Emscripten ${version}`, `--test-name-pattern=${pattern}`, `test/${title}.test.mjs`),
    env,
  });
  const family = [
    'emscripten',
    'matrix',
    'toolchains',
    'linked',
    'large',
    'hello-size',
    'threads',
    'faults',
    'stacks',
    'stacks_threads',
    'discard',
    'wasm64',
  ];
  return [
    ...family.map((name) => by('^(?!.*, hardened).*Emscripten', `c/${name}`)),
    by('Emscripten', 'pool/pool'),
    by('Emscripten, fast: (SAFE_HEAP|constructors|the minimal|only WASI|ABORTING)', 'c/settings'),
    ...['build/cmake', 'build/package', 'build/distribution'].map((title) => by('[Ee]mscripten', title)),
  ];
}

const rows = (parts) => parts.map((part) => [part]);
if (asked.length) {
  await runner.row([...build, modules]);
  await runner.together(rows(files(asked)));
} else {
  await runner.together(first());
  if (!findWasiSdk()) missing.push(`the C family and CMake by the system's clang: ${noWasiSdk}`);
  if (!findEmscripten()) missing.push(`the C family and CMake by Emscripten: ${noEmscripten}`);
  if (!rust) missing.push(`the Rust crate, its example and component: ${missingRust}`);
  if (rust && !rustFromSources()) missing.push(`the Rust crate with threads: ${missingSources}`);
  if (!python) missing.push(`components by wasmtime: ${missingPython}`);
  if (!provable) missing.push(`the proofs: ${noProofs}`);
  const proofs = provable ? [node('proofs', 'proofs/prove.mjs', '--quick')] : [];
  await runner.together(rows([...proofs, ...files(folders), ...elsewhere()]));
  // After those: they write where the same tests do.
  await runner.together(rows(byNewest()));
}

const reasons = readdirSync(folder('build/skipped')).map((name) => readFileSync(join(skipped, name), 'utf8'));
const { named, failures } = explain(reasons.join(''), missing);

console.log(`\n${runner.table()}\n`);
for (const part of [...missing, ...unavailable, ...named]) console.log(`left out: ${part}`);
for (const reason of runner.reasons) console.log(reason);
const failed = runner.failed;
if (process.env.HEAPLET_REQUIRE && missing.length) failed.push('parts are missing that CI requires');
if (process.env.HEAPLET_REQUIRE && failures.length) failed.push('tests were skipped that CI requires');
for (const title of failed) console.log(`FAILED: ${title}`);
process.exit(failed.length ? 1 : 0);

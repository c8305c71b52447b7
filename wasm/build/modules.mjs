// One function that makes any of heaplet's modules.
import { readFileSync } from 'node:fs';
import { names } from '../../js/c-functions.js';
import { withNamesOf } from '../../tools/binary.mjs';
import { binaryen, runAtStart } from '../../tools/binaryen.mjs';
import { archive, clang } from '../../tools/clang.mjs';
import { sources } from '../../tools/files.mjs';
import { path } from '../../tools/paths.mjs';

/** profiles.json */
export const flags = JSON.parse(readFileSync(path('profiles.json'), 'utf8'));

/** The profiles, in the order of the tables. */
export const profiles = Object.keys(flags.profiles);

/** What a module of `dist/` exports. */
export const cFunctions = names;

/** The same of a profile: `hardened` takes its host's secret. */
export const exportsOf = (profile) => (profile === 'hardened' ? [...names, 'heaplet_set_secret'] : names);

/** A profile's flags, compiled for size as its peers are where sizes are compared, and where a page loads it. */
export const flagsForSize = (profile) =>
  flags.profiles[profile].map((flag) => (flag === '-O2' ? '-Oz' : flag));

/**
 * Those of a heap whose caller keeps lists in front of it: what is called often is inlined in the caller, and what is left is
 * shorter by a fifth than at -O2, for half a percent more instructions. (85: with -Os alone too little is inlined where a block
 * is large, and with 100 the core is there several times.)
 */
const flagsUnderLists = ['-Os', '-mllvm', '-inline-threshold=85'];

/**
 * The flags of what a page loads, where each gzipped byte counts: of its own accord LLVM inlines nothing, and what must be
 * fast says so in the sources. (`small` is written for -Oz.)
 * @param {string} profile
 * @param {'-Os' | '-Oz'} [size] gzip makes the first shorter. But then the linker moves stores: of the calls that end in the
 *   middle, as a worker's may, it leaves two to three times as many that cannot be repaired
 */
export const flagsForPage = (profile, size = '-Os') =>
  profile === 'small' ? ['-Oz'] : [size, '-flto', '-Wl,-mllvm,-inline-threshold=0'];

// The features that every engine in use reads (2020's): named, because --all-features emits encodings that
// engines do not read yet.
export const features = [
  '--enable-bulk-memory',
  '--enable-bulk-memory-opt',
  '--enable-sign-ext',
  '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int',
  '--enable-multivalue',
];
const targetFeatures = ['-mbulk-memory', '-msign-ext', '-mmutable-globals', '-mnontrapping-fptoint'];

/**
 * The compiler, for wasm that has nothing beside it: no libc and no platform.
 * @param {string} target
 */
export const bare = (target) => [
  ...['clang++', `--target=${target}`, '-nostdlib', '-nostdinc++', '-ffreestanding', '-mcpu=mvp'],
  ...targetFeatures,
];

const stripNotes = ['--strip-producers', '--strip-target-features'];
export const strip = ['--strip-debug', ...stripNotes];

/** The optimiser that defines a module's size. */
export const finalPasses = ['-Oz', '--converge', ...strip];

// `small` first goes through binaryen's flat form: it finds a shorter control flow than clang's.
export const passes = {
  small: [['--flatten', '--rereloop', '-Oz'], finalPasses],
  lean: [['-O3', ...strip]],
  fast: [['-O3', ...strip]],
  realtime: [['-O3', ...strip]],
  // Its traps are told apart by the names of the functions that they are in, whose bodies are all the same.
  hardened: [
    [
      '--no-inline=heaplet_fault_*',
      '--skip-pass=duplicate-function-elimination',
      ...['-O3', '-g', ...stripNotes],
    ],
  ],
};

// Bytes below which clang keeps what fits no local: the regions that memory arrives in, at most some 64 bytes deep; what
// `hardened` says of a fault is longer.
// Too few and they lie on the heap's own state, without a word. (`small` has no stack: its first block lies there, and
// so must the stack's pointer, 1024 + 272, with which it begins.)
const stack = { small: 272, lean: 256, fast: 256, hardened: 768, realtime: 256 };

/** @param {boolean | undefined} usage as the profile has it, if it is undefined */
export const usageFlag = (usage) => (usage === undefined ? [] : [`-DHEAPLET_USAGE=${+usage}`]);

/** The function that a module with an imported memory runs when it is instantiated. */
const start = 'heaplet_start';

/**
 * A module with the names of its C functions alone, if it has any names: a fault is told by one of them, and C++'s are longer
 * than what they name.
 * @param {Uint8Array} wasm
 */
export const withShortNames = (wasm) => withNamesOf(wasm, (name) => /^\w+$/.test(name));

/** @returns {Promise<Uint8Array>} after each list of passes in turn */
export async function optimise(wasm, lists) {
  for (const list of lists) wasm = await binaryen('wasm-opt', wasm, [...features, ...list]);
  return wasm;
}

/**
 * Compiles one module.
 * @param {object} options
 * @param {string} options.profile `small`, `lean`, `fast`, `hardened` or `realtime`
 * @param {boolean} [options.coalesce] join a grown region to the pool before it
 * @param {string[]} [options.exports] C names; what they do not call is left out
 * @param {'import' | 'own'} [options.memory] import `env.memory` and re-export it, or define one of a page
 * @param {boolean} [options.forSize] compile for size what is otherwise compiled for speed
 * @param {string[]} [options.compileFlags] instead of those
 * @param {boolean} [options.usage] count what is in use; if it is not said, as the profile has it
 * @param {string} [options.source] another source than the profile's
 * @param {string[][]} [options.optimise] lists of passes instead of the profile's
 * @param {boolean} [options.memory64] for a memory of 64-bit addresses
 * @param {object} [options.files] a tree of what the source includes, besides src/ and wasm/
 */
export async function buildModule({
  profile,
  coalesce = true,
  exports = exportsOf(profile),
  memory = 'import',
  forSize = false,
  compileFlags = forSize ? flagsForSize(profile) : flags.profiles[profile],
  usage = undefined,
  source = profile === 'small' ? 'wasm/small/module.cpp' : 'wasm/malloc.cpp',
  optimise: lists = memory === 'own' || forSize
    ? [...passes[profile].slice(0, -1), finalPasses]
    : passes[profile],
  memory64 = false,
  files = {},
}) {
  // A memory of somebody else's may grow before the first call: the module notes its end when it is instantiated.
  const imported = memory === 'import';
  const args = [
    bare(memory64 ? 'wasm64' : 'wasm32'),
    [...flags.common, ...compileFlags],
    [`-DHEAPLET_PROFILE=${profile}`, ...(coalesce ? [flags.coalesce] : []), ...usageFlag(usage)],
    [
      ...(imported ? ['-DHEAPLET_STATE_IN_MEMORY', '-DHEAPLET_START=1'] : []),
      '-I.',
      '-Wl,--no-entry',
      '-Wl,--gc-sections',
      `-Wl,-z,stack-size=${memory64 ? 2 * stack[profile] : stack[profile]}`,
      '-flto', // makes functions of it that know where the heap lies
      '-Wl,--lto-O3',
    ],
    imported ? ['-Wl,--import-memory', '-Wl,--export-memory'] : ['-Wl,--initial-memory=65536'],
    [...exports, ...(imported ? [start] : [])].map((name) => `-Wl,--export=${name}`),
    [source, '-o', 'out.wasm'],
  ].flat();
  const wasm = await clang(args, { ...sources(), ...files });
  const wide = memory64 ? lists.map((list) => ['--enable-memory64', ...list]) : lists;
  return withShortNames(await optimise(imported ? await runAtStart(wasm, start) : wasm, wide));
}

/**
 * What libheaplet.a is made for, with the target of its objects. `freestanding` asks for no libc, as a Rust module for
 * wasm32-unknown-unknown has none: there is no errno, and nothing is printed.
 */
export const targets = {
  wasi: 'wasm32-wasip1',
  emscripten: 'wasm32-unknown-emscripten',
  freestanding: 'wasm32-unknown-unknown',
};

/** The same for memories of 64-bit addresses. */
export const wideTargets = {
  emscripten64: 'wasm64-unknown-emscripten',
  freestanding64: 'wasm64-unknown-unknown',
};

/** What each of them needs to be told. */
export const targetFlags = {
  wasi: [],
  // An older Emscripten has an older linker and optimiser: nothing in the object that they do not know.
  emscripten: ['-nostdlibinc', '-mcpu=mvp', '-mmutable-globals', '-msign-ext'],
  freestanding: ['-ffreestanding', '-nostdlibinc'],
};

/** What threads are called: HEAPLET_THREADS (wasm/threads.hpp) and what an object may then use. */
const threadModels = { pthreads: 1, workers: 2, none: 0 };
const threadFlags = (threads) => [
  ...(threads ? ['-matomics', '-mbulk-memory', `-DHEAPLET_THREADS=${threadModels[threads]}`] : []),
  ...(threads === 'none' ? ['-U__wasm_atomics__'] : []), // else it says that it must not be
];

/**
 * Compiles the malloc family to an object that, linked before a libc, replaces the libc's.
 * @param {object} options
 * @param {string} options.profile `small`, `lean`, `fast`, `hardened` or `realtime`
 * @param {boolean} [options.coalesce] join a grown region to the pool before it
 * @param {keyof typeof targets | keyof typeof wideTargets} [options.target]
 * @param {boolean} [options.tracing] tell Emscripten of each block
 * @param {boolean} [options.stacks] keep the stack of each block (wasm/stacks.js; with threads, wasm/stacks_threads.hpp)
 * @param {keyof typeof threadModels} [options.threads] for a program with threads of that kind; `none`: one that links with
 *   threads and must have none, to see what they add
 * @param {boolean} [options.usage] count what is in use, and let the program export it
 * @param {boolean} [options.kept] for callers that keep blocks in lists of their own (wasm/kept.hpp)
 * @param {number} [options.discard] bytes of free memory above which its pages are given back
 * @param {string} [options.source] another source of the library
 * @param {object} [options.files] a tree of what it includes, besides src/ and wasm/
 */
export function buildObject({
  profile,
  coalesce = true,
  target = 'wasi',
  tracing = false,
  stacks = false,
  threads = undefined,
  usage = undefined,
  kept = false,
  discard = 0,
  source = 'wasm/malloc.cpp',
  files = {},
}) {
  const narrow = target.replace(/64$/, '');
  const args = [
    [
      'clang++',
      `--target=${{ ...targets, ...wideTargets }[target]}`,
      '-nostdinc++',
      ...flags.common,
      ...(kept ? flagsUnderLists : flags.profiles[profile]),
    ],
    [...targetFlags[narrow], ...(narrow === 'freestanding' ? ['-DHEAPLET_LIBRARY=1'] : [])],
    [
      `-DHEAPLET_PROFILE=${profile}`,
      ...(coalesce ? [flags.coalesce] : []),
      ...(tracing ? [flags.tracing] : []),
      ...(stacks ? [flags.stacks] : []),
      ...(kept ? ['-DHEAPLET_KEPT=1'] : []),
      ...threadFlags(threads),
      ...(usage ? [flags.usage] : []),
      ...(discard ? [`-DHEAPLET_DISCARD=${discard}`] : []),
    ],
    ['-I.', '-c', source, '-o', 'heaplet.o'],
  ].flat();
  return clang(args, { ...sources(), ...files });
}

/**
 * The same as libheaplet.a. The linker reports the object's name when it is to be linked with shared memory.
 * @param {Parameters<typeof buildObject>[0]} options
 */
export async function buildLibrary(options) {
  const name = options.threads ? 'heaplet.o' : 'heaplet-without-threads.o';
  const objects = { [name]: await buildObject(options) };
  if (!options.target.startsWith('freestanding'))
    objects['heaplet-stats.o'] = await buildObject({ ...options, source: 'wasm/malloc_stats.cpp' });
  return archive('libheaplet.a', objects);
}

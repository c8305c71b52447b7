// The modules for JavaScript: a heap whose state lies where the caller says, and the walker that looks at it.
//
// A global that is imported costs V8 two loads at each use, 4 ns on a malloc and free of 11 ns. So the address becomes
// a constant: the build leaves one that is easy to find, and JavaScript writes the right one in its place before it
// compiles the module (js/place.js). A memory's flags, which say whether it is shared, are written the same way.
import { createHash } from 'node:crypto';
import { hasNames, Reader, Section, sectionsOf } from '../../tools/binary.mjs';
import { binaryen, fixGlobals } from '../../tools/binaryen.mjs';
import { clang } from '../../tools/clang.mjs';
import { sources } from '../../tools/files.mjs';
import {
  bare,
  cFunctions,
  features,
  flags,
  flagsForPage,
  optimise,
  passes,
  withShortNames,
} from './modules.mjs';
import { placedText, textOf } from './text.mjs';

/** What a placed heap exports. */
const placedFunctions = (profile) => [
  ...[...cFunctions, 'heaplet_begin', 'heaplet_state_bytes'],
  ...(profile === 'hardened' ? ['heaplet_set_secret'] : []),
];

const walks = ['pools', 'cached', 'blocks', 'certain', 'check', 'take', 'usage'];

/** What JavaScript calls, and by which names: the family by its numbers (js/c-functions.js), which are shorter. */
export const called = {
  heaplet_begin: 'begin',
  heaplet_set_secret: 'secret',
  ...Object.fromEntries(cFunctions.map((name, index) => [name, `${index}`])),
  ...Object.fromEntries(walks.map((name) => [name, name])),
};

const link = ['-fPIC', '-fvisibility=hidden', '-shared', '-Wl,--experimental-pic', '-Wl,--import-memory'];

/** The same where addresses have 64 bits: called by numbers that are doubles (wasm/placed/module64.cpp). */
export const calledWide = {
  heaplet_set_secret: 'secret',
  number_begin: 'begin',
  number_certain: 'certain',
  ...Object.fromEntries(cFunctions.map((name, index) => [`number_${name}`, `${index}`])),
  ...Object.fromEntries(walks.filter((name) => name !== 'certain').map((name) => [name, name])),
};

/** @returns {Promise<Uint8Array>} a linked module, not optimised */
function compile(profile, sourceFiles, exports, compiler = clang, bits = 32) {
  const args = [
    bare(`wasm${bits}-unknown-unknown`),
    [...flags.common, ...flagsForPage(profile, '-Oz'), `-DHEAPLET_PROFILE=${profile}`, '-I.'],
    [...link, '-Wl,--no-entry', '-Wl,--gc-sections', '-Wl,--lto-O3'],
    exports.map((name) => `-Wl,--export=${name}`),
    [...sourceFiles, '-o', 'out.wasm'],
  ].flat();
  return compiler(args, sources());
}

/** Compiles a placed heap: it imports `env.memory` and the address of its state, `env.__memory_base`. */
export async function buildPlaced(profile) {
  const linked = await compile(profile, ['wasm/placed/module.cpp'], placedFunctions(profile));
  return finished(linked, shortest(passes[profile]));
}

/** What a linked module becomes, which has no data, nor notes for a loader. */
async function finished(linked, lists, bits = 32) {
  // Its data are texts: of src/check.hpp, which js/ reads beside the module.
  const more = bits === 64 ? ['--enable-memory64'] : [];
  const wide = lists.map((list) => [...more, ...list]);
  const wasm = withShortNames(withoutNotes(await optimise(await withoutData(linked, more), wide)));
  if ([...sectionsOf(wasm)].some(({ id }) => id === Section.start || id === Section.data)) {
    throw new Error('a placed heap must change nothing when it is instantiated');
  }
  return wasm;
}

/** A profile's passes, for size. */
const shortest = (lists) =>
  lists.map((list) => list.flatMap((pass) => (pass === '-O3' ? ['-Oz', '--converge'] : pass)));

const withoutData = (wasm, more) =>
  binaryen('wasm-opt', wasm, [...features, ...more, '-g', '--remove-memory-init']);

/**
 * What js/ needs of a module that stays at the start of a memory of its own.
 * @param {string} profile
 * @param {Uint8Array} wasm
 */
export async function describeFixed(profile, wasm) {
  return { profile, wasm: textOf(await fixGlobals(wasm, [], 0, called)) };
}

/**
 * A placed heap, the walker in it, before it is made fit for JavaScript.
 * @param {string} profile
 * @param {object} [how] instead of what the package has, for who cannot wait for it
 * @param {typeof clang} [how.compiler]
 * @param {string[][]} [how.lists] of passes
 */
export async function buildWalked(profile, { compiler, lists = shortest(passes[profile]) } = {}) {
  const linked = await compile(
    profile,
    ['wasm/placed/module.cpp', 'wasm/placed/inspect.cpp'],
    [...placedFunctions(profile), ...walks],
    compiler,
  );
  const wasm = await finished(linked, lists);
  const about = {
    profile,
    signature: signatureOf(wasm),
    stateBytes: stateBytesOf(wasm),
    texts: activeData(linked), // of the faults: they lie behind each other, each ends with a zero
  };
  return { about, wasm };
}

/**
 * The same for memories of 64-bit addresses.
 * @param {string} profile
 */
export async function buildWide(profile) {
  const own = Object.keys(calledWide).filter(
    (name) => profile === 'hardened' || name !== 'heaplet_set_secret',
  );
  const exports = [...own, 'heaplet_state_bytes'];
  const linked = await compile(profile, ['wasm/placed/module64.cpp'], exports, clang, 64);
  const wasm = await finished(linked, shortest(passes[profile]), 64);
  const signature = signatureOf(wasm);
  return {
    about: { profile, signature, stateBytes: await wideStateBytes(wasm), texts: activeData(linked) },
    wasm,
  };
}

/**
 * What js/ needs of a placed heap: the module as text, and what it is.
 * @param {string} profile
 * @param {Parameters<typeof buildWalked>[1]} [how]
 */
export async function describePlaced(profile, how) {
  const { about, wasm } = await buildWalked(profile, how);
  return { ...about, wasm: await placedText(wasm, called) };
}

/**
 * The same with 64-bit addresses, which this engine may not have: it is a number in the code of a function that the module
 * has for nothing else.
 * @param {Uint8Array} wasm
 */
async function wideStateBytes(wasm) {
  const { default: library } = await import('binaryen');
  const module = library.readBinary(wasm);
  const { value } = library.getExportInfo(module.getExport('heaplet_state_bytes'));
  const { body } = library.getFunctionInfo(module.getFunction(value));
  const info = /** @type {any} */ (library.getExpressionInfo(body));
  module.dispose();
  if (info.id !== library.ConstId) throw new Error('heaplet_state_bytes: not a number');
  return Number(info.value);
}

/** @param {Uint8Array} wasm of a placed heap, the walker in it */
function stateBytesOf(wasm) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const stack = new WebAssembly.Global({ value: 'i32', mutable: true }, 0);
  const env = { memory, __memory_base: 0, __stack_pointer: stack, __table_base: 0, found() {}, fault() {} };
  return new WebAssembly.Instance(new WebAssembly.Module(wasm), { env }).exports.heaplet_state_bytes();
}

/** The bytes of a module's data segments, which must be one, as text. */
function activeData(wasm) {
  const data = [...sectionsOf(wasm)].find(({ id }) => id === Section.data)?.contents;
  if (data?.[0] !== 1) throw new Error('the walker must have one data segment');
  // flags 0, the address as an expression that ends with 0x0b, the length, the bytes
  const reader = new Reader(data, data.indexOf(0x0b) + 1);
  return Buffer.from(reader.take(reader.u32())).toString('latin1');
}

/** A module without what the linker notes for a dynamic loader. */
const withoutNotes = (wasm) =>
  Buffer.concat([
    wasm.subarray(0, 8),
    ...[...sectionsOf(wasm)]
      .filter((section) => section.id !== Section.custom || hasNames(section))
      .map(({ whole }) => whole),
  ]);

/** A number that no two different modules share, not 0: what a heap in memory is recognised by. */
const signatureOf = (wasm) => createHash('sha256').update(wasm).digest().readUInt32LE(0) | 1;

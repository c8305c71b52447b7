// The toolchains that the programs are built with, as far as they are there: clang from npm, a wasi-sdk, Emscripten.
// Each compiles a program once and links the objects with each allocator, as its users would.
import { readFileSync } from 'node:fs';
import { called, linkerFlags } from '../../demo/build.mjs';
import { toolchain as npm } from '../../tools/cache.mjs';
import { clang } from '../../tools/clang.mjs';
import * as emscripten from '../../tools/emscripten.mjs';
import { nativeClang } from '../../tools/native-clang.mjs';
import { path } from '../../tools/paths.mjs';
import * as wasiSdk from '../../tools/wasi-sdk.mjs';
import { compile, compileOnce } from './compiler.mjs';

// `hardened` is there for what its checks cost a whole program, and `lean` because it is `hardened` without them.
const ours = ['heaplet small', 'heaplet lean', 'heaplet fast', 'heaplet hardened'];

const library = (target, allocator) => {
  const profile = ours.includes(allocator) && allocator.split(' ')[1];
  return profile ? { 'libheaplet.a': readFileSync(path(`dist/${target}/${profile}/libheaplet.a`)) } : {};
};

/**
 * @typedef {object} Toolchain
 * @property {string} name
 * @property {boolean} cxx whether it has a C++ library
 * @property {boolean} slow whether it takes minutes to optimise a large program
 * @property {string[]} allocators heaplet's first, then its own
 * @property {(unit: import('./programs.mjs').Unit, level: string) => Promise<Uint8Array>} object compiles a file
 * @property {(objects: Record<string, Uint8Array>, allocator: string, level: string) => Promise<string | Uint8Array>}
 *   link gives a WASI reactor, or the folder of Emscripten's program.cjs and program.wasm
 */

/** The command line of a unit, with clang's name for the compiler. */
const commandLine = ({ file, flags }, target, level) => {
  const driver = file.endsWith('.c') ? 'clang' : 'clang++';
  return [driver, ...target, level, ...flags, '-I.', '-c', file, '-o', 'object.o'];
};

const target = ['--target=wasm32-wasip1'];

/**
 * @param {Pick<Toolchain, 'name' | 'cxx' | 'slow'> & { run: typeof clang }} driver
 * @returns {Toolchain}
 */
const wasi = ({ run, ...rest }) => ({
  ...rest,
  allocators: [...ours, 'dlmalloc'],
  object: (unit, level) => run(commandLine(unit, target, level), unit.files),
  link(objects, allocator, level) {
    const files = { ...objects, ...library('wasi', allocator) };
    const args = [
      'clang++',
      ...linkerFlags,
      level,
      '-Wl,--strip-all',
      ...Object.keys(files),
      '-o',
      'program.wasm',
    ];
    return run(args, files);
  },
});

function fromNpm() {
  const name = `WASI, clang ${npm.clang.replace(/-.*/, '')} (npm)`;
  return wasi({ name, cxx: true, slow: true, run: clang });
}

function fromWasiSdk() {
  const sdk = wasiSdk.findWasiSdk();
  if (!sdk) return null;
  return wasi({
    name: `WASI, clang ${sdk.version}`,
    cxx: sdk.cxx,
    slow: false,
    run: nativeClang(sdk),
  });
}

function fromEmscripten() {
  const found = emscripten.findEmscripten();
  if (!found) return null;
  const compiler = {
    name: `${found.emcc} ${found.version}`,
    run: (args, cwd) => emscripten.runEmscripten(found, args, { cwd }),
  };
  const drivers = { clang: 'emcc', 'clang++': 'em++' };
  const mimalloc = emscripten.isOlder(found.version, '3.1.50') ? [] : ['mimalloc'];
  return {
    name: `Emscripten ${found.version}`,
    cxx: true,
    slow: false,
    allocators: [...ours, 'dlmalloc', 'emmalloc', ...mimalloc],
    async object(unit, level) {
      const [name, ...args] = commandLine(unit, [], level);
      return compile(compiler, [drivers[name], ...args], unit.files);
    },
    async link(objects, allocator, level) {
      const files = { ...objects, ...library('emscripten', allocator) };
      const flags = [
        `-sMALLOC=${ours.includes(allocator) ? 'none' : allocator}`,
        `-sEXPORTED_FUNCTIONS=${called.map((name) => `_${name}`)}`,
        '-sALLOW_MEMORY_GROWTH',
        '-sMODULARIZE',
        '-sENVIRONMENT=node',
        '--no-entry',
      ];
      const args = ['em++', level, ...flags, ...Object.keys(files), '-o', 'program.cjs'];
      return compileOnce(compiler, args, files, ['program.cjs', 'program.wasm']);
    },
  };
}

const makers = [
  { make: fromNpm },
  { make: fromWasiSdk, missing: wasiSdk.missing },
  { make: fromEmscripten, missing: emscripten.missing },
];

/** @returns {{toolchains: Toolchain[], missing: string[]}} with how to get what is not there */
export function findToolchains() {
  const found = makers.map(({ make, missing }) => ({ toolchain: make(), missing }));
  return {
    toolchains: found.map(({ toolchain }) => toolchain).filter(Boolean),
    missing: found.filter(({ toolchain }) => !toolchain).map(({ missing }) => missing),
  };
}

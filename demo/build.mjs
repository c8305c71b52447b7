// Builds the main job's program: SQLite compiled once, then linked with each allocator in turn.
// The object code is the same in every module; only the malloc family differs.
import { readFileSync } from 'node:fs';
import { toolchain } from '../tools/cache.mjs';
import { clang } from '../tools/clang.mjs';
import { nativeClang } from '../tools/native-clang.mjs';
import { path } from '../tools/paths.mjs';
import { findWasiSdk } from '../tools/wasi-sdk.mjs';
import { buildObject } from '../wasm/build/modules.mjs';

/** The folder of SQLite's sources. */
export const sqlite = 'node_modules/better-sqlite3/deps/sqlite3';
const target = '--target=wasm32-wasip1';

/**
 * Nobody waits longer than for this: to a compiler that is itself wasm -Oz takes three quarters of the time of -O1, and half
 * of that of -O2. What it makes runs a tenth slower.
 */
export const level = '-Oz';

/** How SQLite is built: every allocation goes to malloc. */
export const sqliteFlags = [
  '-DSQLITE_THREADSAFE=0',
  '-DSQLITE_TEMP_STORE=3', // sorters and journals in memory: there is no file system
  '-DSQLITE_OMIT_LOAD_EXTENSION',
  '-DSQLITE_ENABLE_FTS5',
  '-DSQLITE_DQS=0',
  '-DSQLITE_DEFAULT_MEMSTATUS=0',
  '-DHAVE_MALLOC_H=1', // asks malloc_usable_size instead of keeping each block's size in front of it
  '-DHAVE_MALLOC_USABLE_SIZE=1',
  '-DSQLITE_DEFAULT_LOOKASIDE=0,0', // no small-block cache of SQLite's own in front of malloc,
  '-DSQLITE_DEFAULT_PCACHE_INITSZ=0', // and every page of the database is one block from malloc
];

/** What the JavaScript side of a program calls. */
export const called = ['malloc', 'free', 'calloc', 'realloc'];

// wasi-libc's malloc lives in one object of its libc.a, which the linker leaves out when every function that
// anyone calls is defined before it comes to libc.
export const linkerFlags = [
  target,
  '-mexec-model=reactor',
  '-Wl,--stack-first', // a stack that overflows traps instead of writing over data
  '-Wl,-z,stack-size=262144',
  ...called.map((name) => `-Wl,--export=${name}`),
];

/** The allocators, in the order of the table; dlmalloc is the libc's own. */
export const allocators = ['heaplet small', 'heaplet fast', 'dlmalloc'];

/** @typedef {typeof clang} Compiler */

/** Compiles one C file to an object. */
export const compile = (file, source, flags, compiler = clang) => {
  const headers = { 'sqlite3.h': readFileSync(path(`${sqlite}/sqlite3.h`)) };
  const args = ['clang', target, level, ...flags, '-I.', '-c', file, '-o', 'object.o'];
  return compiler(args, { ...headers, [file]: source });
};

const ownFlags = ['-Wall', '-Wextra', '-Werror'];

/** What every program has in it: SQLite, and the functions that the caller sees. */
export const objects = async (compiler = clang) => ({
  'sqlite3.o': await compile('sqlite3.c', readFileSync(path(`${sqlite}/sqlite3.c`)), sqliteFlags, compiler),
  'program.o': await compile('program.c', readFileSync(path('demo/program.c')), ownFlags, compiler),
});

/**
 * Links the program.
 * @param {Record<string, Uint8Array>} objects from `objects()`, and more
 * @param {string} allocator one of `allocators`
 * @param {string[]} [flags] more flags for the linker, or others than `--strip-all`
 * @param {Compiler} [compiler] that made the objects
 */
export async function link(objects, allocator, flags = ['-Wl,--strip-all'], compiler = clang) {
  const [family, profile] = allocator.split(' ');
  const files = family === 'heaplet' ? { 'heaplet.o': await buildObject({ profile }), ...objects } : objects;
  return compiler(['clang', ...linkerFlags, ...flags, ...Object.keys(files), '-o', 'program.wasm'], files);
}

/** @typedef {{ name: string, compiler: Compiler }} Candidate */

/**
 * What compiles here: the machine's own clang if it has a WASI libc, or npm's, which takes ten times as long.
 * @returns {Candidate[]}
 */
function compilers() {
  const npm = { name: `npm's clang ${toolchain.clang}`, compiler: clang };
  const sdk = findWasiSdk();
  if (!sdk) return [npm];
  return [{ name: `this machine's clang ${sdk.version}`, compiler: nativeClang(sdk) }, npm];
}

/**
 * Has something made by a compiler. One of the machine's that cannot do it is passed over.
 * @template Result
 * @param {(candidate: Candidate) => Promise<Result>} make
 * @param {Candidate[]} [candidates] the first that can makes it
 * @returns {Promise<Result>}
 */
export async function byFirst(make, [first, ...others] = compilers()) {
  try {
    return await make(first);
  } catch (error) {
    if (others.length === 0) throw error;
    return byFirst(make, others);
  }
}

/**
 * All of it.
 * @param {(stage: string) => void} report told what is being built
 * @param {Candidate[]} [candidates]
 * @returns {Promise<{ programs: Record<string, Uint8Array>, compiler: string }>} a module for each allocator, and by whom
 */
export function buildPrograms(report = () => {}, candidates = undefined) {
  return byFirst(async ({ name, compiler }) => {
    report(`compiling SQLite, once, by ${name}${compiler === clang ? ' (about a minute)' : ''}`);
    const parts = await objects(compiler);
    const programs = {};
    for (const allocator of allocators) {
      report(`linking it with ${allocator}`);
      programs[allocator] = await link(parts, allocator, undefined, compiler);
    }
    return { programs, compiler: name };
  }, candidates);
}

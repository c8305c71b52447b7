// Builds the main job's program: SQLite compiled once, then linked with each allocator in turn.
// The object code is the same in every module; only the malloc family differs.
import { readFileSync } from 'node:fs';
import { clang } from '../tools/clang.mjs';
import { path } from '../tools/paths.mjs';
import { buildObject } from '../wasm/build/modules.mjs';

/** The folder of SQLite's sources. */
export const sqlite = 'node_modules/better-sqlite3/deps/sqlite3';
const target = '--target=wasm32-wasip1';

// -O1 compiles in a minute with a compiler that is itself wasm; -O2 takes half as long again.
const compilerFlags = [target, '-O1'];

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

// wasi-libc's malloc lives in one object of its libc.a, which the linker leaves out when every function that
// anyone calls is defined before it comes to libc.
const linkerFlags = [
  target,
  '-mexec-model=reactor',
  '-Wl,--stack-first', // a stack that overflows traps instead of writing over data
  '-Wl,-z,stack-size=262144',
  ...['malloc', 'free', 'calloc', 'realloc'].map((name) => `-Wl,--export=${name}`),
];

/** The allocators, in the order of the table; dlmalloc is the libc's own. */
export const allocators = ['heaplet small', 'heaplet fast', 'dlmalloc'];

/** Compiles one C file to an object. */
export const compile = (file, source, flags) => {
  const headers = { 'sqlite3.h': readFileSync(path(`${sqlite}/sqlite3.h`)) };
  const args = ['clang', ...compilerFlags, ...flags, '-I.', '-c', file, '-o', 'object.o'];
  return clang(args, { ...headers, [file]: source });
};

/** What every program has in it: SQLite, and the functions that the caller sees. */
export const objects = async () => ({
  'sqlite3.o': await compile('sqlite3.c', readFileSync(path(`${sqlite}/sqlite3.c`)), sqliteFlags),
  'program.o': await compile('program.c', readFileSync(path('demo/program.c')), [
    '-Wall',
    '-Wextra',
    '-Werror',
  ]),
});

/**
 * Links the program.
 * @param {Record<string, Uint8Array>} objects from `objects()`, and more
 * @param {string} allocator one of `allocators`
 * @param {string[]} [flags] more flags for the linker, or others than `--strip-all`
 */
export async function link(objects, allocator, flags = ['-Wl,--strip-all']) {
  const [family, profile] = allocator.split(' ');
  const files = family === 'heaplet' ? { 'heaplet.o': await buildObject({ profile }), ...objects } : objects;
  return clang(['clang', ...linkerFlags, ...flags, ...Object.keys(files), '-o', 'program.wasm'], files);
}

/**
 * All of it.
 * @param {(stage: string) => void} report told what is being built
 * @returns {Promise<Record<string, Uint8Array>>} a module for each allocator
 */
export async function buildPrograms(report = () => {}) {
  report('compiling SQLite (once; about a minute)');
  const parts = await objects();
  const programs = {};
  for (const allocator of allocators) {
    report(`linking it with ${allocator}`);
    programs[allocator] = await link(parts, allocator);
  }
  return programs;
}

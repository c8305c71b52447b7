// The programs that are measured: what each is made of, and what it has to do.
import { readFileSync } from 'node:fs';
import { level, sqlite, sqliteFlags } from '../../demo/build.mjs';
import { readArray, work } from '../../demo/workload.mjs';
import { Heap } from '../../js/heap.js';
import { packageFiles } from '../../tools/package-files.mjs';
import { path } from '../../tools/paths.mjs';

/**
 * @typedef {object} Unit
 * @property {string} file what is compiled
 * @property {Record<string, Uint8Array>} files that it is made of, itself included
 * @property {string[]} flags
 *
 * @typedef {object} Program
 * @property {string} name
 * @property {string} title
 * @property {boolean} cxx whether it needs a C++ library
 * @property {string} level how far a slow compiler optimises it; others do -O2
 * @property {() => Unit[] | Promise<Unit[]>} units
 * @property {(program: WebAssembly.Exports, small: boolean) => string} run does all of it, or a small part, and returns what the
 *   program found; the program as its exports, memory included
 */

const source = (file) => readFileSync(path(file));

const warnings = ['-Wall', '-Wextra', '-Werror'];

const taken = { file: 'memory.c', files: { 'memory.c': source('bench/programs/memory.c') }, flags: warnings };

/** Bytes of a document that are enough for every part of the work, and done in a second. */
export const smallPart = 400_000;

/** @type {Program[]} */
export const programs = [
  {
    name: 'sqlite',
    title: 'SQLite: 171,075 cities loaded, asked and changed',
    cxx: false,
    level, // as the demonstration: both use the same object
    units() {
      const header = { 'sqlite3.h': source(`${sqlite}/sqlite3.h`) };
      const file = (name, from, flags) => ({ file: name, files: { ...header, [name]: source(from) }, flags });
      return [
        file('sqlite3.c', `${sqlite}/sqlite3.c`, sqliteFlags),
        file('program.c', 'demo/program.c', warnings),
        taken,
      ];
    },
    run: (program, small) =>
      work(program, small ? { limit: smallPart, lookups: 300 } : {}).answers.join('\n'),
  },
  {
    name: 'json',
    title: 'nlohmann/json: 171,075 cities parsed, rebuilt and written, twice',
    cxx: true,
    level: '-O2',
    async units() {
      const integrity =
        'sha512-eAky1kbhBNXeqCoPZbkXa6pASEYXgIY6WwszJiGctUCFaQpQcZlxIvRv+P96GiQ+P8mU1CTfVYqsjTIihG3UkA==';
      const files = await packageFiles('@hanazuki/node-jsonnet', '2.1.0', integrity);
      const library = files.get('package/third_party/jsonnet/third_party/json/json.hpp');
      // The library, of 2019, spells its literals in a way that is going out of use.
      const flags = [
        '-std=c++17',
        '-fno-exceptions',
        '-Wno-deprecated-literal-operator',
        '-Wno-unknown-warning-option',
      ];
      return [
        {
          file: 'json.cpp',
          files: { 'json.hpp': library, 'json.cpp': source('bench/programs/json.cpp') },
          flags: [...warnings, ...flags],
        },
        taken,
      ];
    },
    run(program, small) {
      const heap = Heap.fromModule(program);
      return heap.scope((arena) => {
        const document = readArray(arena, 'cities', small ? smallPart : undefined);
        const answers = program.work(document.ptr, document.byteLength);
        const bytes = new Uint8Array(program.memory.buffer, answers);
        return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
      });
    },
  },
];

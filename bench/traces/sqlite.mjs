// Records an allocation trace of the main job's program: the same SQLite, the same work over fewer cities,
// linked so that each call to malloc and its family is reported. `node bench/traces/sqlite.mjs` leaves it in
// build/traces/sqlite.trace; tools/trace.mjs has the format.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, link, objects } from '../../demo/build.mjs';
import { work } from '../../demo/workload.mjs';
import { folder, isProgram, path } from '../../tools/paths.mjs';
import { TraceWriter } from '../../tools/trace.mjs';

// Enough for every part of the work, from the start of the program to its last free.
const amount = { limit: 120_000, lookups: 400 };

export const wrapped = ['malloc', 'free', 'calloc', 'realloc', 'aligned_alloc'];

/** What record.c imports: addresses become the numbers of blocks. */
export function recorder() {
  const trace = new TraceWriter();
  const blocks = new Map();
  const idOf = (block) => {
    const id = blocks.get(block);
    if (id === undefined)
      throw new Error(`record: block ${block} was not allocated by a call that was reported`);
    return id;
  };
  const imports = {
    allocate: (block, size) => blocks.set(block, trace.malloc(size >>> 0)),
    clear: (block, size) => blocks.set(block, trace.calloc(size >>> 0)),
    align: (block, size, alignment) => blocks.set(block, trace.aligned_alloc(alignment >>> 0, size >>> 0)),
    resize(block, size, old) {
      if (old === 0) return imports.allocate(block, size);
      const id = idOf(old);
      blocks.delete(old);
      blocks.set(block, id);
      trace.realloc(id, size >>> 0);
    },
    release(block) {
      trace.free(idOf(block));
      blocks.delete(block);
    },
  };
  return { trace, imports };
}

/** @returns {Promise<Uint8Array>} the trace */
export async function record() {
  const reporter = await compile('record.c', readFileSync(path('bench/traces/record.c')), [
    '-fno-builtin',
    '-Wall',
    '-Werror',
  ]);
  const wrap = wrapped.map((name) => `-Wl,--wrap=${name}`);
  const program = await link({ ...(await objects()), 'record.o': reporter }, 'dlmalloc', wrap);
  const { trace, imports } = recorder();
  work(new WebAssembly.Module(program), { ...amount, imports: { trace: imports } });
  return trace.bytes();
}

/** @returns {Promise<string>} the path of the trace, recorded anew */
export async function recordFile() {
  const file = join(folder('build/traces'), 'sqlite.trace');
  // Renamed into place: another process may be reading or recording it.
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, await record());
  renameSync(partial, file);
  return file;
}

if (isProgram(import.meta.url)) console.log(await recordFile());

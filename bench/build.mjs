// Makes what is measured: each allocator joined with the harness, by the same optimiser for all.
//
// An allocator is a module that exports its memory and either malloc, free, realloc, or, where it wants sizes
// back, alloc, dealloc, resize. Two programs come of it:
//
//   linked   one module: wasm-merge, then `wasm-opt -O3`, which inlines the allocator where it sees fit. It is what
//            a program gets that is linked in one piece.
//   calls    two modules, each through `wasm-opt -O3`, the harness calling the other's exports: what a program
//            gets that shares its heap. Nothing is inlined.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSections, Section } from '../tools/binary.mjs';
import { cached } from '../tools/cache.mjs';
import { clang } from '../tools/clang.mjs';
import { path } from '../tools/paths.mjs';
import { optimise } from '../wasm/build/modules.mjs';

/** What every compiler run here targets: the wasm of 2020, which every engine reads. */
export const target = [
  '--target=wasm32',
  '-mcpu=mvp',
  '-mbulk-memory',
  '-msign-ext',
  '-mmutable-globals',
  '-mnontrapping-fptoint',
];

const finalPasses = [['-O3', '--strip-debug', '--strip-producers', '--strip-target-features']];

/** @returns {Promise<Uint8Array>} the C harness, which imports the allocator and its memory as `heap` */
export async function harness({ sized }) {
  const args = [
    // A table for a switch would be data, which the harness must not have: it would lie in the allocator's memory.
    [
      'clang',
      ...target,
      '-nostdlib',
      '-ffreestanding',
      '-O3',
      '-fno-jump-tables',
      '-Wall',
      '-Wextra',
      '-Werror',
    ],
    sized ? ['-DHARNESS_SIZED'] : [],
    [
      '-Wl,--no-entry',
      '-Xlinker',
      '--import-memory=heap,memory',
      '-Wl,-z,stack-size=0',
      'workloads.c',
      '-o',
      'harness.wasm',
    ],
  ].flat();
  const wasm = await clang(args, { 'workloads.c': readFileSync(path('bench/harness/workloads.c')) });
  if (readSections(wasm).has(Section.data))
    throw new Error('the harness has data: bench/harness/workloads.c');
  return wasm;
}

/** Joins an allocator and a harness that imports it as `heap`; what both export is exported. */
export function merge(allocator, program) {
  return cached(['wasm-merge'], { allocator, program }, () => {
    const scratch = mkdtempSync(join(tmpdir(), 'heaplet-'));
    try {
      const files = { heap: allocator, program };
      const args = Object.keys(files).flatMap((name) => [join(scratch, `${name}.wasm`), name]);
      for (const [name, wasm] of Object.entries(files)) writeFileSync(join(scratch, `${name}.wasm`), wasm);
      const features = ['--enable-bulk-memory', '--enable-bulk-memory-opt', '--enable-sign-ext'];
      features.push('--enable-mutable-globals', '--enable-nontrapping-float-to-int', '--enable-multivalue');
      const run = spawnSync(
        process.execPath,
        [path('node_modules/binaryen/bin/wasm-merge'), ...args, ...features, '-o', join(scratch, 'out.wasm')],
        { encoding: 'utf8' },
      );
      if (run.status !== 0) throw new Error(`wasm-merge\n${run.stderr || run.stdout || run.error}`);
      return new Uint8Array(readFileSync(join(scratch, 'out.wasm')));
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
}

/**
 * @typedef {object} Program an allocator with the harness, both ways
 * @property {Uint8Array[]} linked one module
 * @property {Uint8Array[]} calls the allocator's, then the harness's
 * @property {Uint8Array[]} [rust] the Rust harness's
 */

/**
 * @param {Uint8Array} allocator its module
 * @returns {Promise<Program>}
 */
export async function buildProgram(allocator) {
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(allocator)).map(({ name }) => name);
  const program = await harness({ sized: exported.includes('dealloc') });
  return {
    linked: [await optimise(await merge(allocator, program), finalPasses)],
    calls: [await optimise(allocator, finalPasses), await optimise(program, finalPasses)],
  };
}

/** @returns {Promise<Uint8Array[]>} a program of the Rust harness, through the same passes */
export const finish = async (wasm) => [await optimise(wasm, finalPasses)];

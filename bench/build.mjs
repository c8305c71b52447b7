// Makes what is measured: each allocator joined with the harness, by the same optimiser for all.
//
// An allocator is a module that exports its memory and either malloc, free, realloc, or, where it wants sizes
// back, alloc, dealloc, resize. Two programs come of it:
//
//   linked   one module: wasm-merge, then `wasm-opt -O3`, which inlines the allocator where it sees fit. It is what
//            a program gets that is linked in one piece.
//   calls    two modules, each through `wasm-opt -O3`, the harness calling the other's exports: what a program
//            gets that shares its heap. Nothing is inlined.
import { readFileSync } from 'node:fs';
import { readSections, Section } from '../tools/binary.mjs';
import { merge } from '../tools/binaryen.mjs';
import { clang } from '../tools/clang.mjs';
import { path } from '../tools/paths.mjs';
import { features, optimise } from '../wasm/build/modules.mjs';

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

/**
 * @typedef {object} Program an allocator with the harness, both ways
 * @property {Uint8Array[]} linked one module
 * @property {Uint8Array[]} calls the allocator's, then the harness's
 * @property {Uint8Array[]} [rust] the Rust harness's
 */

/**
 * Joins an allocator with the harness, both ways.
 * @param {Uint8Array} allocator its module
 * @returns {Promise<Program>}
 */
export async function withHarness(allocator) {
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(allocator)).map(({ name }) => name);
  const program = await harness({ sized: exported.includes('dealloc') });
  return {
    linked: [await optimise(await merge(features, allocator, program), finalPasses)],
    calls: [await optimise(allocator, finalPasses), await optimise(program, finalPasses)],
  };
}

/** @returns {Promise<Uint8Array[]>} a program of the Rust harness, through the same passes */
export const finish = async (wasm) => [await optimise(wasm, finalPasses)];

// libheaplet-pool.a: heaps over buffers of one's own (pool/heaplet_pool.h), beside whichever malloc a program has.
import { archive, clang } from '../../tools/clang.mjs';
import { tree } from '../../tools/files.mjs';
import { bare, finalPasses, flags, optimise, targetFlags, targets } from './modules.mjs';

const files = () => ({ src: tree('src'), pool: tree('pool') });

/**
 * @param {keyof typeof targets} target
 * @param {boolean} [threads] for a program with shared memory, whose objects must all say that they may be in one
 */
export async function buildPoolLibrary(target, threads = false) {
  const args = [
    ['clang++', `--target=${targets[target]}`, '-nostdinc++', ...flags.common, '-O2'],
    targetFlags[target],
    threads ? ['-matomics', '-mbulk-memory'] : [],
    ['-I.', '-c', 'pool/pool.cpp', '-o', 'pool.o'],
  ].flat();
  const name = threads ? 'heaplet-pool.o' : 'heaplet-pool-without-threads.o';
  return archive('libheaplet-pool.a', { [name]: await clang(args, files()) });
}

/** A module of the functions with these names, compiled for size. */
export async function sizedPool(exports, source = 'pool/pool.cpp') {
  const args = [
    bare('wasm32'),
    [...flags.common, '-Oz', '-flto', '-I.', '-Wl,--no-entry', '-Wl,--gc-sections', '-Wl,--lto-O3'],
    ['-Wl,--initial-memory=65536', '-Wl,-z,stack-size=256', ...exports.map((name) => `-Wl,--export=${name}`)],
    [source, '-o', 'out.wasm'],
  ].flat();
  return optimise(await clang(args, files()), [finalPasses]);
}

// The entry `heaplet/record`: what a heap does, as a capture.

import { CoreHeap } from '../core-heap.js';
import { Recorder } from './recorder.js';
import { Recording, recordHosted } from './recording.js';
import { watchHeap } from './watch-heap.js';
import { watchModule, waysOf } from './watch-module.js';

export { Recording };

/** @typedef {import('./recorder.js').RecordOptions} RecordOptions */

/**
 * Records what a heap is asked for, from now on until `stop`: each block, its size, when, and from where.
 * @param {object} target a heap of this package, or an Emscripten Module, whatever its malloc
 * @param {RecordOptions} [options]
 * @returns {Recording}
 * @throws {TypeError | RangeError} naming the argument; of a module that cannot be heard, how it can be built
 * @complexity linear in the blocks that there are already
 */
export function record(target, options = {}) {
  if (target instanceof CoreHeap) {
    const recorder = new Recorder(options, { recorder: 'heap', name: `${target}`.replace(/,.*/, '') });
    return new Recording(recorder, target, (closed) => watchHeap(target, recorder, closed));
  }
  const way = waysOf(target);
  const recorder = new Recorder(options, { recorder: `Emscripten, ${way}` });
  return new Recording(recorder, undefined, () => watchModule(target, recorder));
}

/**
 * Records a program that is linked with the tracing archive (`npx heaplet flags --wasi --trace`): it imports
 * `env.heaplet_trace`, which is among what this returns.
 * @param {() => WebAssembly.Memory | undefined} memory the program's, once it has one
 * @param {RecordOptions} [options]
 * @returns {{ recording: Recording, env: { heaplet_trace: (...args: number[]) => void } }}
 * @throws {TypeError | RangeError} naming the argument
 * @complexity O(1)
 */
export function recordImports(memory, options = {}) {
  return recordHosted(memory, options, false);
}

// What goes on since a recording has begun.

import { checkType } from '../check.js';
import { Recorder } from './recorder.js';
import { walkOf } from './watch-heap.js';
import { tracer } from './watch-module.js';

/** @typedef {import('./recorder.js').RecordOptions} RecordOptions */

/** A heap is walked for its figures only as often as that takes this share of the time. */
const SHARE = 1 / 50;

/** What goes on since `record` was called. */
export class Recording {
  #recorder;
  #heap;
  #end;

  /**
   * @param {Recorder} recorder
   * @param {any} heap whose walker is asked, if there is one
   * @param {(closed: () => void) => () => void} watch begins to record, and returns what ends it
   * @internal
   */
  constructor(recorder, heap, watch) {
    this.#recorder = recorder;
    this.#heap = heap;
    if (heap) {
      recorder.memoryBytes = () => heap.memory.buffer.byteLength;
      const walk = walkOf(heap);
      if (walk) recorder.walk(walk);
      if (walk) this.#lookNowAndThen();
    }
    this.#end = watch(() => this.stop());
  }

  /** The figures of a walk, as often as that does not cost much. */
  #lookNowAndThen() {
    let next = 0;
    this.#recorder.look = () => {
      const start = performance.now();
      if (start < next) return;
      const { poolBytes, largestFree } = this.#heap.stats();
      this.#recorder.figures(poolBytes, largestFree);
      const end = performance.now();
      next = end + (end - start) / SHARE;
    };
  }

  /**
   * How many calls, and other events, have been recorded.
   * @returns {number}
   */
  get events() {
    this.#recorder.read();
    return this.#recorder.events;
  }

  /**
   * Why the recording has ended before `stop` was called, if it has: its limit was reached.
   * @returns {string | undefined}
   */
  get ended() {
    return this.#recorder.ended;
  }

  /**
   * Gives this moment a name, by which the explorer finds it.
   * @param {string} text
   * @throws {TypeError} naming the argument
   * @complexity O(1)
   */
  mark(text) {
    checkType('text', 'string', text);
    this.#recorder.read();
    this.#recorder.mark(text);
  }

  /**
   * What is recorded up to now, while the recording goes on. Empty where a `sink` has got it.
   * @returns {Uint8Array} a capture without an end
   * @complexity linear in its bytes
   */
  capture() {
    this.#recorder.read();
    this.walk();
    return this.#recorder.capture();
  }

  /**
   * Notes every block as the walker sees it, free ones too, if the heap has a walker.
   * @complexity linear in the blocks
   */
  walk() {
    const walk = this.#heap && this.ended === undefined && walkOf(this.#heap);
    if (walk) this.#recorder.walk(walk);
  }

  /**
   * Ends the recording. The heap is then as it was before. Called again, it returns the same.
   * @returns {Uint8Array} the capture: the bytes of a `.heapcap`. Empty where a `sink` has got it
   * @complexity linear in its bytes
   */
  stop() {
    this.#recorder.readToEnd();
    if (this.ended === undefined) {
      if (this.#heap) {
        this.#recorder.look = () => {};
        this.walk();
        this.#figures();
      }
      this.#recorder.end();
    }
    this.#end?.();
    return this.#recorder.capture();
  }

  #figures() {
    try {
      const { poolBytes, largestFree } = this.#heap.stats();
      this.#recorder.figures(poolBytes, largestFree);
    } catch {
      // This heap knows no figures.
    }
  }
}

/**
 * Records a program that imports `env.heaplet_trace`: see `recordImports`.
 * @param {() => WebAssembly.Memory | undefined} memory
 * @param {RecordOptions} options
 * @param {boolean} isHosted whether stacks end with the program's outermost function
 * @returns {{ recording: Recording, env: { heaplet_trace: (...args: number[]) => void } }}
 * @internal
 */
export function recordHosted(memory, options, isHosted) {
  checkType('memory', 'function', memory);
  const recorder = new Recorder(options, { recorder: 'archive' }, isHosted);
  recorder.memoryBytes = () => memory()?.buffer.byteLength ?? 0;
  const recording = new Recording(recorder, undefined, () => () => {});
  return { recording, env: { heaplet_trace: tracer(recorder) } };
}

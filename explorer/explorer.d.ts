// The types of `heaplet/explorer`.

import type { Recording } from '../dist/types/capture/record.js';
import type { RecordOptions } from '../dist/types/capture/recorder.js';

export interface Exploration {
  /** What is recorded, where `target` was a heap or a module, or already a recording. */
  recording: Recording | undefined;
  /** What is inside, for tests. */
  explorer: unknown;
  /** Shows what has been recorded since, at once. */
  refresh(): void;
  /** Takes the explorer out of the page, and ends a recording that it has begun. */
  end(): void;
}

/**
 * Puts the explorer into an element of the page.
 * @param host becomes the explorer
 * @param target a capture; or a heap of heaplet, an Emscripten Module or a recording: then it is live
 * @param options of `record`
 */
export function explore(
  host: Element,
  target: Uint8Array | Recording | object,
  options?: RecordOptions,
): Exploration;

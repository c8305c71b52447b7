// The entry `heaplet/capture`: captures, read and written.

export { toHeapProfile, toSpeedscope, toTrace } from './exports.js';
export { CaptureError, EVENT } from './format.js';
export { History } from './history.js';
export { merge } from './merge.js';
export { difference, flame, leaks, lifeOf, timeline } from './questions.js';
export { readCapture } from './reader.js';
export { CaptureWriter } from './writer.js';

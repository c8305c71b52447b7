// What `heaplet` has, whichever way its module comes.
export * from './api.js';
export { Heap } from './heap.js';

/** @typedef {import('./arena.js').Arena} Arena */
/** @typedef {import('./arena.js').Mark} Mark */
/** @typedef {import('./heap.js').AttachMessage} AttachMessage */
/** @typedef {import('./heap.js').HeapOptions} HeapOptions */
/** @typedef {import('./heap.js').OverOptions} OverOptions */
/** @typedef {import('./inspect.js').BlockInfo} BlockInfo */
/** @typedef {import('./inspect.js').Stats} Stats */
/** @typedef {import('./inspect.js').Usage} Usage */
/** @typedef {import('./debug.js').Leak} Leak */

// The entry `heaplet`: everything, with the profile `fast`.

import { build } from '../dist/heaplet-fast-placed.js';
import { placed } from './place.js';
import { provide } from './profiles.js';

provide({ ...build, fill: placed });

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

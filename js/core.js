// The entry `heaplet/core`: raw calls, handles, arenas, strings in; with the profile `fast`.
import { build } from '../dist/heaplet-fast.js';
import { provide } from './profiles.js';

provide(build);

export * from './api.js';
export { CoreHeap as Heap } from './core-heap.js';

/** @typedef {import('./core-arena.js').CoreArena} Arena */

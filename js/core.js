// The entry `heaplet/core`: raw calls, handles, arenas, strings in; with the profile `fast` as a module that stays at
// the start of a memory of its own, which is the smaller one.
import { build } from '../dist/heaplet-fast.js';
import { fixed, provide } from './profiles.js';

provide({ ...build, fill: fixed });

export * from './heap-core.js';

// The entry `heaplet/small`: the same as `heaplet/core` with the smallest module, which stays at the start of a memory
// of its own.
import { build } from '../dist/heaplet-small.js';
import { fixed, provide } from './profiles.js';

provide({ ...build, fill: fixed });

export * from './heap-small.js';

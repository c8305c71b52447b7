// The entry `heaplet/fast`: the package with this profile alone.
import { wasm } from '../dist/heaplet-fast.js';
import { provide } from './profiles.js';

provide('fast', wasm);

export * from './api.js';

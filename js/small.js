// The entry `heaplet/small`: the package with this profile alone.
import { wasm } from '../dist/heaplet-small.js';
import { provide } from './profiles.js';

provide('small', wasm);

export * from './api.js';

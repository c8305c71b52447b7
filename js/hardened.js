// The entry `heaplet/hardened`: the package with this profile alone.
import { wasm } from '../dist/heaplet-hardened.js';
import { provide } from './profiles.js';

provide('hardened', wasm);

export * from './api.js';

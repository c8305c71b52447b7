// The entry `heaplet`: the package with every profile.
import './fast.js';
import './hardened.js';
import './small.js';

export * from './api.js';

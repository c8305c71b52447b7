// The entry `heaplet`: everything, with the profile `fast`.
import { build } from '../dist/heaplet-fast-placed.js';
import { placed } from './place.js';
import { provide } from './profiles.js';

provide({ ...build, fill: placed });

export * from './heap-fast.js';

// The entry `heaplet/hardened`: everything, with the profile that looks for misuse.
import { build } from '../dist/heaplet-hardened-placed.js';
import { placed } from './place.js';
import { provide } from './profiles.js';

provide({ ...build, fill: placed });

export * from './heap-hardened.js';

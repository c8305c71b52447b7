// The raw calls, on every profile.
import { Heap } from 'heaplet';
import { testRawCalls } from './raw.mjs';
import { PROFILES } from './support.mjs';

for (const profile of PROFILES) testRawCalls(profile, (options) => Heap.create({ profile, ...options }));

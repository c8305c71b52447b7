// What the JavaScript layer costs over two bare wasm calls, in ns. Not a test: `node test/js/calls.bench.mjs`.
// Rounds of all cases are interleaved and the least of each is shown, since the machine's noise only adds.
import { performance } from 'node:perf_hooks';
import { Heap } from 'heaplet';

const COUNT = 1_000_000;
const ROUNDS = 15;

const heap = Heap.create({ initial: 1 << 24 });
const { malloc, free } = heap.imports().env;
const arena = heap.arena();
const kept = new Array(1024).fill(0);

const cases = {
  'bare malloc + free'() {
    for (let i = 0; i < COUNT; i++) {
      const ptr = malloc(64);
      kept[i & 1023] = ptr;
      free(ptr);
    }
  },
  'heap.malloc + heap.free'() {
    for (let i = 0; i < COUNT; i++) {
      const ptr = heap.malloc(64);
      kept[i & 1023] = ptr;
      heap.free(ptr);
    }
  },
  'heap.alloc + handle.free'() {
    for (let i = 0; i < COUNT; i++) {
      const handle = heap.alloc(Uint8Array, 64);
      kept[i & 1023] = handle;
      handle.free();
    }
  },
  'arena.alloc'() {
    for (let i = 0; i < COUNT; i++) {
      kept[i & 1023] = arena.alloc(Uint8Array, 64);
      if ((i & 4095) === 0) arena.reset();
    }
  },
};

// An element access through a handle's getter, over the same on a view that is kept (and goes stale on growth).
const samples = heap.alloc(Float32Array, 1024);
const view = samples.view;
cases['kept view[i] = x'] = () => {
  for (let i = 0; i < COUNT; i++) view[i & 1023] = i;
};
cases['handle.view[i] = x'] = () => {
  for (let i = 0; i < COUNT; i++) samples.view[i & 1023] = i;
};

const least = Object.fromEntries(Object.keys(cases).map((name) => [name, Infinity]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(cases)) {
    const start = performance.now();
    run();
    least[name] = Math.min(least[name], ((performance.now() - start) * 1e6) / COUNT);
  }
}
for (const [name, ns] of Object.entries(least))
  console.log(`${name.padEnd(26)}${ns.toFixed(1).padStart(6)} ns`);

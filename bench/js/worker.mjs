// A thread of threads.mjs: attaches the heap that it is sent, or makes one of its own, and takes and gives for as long as it is
// told.
import { parentPort } from 'node:worker_threads';
import { Heap } from 'heaplet';

let heap;

/** Between two looks at the clock, which takes longer than a pair. */
const PAIRS = 1000;

/** @returns {{ count: number, ns: number, longest: number }} how many pairs, what the least of them took, and ms of the longest */
function pairs(size, milliseconds) {
  const end = performance.now() + milliseconds;
  let [count, least, longest] = [0, Number.POSITIVE_INFINITY, 0];
  for (let before = performance.now(); before < end; count += PAIRS) {
    for (let i = 0; i < PAIRS; i++) heap.free(heap.malloc(size));
    const now = performance.now();
    longest = Math.max(longest, now - before);
    least = Math.min(least, now - before);
    before = now;
  }
  return { count, ns: (least * 1e6) / PAIRS, longest };
}

parentPort.on('message', ({ message, size, milliseconds }) => {
  if (message) heap = message.memory ? Heap.attach(message) : Heap.create();
  parentPort.postMessage(milliseconds ? pairs(size, milliseconds) : null);
});

// A thread of threads.mjs: attaches the heap that it is sent, and takes and gives for as long as it is told.
import { parentPort } from 'node:worker_threads';
import { Heap } from 'heaplet';

let heap;

/** @returns {{ count: number, longest: number }} how many pairs, and how many ms the longest of them took */
function pairs(milliseconds) {
  const end = performance.now() + milliseconds;
  let [count, longest] = [0, 0];
  for (let before = performance.now(); before < end; count++) {
    heap.free(heap.malloc(64));
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
  }
  return { count, longest };
}

parentPort.on('message', ({ message, milliseconds }) => {
  if (message) heap = Heap.attach(message);
  parentPort.postMessage(milliseconds ? pairs(milliseconds) : null);
});

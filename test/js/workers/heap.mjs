// A thread of the tests of shared heaps: does what it is told with the heap that it was given.
import { Heap } from 'heaplet';
import { random } from '../support.mjs';
import { serve } from './port.mjs';

let heap;
const tasks = {
  attach({ message }) {
    heap = Heap.attach(message);
    return heap.base;
  },
  thread() {
    return heap.thread;
  },
  over({ memory, options }) {
    heap = Heap.over(memory, options);
    return heap.base;
  },
  write({ text }) {
    return heap.cstring(text).ptr;
  },
  read({ ptr }) {
    return heap.readCString(ptr);
  },
  free({ ptr }) {
    heap.free(ptr);
  },
  grow({ bytes }) {
    const handle = heap.alloc(Uint8Array, bytes);
    handle.view.fill(7);
    return { ptr: handle.ptr, length: handle.length };
  },
  /** Takes the lock's word and never gives it back, as one does that is terminated inside of a call. */
  hold({ message }) {
    Atomics.store(new Int32Array(message.memory.buffer, message.base, 4), 1, heap.thread << 2);
  },
  /** Allocates and frees for ever: blocks of all sizes, or small ones, most of them without the lock. */
  churn({ seed, small }, send) {
    const pick = random(seed);
    const ptrs = Array.from({ length: 64 }, () => heap.malloc(16));
    send(heap.thread);
    for (;;) {
      const i = pick(64);
      heap.free(ptrs[i]);
      ptrs[i] = heap.malloc(pick(small ? 400 : pick(4) ? 300 : 5000));
    }
  },
  /** Allocates and frees, and counts that for all to see, until every thread has done its share. */
  shares({ counts, index, threads, share }) {
    const all = heap.adopt(Int32Array, counts, threads);
    while (all.view.some((_, i) => Atomics.load(all.view, i) < share)) {
      heap.free(heap.malloc(64));
      Atomics.add(all.view, index, 1);
    }
  },
};

await serve((message, send) => tasks[message.task](message, send));

// What `toTrace` writes is what the benchmark reads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { toTrace } from 'heaplet/capture';
import { record } from 'heaplet/record';
import { readTrace } from '../../tools/trace.mjs';

test('a capture becomes the trace of the same calls', () => {
  const heap = Heap.create();
  const early = heap.malloc(1); // of before: the trace knows nothing of it
  const recording = record(heap);
  const a = heap.malloc(10);
  const b = heap.calloc(3, 8);
  heap.free(early);
  const c = heap.alignedAlloc(64, 100);
  const d = heap.realloc(a, 100_000);
  heap.free(c);
  heap.free(heap.realloc(0, 5));
  heap.free(b);
  heap.reset();
  heap.free(heap.malloc(9));
  assert.notEqual(d, a);
  const operations = [...readTrace(toTrace(recording.stop()))];
  assert.deepEqual(operations, [
    { op: 'malloc', id: 0, size: 10, alignment: 0 },
    { op: 'calloc', id: 1, size: 24, alignment: 0 },
    { op: 'aligned_alloc', id: 2, size: 100, alignment: 64 },
    { op: 'realloc', id: 0, size: 100_000, alignment: 0 },
    { op: 'free', id: 2, size: 0, alignment: 0 },
    { op: 'malloc', id: 3, size: 5, alignment: 0 },
    { op: 'free', id: 3, size: 0, alignment: 0 },
    { op: 'free', id: 1, size: 0, alignment: 0 },
    { op: 'free', id: 0, size: 0, alignment: 0 },
    { op: 'malloc', id: 4, size: 9, alignment: 0 },
    { op: 'free', id: 4, size: 0, alignment: 0 },
  ]);
});

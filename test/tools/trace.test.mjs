// Traces: the format's writer and reader agree, and the reader rejects broken ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTrace, TraceWriter } from '../../tools/trace.mjs';

function sample() {
  const trace = new TraceWriter();
  const a = trace.malloc(0);
  const b = trace.calloc(2 ** 32 - 1);
  trace.realloc(a, 2 ** 31);
  const c = trace.aligned_alloc(2 ** 31, 127);
  trace.free(b);
  trace.free(a);
  assert.deepEqual([a, b, c, trace.length], [0, 1, 2, 6]);
  return trace.bytes();
}

test('a trace reads as it was written', () => {
  assert.deepEqual(
    [...readTrace(sample())],
    [
      { op: 'malloc', id: 0, size: 0, alignment: 0 },
      { op: 'calloc', id: 1, size: 2 ** 32 - 1, alignment: 0 },
      { op: 'realloc', id: 0, size: 2 ** 31, alignment: 0 },
      { op: 'aligned_alloc', id: 2, size: 127, alignment: 2 ** 31 },
      { op: 'free', id: 1, size: 0, alignment: 0 },
      { op: 'free', id: 0, size: 0, alignment: 0 },
    ],
  );
});

test('a broken trace is rejected', () => {
  const read = (bytes) => () => [...readTrace(bytes)];
  const whole = sample();
  assert.throws(read(whole.subarray(1)), /does not begin as a trace does/);
  assert.throws(read(whole.subarray(0, -1)), /ends within an operation/);
  assert.throws(read(Uint8Array.of(...whole, 5)), /unknown operation 5/);
  assert.throws(read(Uint8Array.of(...whole, 4, 2)), /free of block 0, which is not allocated/);
  assert.throws(read(Uint8Array.of(...whole, 3, 9)), /realloc of block -7, which is not allocated/);
});

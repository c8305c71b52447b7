// What heaplet's profiles cost is what is written down: a change that makes them slower, or lay blocks out worse, is seen
// whatever the machine and the hour.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, measureExact, written } from '../../bench/instructions/run.mjs';

test('instructions, accesses and lines of memory are what exact.json says', async () => {
  const lines = differences(written(), await measureExact());
  assert.deepEqual(lines, [], 'if that is meant: npm run bench:exact -- --update');
});

test('a difference names the profile, the workload and the figure, before and after', () => {
  const before = { fast: { pairs: { calls: 10, instructions: 100 }, gone: { calls: 1 } } };
  const now = { fast: { pairs: { calls: 10, instructions: 110 } }, lean: { pairs: { calls: 10 } } };
  assert.deepEqual(differences(before, now), [
    'fast, pairs: instructions 100 -> 110 (1.100)',
    'fast, gone: calls 1 -> none',
    'lean, pairs: calls none -> 10',
  ]);
  assert.deepEqual(differences(now, now), []);
});

// Who is on the frontier: the fastest of those that take about as much memory.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frontier, mean } from '../../bench/report/frontier.mjs';
import { frontierTable } from '../../bench/report/frontier-table.mjs';

/** @returns {import('../../bench/measure.mjs').Cell} */
const cell = (ns, pages) => ({ state: 'measured', operations: 1, ns: [ns], pages });
/** @type {import('../../bench/report/figures.mjs').Rows} */
const rows = {
  // The fastest takes a quarter more than ours, which is still equal, and one page more, which is not.
  even: { 'heaplet fast': cell(10, 100), modest: cell(20, 100), edge: cell(8, 125), greedy: cell(4, 126) },
  // Nobody is as modest.
  alone: { 'heaplet fast': cell(10, 4), modest: cell(8, 6), greedy: cell(5, 9) },
  // Others of heaplet's are no peers, nor is the harness, nor who failed or was hopeless.
  others: {
    'heaplet fast': cell(10, 100),
    'heaplet small': cell(1, 50),
    'harness alone': cell(1, 1),
    modest: cell(5, 100),
    edge: { state: 'failed', operations: 1, ns: [] },
    greedy: { ...cell(400, 1), state: 'hopeless' },
  },
  // Ours has no figure.
  none: { 'heaplet fast': { state: 'not tried', operations: 1, ns: [] }, modest: cell(1, 1) },
};

test('the best peer at equal memory, and the best of all', () => {
  assert.deepEqual(frontier(rows, 'heaplet fast'), [
    {
      workload: 'even',
      time: 10,
      pages: 100,
      atEqualMemory: { name: 'edge', time: 10 / 8, pages: 100 / 125 },
      ofAll: { name: 'greedy', time: 10 / 4, pages: 100 / 126 },
    },
    {
      workload: 'alone',
      time: 10,
      pages: 4,
      atEqualMemory: undefined,
      ofAll: { name: 'greedy', time: 2, pages: 4 / 9 },
    },
    {
      workload: 'others',
      time: 10,
      pages: 100,
      atEqualMemory: { name: 'modest', time: 2, pages: 1 },
      ofAll: { name: 'modest', time: 2, pages: 1 },
    },
  ]);
});

test('means are over the rows that have one', () => {
  const found = frontier(rows, 'heaplet fast');
  assert.equal(mean(found, 'atEqualMemory').toFixed(9), Math.sqrt(1.25 * 2).toFixed(9));
  assert.equal(mean(found, 'ofAll').toFixed(9), Math.cbrt(2.5 * 2 * 2).toFixed(9));
  assert.equal(mean([], 'ofAll'), undefined);
});

test('the frontier moves with who is compared', () => {
  const [{ atEqualMemory }] = frontier(rows, 'heaplet small');
  assert.equal(atEqualMemory, undefined); // 100 pages are twice small's 50
});

test('as text', () => {
  const text = frontierTable({ linked: rows }, ['heaplet fast', 'modest', 'edge', 'greedy']);
  const line = (name) => text.split('\n').find((each) => each.startsWith(name));
  assert.match(line('even'), /^even +10\.0 +100 +edge +1\.25 +0\.80 +greedy +2\.50 +0\.79$/);
  assert.match(line('alone'), /^alone +10\.0 +4 +- +greedy +2\.00 +0\.44$/);
  assert.match(line('heaplet fast, linked'), /3 rows +1\.58 +2\.15$/);
  for (const each of text.split('\n')) assert.ok(each.length <= 80, each);
  assert.match(frontierTable({ linked: rows }, ['heaplet fast']), /for want of a peer/);
});

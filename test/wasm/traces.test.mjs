// What SQLite asked of its allocator while it worked, asked of every module under the shadow of the heap. The trace
// is recorded (bench/traces/sqlite.mjs) when there is none in build/traces.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { recordFile } from '../../bench/traces/sqlite.mjs';
import { load, modules, page } from '../../tools/modules.mjs';
import { path } from '../../tools/paths.mjs';
import { readTrace } from '../../tools/trace.mjs';
import { CheckedHeap } from '../support/checked.mjs';

let operations = [];

before(async () => {
  const file = path('build/traces/sqlite.trace');
  operations = [...readTrace(readFileSync(existsSync(file) ? file : await recordFile()))];
});

/** @returns {number} the most bytes that the program had at a time */
function mostBytes() {
  const sizes = [];
  let [now, most] = [0, 0];
  for (const { id, size } of operations) {
    now += size - (sizes[id] ?? 0);
    sizes[id] = size;
    most = Math.max(most, now);
  }
  return most;
}

/** Asks a heap for all of it. What a size module leaves out is done with malloc and free. */
function replay(checked) {
  const { heap } = checked;
  const blocks = [];
  for (const { op, id, size, alignment } of operations) {
    const old = blocks[id];
    if (op === 'free') checked.free(old);
    else if (op === 'calloc' && heap.calloc) blocks[id] = checked.calloc(1, size);
    else if (op === 'aligned_alloc' && heap.aligned_alloc)
      blocks[id] = checked.aligned_alloc(alignment, size);
    else if (op === 'realloc' && heap.realloc) blocks[id] = checked.realloc(old, size);
    else {
      blocks[id] = checked.malloc(size);
      if (op === 'realloc') checked.free(old);
    }
    assert(op === 'free' || blocks[id], `${op} of ${size} B is null`);
  }
}

const rows = [];

for (const module of modules) {
  test(`${module.name}: the trace of SQLite`, () => {
    assert(operations.length > 10000, 'the trace is short');
    const checked = new CheckedHeap(load(module));
    replay(checked);
    const { pages } = checked.heap;
    rows.push([module.name, pages]);
    checked.shadow.verifyAll();
    for (const start of checked.shadow.addresses()) checked.free(start);
    if (!module.coalesce) return;
    // All is free and joined. (Two thirds: `small` has two lists for each power of two.)
    assert(checked.malloc(Math.floor(((pages - 1) * page) / 1.5)), 'the memory cannot be had as one block');
    assert.equal(checked.heap.pages, pages, 'the freed blocks did not join: memory grew');
  });
}

after(() => {
  console.log(
    `Pages after ${operations.length} calls; the most bytes at a time fill ${Math.ceil(mostBytes() / page)}`,
  );
  for (const [name, pages] of rows) console.log(name.padEnd(24) + String(pages).padStart(8));
});

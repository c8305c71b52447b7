// The far ends of the 32-bit address space: blocks of gigabytes, pointers above 2^31, the last page of 4 GiB, whose
// end is 0 in 32 bits. Memory that is not touched costs nothing, so this needs no gigabytes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, modules, mostPages, page } from '../../tools/modules.mjs';
import { CheckedHeap } from '../support/checked.mjs';

const GiB = 2 ** 30;

/** Runs a case on every module of a kind. */
function eachOf(isOfKind, title, run) {
  for (const module of modules.filter(isOfKind)) test(`${module.name}: ${title}`, () => run(module));
}
const each = (title, run) => eachOf(() => true, title, run);

const importsMemory = ({ ownsMemory }) => !ownsMemory;

/** What surely fits into a free block of so many bytes: `small` has two lists for each power of two. */
const fitting = (module, bytes) => (module.profile === 'small' ? Math.floor(bytes / 1.5) : bytes);

each('blocks of 1 to nearly 4 GiB, again and again', (module) => {
  for (const size of [GiB, 2 * GiB - 16, 2 * GiB, 2 * GiB + 1, 3 * GiB, 4 * GiB - 4 * page]) {
    const checked = new CheckedHeap(load(module));
    let large = checked.malloc(size);
    assert(large, `malloc(${size}) is null`);
    assert.equal(checked.malloc(4 * GiB - size), 0, 'more than 4 GiB in all');
    const { pages } = checked.heap;
    for (let round = 0; round < 3; round++) {
      const small = checked.malloc(100);
      assert(small, 'no room beside the large block');
      checked.free(large);
      checked.free(small);
      const again = fitting(module, size);
      large = checked.malloc(again);
      assert(large, `malloc(${again}) is null after a block of ${size} B was freed`);
    }
    assert(checked.heap.pages <= pages + 1, 'memory grew although a block was free');
  }
});

each('blocks above 2 GiB are cut, freed and joined like others', (module) => {
  const checked = new CheckedHeap(load(module));
  const below = checked.malloc(2 * GiB);
  const starts = Array.from({ length: 60 }, (_, i) => checked.malloc(1000 * (i + 1)));
  assert(
    starts.every((start) => start),
    'null',
  );
  assert(
    starts.some((start) => start > 2 ** 31),
    'no pointer above 2^31',
  );
  if (checked.heap.realloc) {
    for (let i = 0; i < starts.length; i += 3) starts[i] = checked.realloc(starts[i], 5000);
  }
  for (let i = 0; i < starts.length; i += 2) checked.free(starts[i]);
  for (let i = 1; i < starts.length; i += 2) checked.free(starts[i]);
  const { pages } = checked.heap;
  if (module.coalesce) {
    assert(checked.malloc(1000000), 'null');
    assert.equal(checked.heap.pages, pages, 'the freed blocks did not join');
  }
  checked.free(below);
  assert(checked.malloc(fitting(module, 2 * GiB)), 'null after it was freed');
});

/** All that can still be had, from large to small: nothing of the rest is left. */
function exhaust(checked) {
  const starts = [];
  for (let size = 64 * 1024 * 1024; size >= 1; size = Math.floor(size / 4)) {
    starts.push(...checked.fill(size));
  }
  return starts;
}

/** Allocates to the very end of memory, frees, joins, uses it again. */
function useLastPages(checked) {
  let starts = exhaust(checked);
  assert.equal(checked.heap.pages, mostPages);
  const end = Math.max(
    ...checked.shadow.addresses().map((start) => start + checked.shadow.block(start).extent),
  );
  assert(
    end > mostPages * page - page,
    `the last block ends at 0x${end.toString(16)}: the last page is not used`,
  );
  checked.shadow.verifyAll();
  for (let round = 0; round < 3; round++) {
    // The last ones in this order and in that, so that the end of memory joins forwards and backwards.
    starts.sort((a, b) => (round % 2 ? a - b : b - a));
    for (const start of starts) checked.free(start);
    checked.shadow.verifyAll();
    const large = checked.malloc(2 * page);
    assert(large, 'the freed blocks at the end did not join');
    const again = exhaust(checked);
    starts = [large, ...again];
    assert.equal(checked.malloc(page), 0);
  }
  // Nothing wrapped: the first page is intact and the heap goes on.
  for (const start of starts) checked.free(start);
  checked.shadow.verifyAll();
  assert(checked.malloc(3 * page), 'null at the end');
}

each('the heap grows to the last page of 4 GiB', (module) => {
  const checked = new CheckedHeap(load(module));
  checked.malloc(100);
  checked.shadow.own(checked.heap.malloc(mostPages * page - 24 * page), mostPages * page - 24 * page);
  useLastPages(checked);
});

eachOf(importsMemory, 'a memory of 4 GiB from the start', (module) => {
  const checked = new CheckedHeap(load(module, { initial: mostPages }));
  checked.malloc(100);
  checked.shadow.own(checked.heap.malloc(mostPages * page - 24 * page), mostPages * page - 24 * page);
  useLastPages(checked);
});

each('a pool of its own at the end of 4 GiB', (module) => {
  const checked = new CheckedHeap(load(module));
  assert(checked.malloc(100));
  assert(checked.growForeign(mostPages - checked.heap.pages - 24));
  assert(checked.malloc(20 * page), 'null although 24 pages are left');
  while (checked.heap.pages < mostPages) assert(checked.malloc(30000), 'null although a page is left');
  for (const start of checked.shadow.addresses()) checked.free(start);
  useLastPages(checked);
});

each('somebody else takes all that is left', (module) => {
  const checked = new CheckedHeap(load(module));
  const start = checked.malloc(100);
  assert(checked.growForeign(mostPages - checked.heap.pages));
  const starts = exhaust(checked);
  assert(starts.length > 0, 'the rest of the initial memory cannot be had');
  for (const each of [start, ...starts]) checked.free(each);
  assert(checked.malloc(40000), 'null after all was freed');
  checked.shadow.verifyAll();
});

// How the modules treat their memory: the initial pages are used, growth that is refused loses nothing, what
// somebody else takes stays theirs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fewestPages, load, modules, page } from '../../tools/modules.mjs';
import { CheckedHeap } from '../support/checked.mjs';

/** Runs a case on every module of a kind. */
function eachOf(isOfKind, title, run) {
  for (const module of modules.filter(isOfKind)) test(`${module.name}: ${title}`, () => run(module));
}
const each = (title, run) => eachOf(() => true, title, run);

const importsMemory = ({ ownsMemory }) => !ownsMemory;
const joinsPools = ({ coalesce }) => coalesce;
const isHardened = ({ profile }) => profile === 'hardened';

each('a first block that fits is cut from the initial memory', (module) => {
  for (const initial of module.ownsMemory ? [1] : [2, 3, 7]) {
    const checked = new CheckedHeap(load(module, { initial }));
    assert(checked.malloc((initial - 1) * page + 45000));
    assert.equal(checked.heap.pages, initial);
  }
});

each('a memory that can never grow works', (module) => {
  const pages = fewestPages(module);
  const checked = new CheckedHeap(load(module, { initial: pages, maximum: pages }));
  const starts = checked.fill(100);
  assert(starts.length >= 450 * pages - 150, `only ${starts.length} blocks of 100 B in ${pages} pages`);
  for (const start of starts) checked.free(start);
  assert(checked.malloc((pages - 1) * page + 40000), 'all was freed, but not joined');
});

// What owns its memory has one page, which the two cases before this are about.
eachOf(importsMemory, 'an initial memory of 1000 pages is used up before it grows', (module) => {
  for (const size of [6000, 30000, 65000, 500000]) {
    const checked = new CheckedHeap(load(module, { initial: 1000 }));
    const starts = checked.fill(size, 1000);
    const taken = module.profile === 'small' ? size + 16 : size * (33 / 32) + 16;
    const unused = 1000 * page - starts.length * taken;
    assert(unused < 2 * size + page / 2, `growth although ${unused} B were not used by blocks of ${size} B`);
  }
});

eachOf(importsMemory, 'a memory that held something else is as good as a new one', (module) => {
  const checked = new CheckedHeap(load(module, { initial: 4, dirt: 0xa5 }));
  const starts = [100, 2000, 5, 70000].map((size) => checked.calloc(1, size));
  assert(!starts.includes(0));
  for (const start of starts) checked.free(start);
  assert(checked.malloc(3 * page + 40000));
  assert.equal(checked.heap.pages, 4);
});

each('a first block larger than memory grows it by no more than is missing', (module) => {
  const initial = fewestPages(module);
  for (const pages of [1, 3, 40]) {
    const checked = new CheckedHeap(load(module));
    assert(checked.malloc(pages * page));
    const most = Math.ceil(pages * (1 + 1 / 16)) + (module.coalesce ? 1 : 1 + initial);
    assert(checked.heap.pages <= most, `${checked.heap.pages} pages for a block of ${pages}`);
  }
});

each('growth by the exact need follows where a larger step is refused', (module) => {
  // A step of any part of 528 pages does not fit below the maximum; page by page memory fills to it.
  const pinned = 528 * page - 12; // a size that none of them rounds up, with what hardened has behind it
  const start = load(module);
  assert(start.malloc(pinned));
  for (const more of [1, 2, 3]) {
    const maximum = start.pages + more;
    const heap = load(module, { maximum });
    const checked = new CheckedHeap(heap);
    checked.shadow.own(heap.malloc(pinned), pinned);
    assert.equal(heap.pages, start.pages);
    const size = 30000;
    const count = checked.fill(size).length;
    assert.equal(heap.pages, maximum, 'null although a page was left');
    const wanted = module.coalesce ? Math.floor((more * page - 20) / (size + 16)) : more;
    assert(count >= wanted, `${count} blocks of ${size} B in ${more} pages, ${wanted} fit`);
  }
});

each('growth is refused, then free makes malloc work again', (module) => {
  const checked = new CheckedHeap(load(module, { maximum: 40 }));
  const size = 3000;
  const starts = checked.fill(size);
  assert.equal(checked.heap.pages, 40);
  for (let i = 0; i < 20; i++) assert.equal(checked.malloc(size), 0);
  assert.equal(checked.malloc(41 * page), 0);
  assert.equal(checked.malloc(2 ** 31), 0);
  starts.sort((a, b) => a - b);
  for (const start of starts.splice(starts.length / 2, 1)) checked.free(start);
  const again = checked.malloc(size);
  assert(again, 'null although enough was freed');
  assert.equal(checked.malloc(size), 0);
  starts.push(again);
  // Every second block, then the rest: the free ones join to ever larger ones.
  starts.sort((a, b) => a - b);
  for (let i = 0; i < starts.length; i += 2) checked.free(starts[i]);
  assert.equal(checked.malloc(2 * size), 0, 'a block between live ones');
  for (let i = 1; i < starts.length; i += 2) checked.free(starts[i]);
  for (let round = 0; round < 3; round++) {
    const count = checked.fill(size);
    assert(count.length >= starts.length, `${count.length} blocks instead of ${starts.length}`);
    for (const start of count) checked.free(start);
  }
});

eachOf(joinsPools, 'where one pool is, all of it can be had as one block again', (module) => {
  const maximum = 100;
  const largest = (heap) => {
    let [low, high] = [0, maximum * page];
    while (high - low > 16) {
      const middle = Math.floor((low + high) / 2);
      const start = heap.malloc(middle);
      if (start) heap.free(start);
      [low, high] = start ? [middle, high] : [low, middle];
    }
    return low;
  };
  const fresh = load(module, { maximum });
  const checked = new CheckedHeap(load(module, { maximum }));
  for (const size of [200, 700, 20000, 3000, 150000]) {
    const starts = checked.fill(size);
    for (const start of starts) checked.free(start);
  }
  const [best, now] = [largest(fresh), largest(checked.heap)];
  const rounded = module.profile === 'small' ? 0 : (maximum * page) / 32; // a request may be rounded up by so much
  assert(
    best >= (maximum - 1) * page - rounded,
    `a fresh heap of ${maximum} pages gives a block of ${best} B`,
  );
  assert(now >= best - 64, `a used and freed one gives ${now} B instead of ${best} B`);
});

each('what somebody else takes in between stays theirs', (module) => {
  const checked = new CheckedHeap(load(module));
  const starts = [];
  // A module that owns its memory has it from its first call on.
  if (module.ownsMemory) starts.push(checked.malloc(10));
  for (let round = 0; round < 12; round++) {
    assert(checked.growForeign(1 + (round % 3)));
    for (const size of [30000, 100, 50000 * (round + 1)]) starts.push(checked.malloc(size));
    if (round % 4 === 3) for (const start of starts.splice(0, 5)) checked.free(start);
  }
  assert(!starts.includes(0));
  for (const start of starts) checked.free(start);
  checked.shadow.verifyAll();
  // The pools on both sides of theirs are used again.
  const { pages } = checked.heap;
  for (let i = 0; i < 10; i++) assert(checked.malloc(30000));
  assert.equal(checked.heap.pages, pages, 'memory grew although the freed pools have room');
  checked.shadow.verifyAll();
});

eachOf(isHardened, 'freeing twice, and freeing what is no block, trap', (module) => {
  const sizes = [20, 100, 1000, 8000, 30000, 200000];
  const traps = (what, prepare) => {
    for (const size of sizes) {
      const heap = load(module);
      const [before, start, after] = [heap.malloc(size), heap.malloc(size), heap.malloc(size)];
      heap.bytes.fill(0, start, start + size);
      const call = prepare(heap, start, { before, after, size });
      assert.throws(call, WebAssembly.RuntimeError, `${what}, blocks of ${size} B, does not trap`);
    }
  };
  traps('a double free', (heap, start) => {
    heap.free(start);
    return () => heap.free(start);
  });
  traps('a double free after another', (heap, start, { after }) => {
    heap.free(start);
    heap.free(after);
    return () => heap.free(start);
  });
  traps('a double free of a block that joined its neighbour', (heap, start, { before }) => {
    heap.free(before);
    heap.free(start);
    return () => heap.free(start);
  });
  traps('a pointer into a block', (heap, start) => () => heap.free(start + 16));
  traps('a pointer that is not aligned', (heap, start) => () => heap.free(start + 4));
  traps('a pointer below the heap', (heap) => () => heap.free(16));
  traps('a pointer to the end of memory', (heap) => () => heap.free(heap.bytes.length - 16));
  traps('a pointer beyond memory', (heap) => () => heap.free(heap.bytes.length + 16));
  traps('a block that was written past its end', (heap, start, { size }) => {
    heap.bytes.fill(0x41, start, start + size + 32);
    return () => heap.free(start);
  });
  if (!load(module).realloc) return;
  traps('realloc of a freed block', (heap, start, { size }) => {
    heap.free(start);
    return () => heap.realloc(start, 2 * size);
  });
  traps('realloc of a pointer into a block', (heap, start) => () => heap.realloc(start + 16, 10));
});

// A buffer that grows by a page at each of 400 steps: a new one is allocated, then the old one is freed. Freed
// buffers are of use to a later one only where they join, and the pages that memory grew by with them. A block of
// 50 B, allocated and kept at each step, defeats a heap that always grows by the exact need.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { load, modules, page } from '../../tools/modules.mjs';

const steps = 400;
// `small` takes what was just freed for its own size before it grows, and so leaves a hole before a block that is kept.
const most = ({ profile }) => ({ plain: 1410, pinned: profile === 'small' ? 1800 : 1500 });

/** @returns {number} the pages at the end, or NaN when memory ran out */
function grow(heap, pinned) {
  let buffer = 0;
  for (let step = 1; step <= steps; step++) {
    const larger = heap.malloc(step * page);
    if (!larger || (pinned && !heap.malloc(50))) return Number.NaN;
    heap.free(buffer);
    buffer = larger;
  }
  return heap.pages;
}

const rows = [];

for (const module of modules) {
  test(`${module.name}: the growing buffer`, () => {
    const pages = { plain: grow(load(module), false), pinned: grow(load(module), true) };
    rows.push([module.name, pages.plain, pages.pinned]);
    for (const [kind, limit] of Object.entries(most(module))) {
      const text = `${kind}: ${pages[kind]} pages`;
      if (module.coalesce) assert(pages[kind] <= limit, `${text}, at most ${limit} are allowed`);
      // Pools that do not join are of no use to a later buffer. Memory suffices all the same.
      else assert(pages[kind] > limit, `${text}: as few as where pools join`);
    }
  });
}

after(() => {
  const line = (name, ...cells) =>
    name.padEnd(24) +
    cells.map((cell) => String(Number.isNaN(cell) ? 'exhausted' : cell).padStart(12)).join('');
  console.log(`Pages after ${steps} steps of a growing buffer`);
  console.log(line('', 'alone', '50 B kept'));
  for (const row of rows) console.log(line(...row));
});

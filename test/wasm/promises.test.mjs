// What a heap promises about memory that is there: a block that was freed serves its own size however full the heap is, a
// realloc that makes a block smaller never fails, the last block grows where it is, and fresh memory is not cleared.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, modules, page } from '../../tools/modules.mjs';

const MiB = 2 ** 20;

function each(title, run, fits = (_module) => true) {
  for (const module of modules) if (fits(module)) test(`${module.name}: ${title}`, () => run(module));
}

const rounds = ({ profile }) => profile !== 'small';
const hasRealloc = ({ name }) => !name.endsWith('-mf');
const hasCalloc = ({ ownsMemory }) => !ownsMemory;

/** Sizes from one byte to half a MiB, about 1.2% apart, and so in every list and at every place in it. */
const sizes = [];
for (let size = 1; size < MiB / 2; size += 1 + Math.floor(size / 80)) sizes.push(size);

/** Takes all memory that is left. */
function exhaust(heap) {
  for (let size = 2 * MiB; size >= 1; size = Math.floor(size / 2)) while (heap.malloc(size));
}

/** A full heap of 3 MiB with blocks of these sizes in it, one small block that stays between each two. */
function full(module, ...wanted) {
  const heap = load(module, { maximum: (3 * MiB) / page });
  const blocks = wanted.map((size) => {
    const block = heap.malloc(size);
    assert(block && heap.malloc(1));
    return block;
  });
  exhaust(heap);
  return { heap, blocks };
}

each('in a full heap malloc of the size that was freed just before succeeds', (module) => {
  for (const size of sizes) {
    const { heap, blocks } = full(module, size);
    for (let round = 0; round < 2; round++) {
      heap.free(blocks[0]);
      assert.equal(heap.malloc(size), blocks[0], `${size} B`);
    }
  }
});

each(
  'in a full heap what was freed serves its own size, whatever was freed after it',
  (module) => {
    for (const size of sizes) {
      for (const less of [1, 16, Math.floor(size / 80), Math.floor(size / 30)]) {
        if (less >= size || less === 0) continue;
        // Smaller ones in front of it in its list, if they are in it.
        const { heap, blocks } = full(module, size, size - less, size - less, size - less);
        for (const block of blocks) heap.free(block);
        assert(heap.malloc(size), `${size} B, after blocks of ${size - less} B were freed`);
      }
    }
  },
  rounds,
);

each(
  'in a full heap a realloc that makes a block smaller succeeds, and keeps its bytes',
  (module) => {
    for (const size of sizes) {
      const { heap, blocks } = full(module, size);
      heap.bytes.fill(0x5a, blocks[0], blocks[0] + size);
      const less = Math.floor((size * 5) / 8);
      const block = heap.realloc(blocks[0], less);
      assert(block, `${size} B to ${less} B`);
      assert(heap.bytes.subarray(block, block + less).every((byte) => byte === 0x5a));
      assert.equal(heap.realloc(block, 16 * MiB), 0, 'there is no such room');
      assert(heap.realloc(block, less), `${less} B to the same`);
    }
  },
  hasRealloc,
);

/** The memory, to its own size, that a buffer needs which grows to 19 MiB in steps of 5,000 bytes. */
function growth(module) {
  const heap = load(module);
  let size = 0;
  for (let block = heap.malloc(1); size < 19 * MiB; size += 5000) {
    block = heap.realloc(block, size + 5000);
    assert(block);
  }
  return (heap.pages * page) / size;
}

each(
  'a buffer at the end of memory grows where it is',
  (module) => {
    const peak = growth(module);
    assert(peak <= 1.1, `${peak.toFixed(2)} times its size`);
  },
  (module) => hasRealloc(module) && module.coalesce && rounds(module), // a small of its own moves each block
);

each(
  'calloc does not write memory that has just been grown',
  (module) => {
    const heap = load(module);
    assert(heap.malloc(100));
    const before = process.memoryUsage().rss;
    const block = heap.calloc(256, MiB);
    assert(block);
    const touched = process.memoryUsage().rss - before;
    assert(touched < 64 * MiB, `${Math.round(touched / MiB)} MiB became resident`);
    for (let at = 0; at < 256 * MiB; at += MiB / 8) assert.equal(heap.bytes[block + at], 0);
  },
  (module) => hasCalloc(module) && rounds(module),
);

each(
  'calloc clears what was used before, wherever it was',
  (module) => {
    const heap = load(module, { initial: 3, dirt: 0xa5, maximum: 200 });
    for (let round = 0; round < 40; round++) {
      const blocks = [5000, 70_000, 1500, 300_000, 40].map((bytes) => {
        const size = bytes + round * 100;
        const block = heap.calloc(1, size);
        assert(block);
        const at = heap.bytes.subarray(block, block + size).findIndex((byte) => byte !== 0);
        assert.equal(at, -1, `byte ${at} of ${size} B in round ${round} is not 0`);
        heap.bytes.fill(0xa5, block, block + size);
        return block;
      });
      for (const block of round % 2 ? blocks : blocks.reverse()) heap.free(block);
    }
  },
  hasCalloc,
);

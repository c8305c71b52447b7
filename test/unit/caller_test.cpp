// A heap whose caller keeps small blocks in lists of its own: what is cut for them, what the heap itself keeps, and that all of it
// merges again.
#include "src/stats.hpp"
#include "test/support/array_heap.hpp"

using namespace heaplet;

namespace {

// The caller has lists to 4 granules, ranges go from 5 to 32.
constexpr Config tiny{.first_levels = 8,
                      .second_level_bits = 3,
                      .slack_shift = 2,
                      .range_limit = 32 * granule,
                      .range_bits = 2,
                      .range_bytes = 64 * granule,
                      .spare_shift = 3,
                      .caller_limit = 4 * granule};

using Fixture = ArrayHeap<tiny>;

Word size(const void* block) { return Block::of_payload(block)->size() / granule; }

TEST("caller: one free block is cut for a list, and its last part is as long as it comes") {
  Fixture heap;
  heap.must(1);
  const Chain chain = heap.heap.cut(3 * granule, 16 * granule);
  EXPECT_SAME(chain.blocks, 5);
  EXPECT_SOUND(view(heap.heap));
  Word number = 0;
  for (const Waiting* each = chain.first; each; each = each->next, ++number)
    EXPECT_SAME(size(each), number < 4 ? 3 : 4);
  EXPECT_SAME(number, 5);
}

TEST("caller: where no block is free for it none is cut, and memory does not grow") {
  Fixture heap;
  EXPECT(!heap.heap.cut(granule, 16 * granule).first);  // not even the first memory is taken
  heap.must(1);
  while (heap.heap.free_at_end() >= 16 * granule) heap.must(1);
  const Word before = heap.array.end;
  EXPECT(!heap.heap.cut(granule, 16 * granule).first);
  EXPECT_SAME(heap.array.end, before);
  EXPECT_SOUND(view(heap.heap));
}

TEST("caller: what it frees merges at once, and larger blocks wait in ranges") {
  Fixture heap;
  void* const blocks[] = {heap.must(4), heap.must(1), heap.must(5), heap.must(1)};
  heap.free(blocks[0]);
  EXPECT_SAME(heap.heap.range_lists().bytes(), 0);
  heap.free(blocks[2]);
  EXPECT_SAME(heap.heap.range_lists().bytes(), 5 * granule);
  EXPECT(heap.must(5) == blocks[2]);
}

TEST("caller: its lists and those of ranges merge into one block") {
  Fixture heap;
  heap.must(1);
  Waiting* lists[3] = {nullptr, heap.heap.cut(2 * granule, 16 * granule).first,
                       heap.heap.cut(granule, 16 * granule).first};
  heap.free(heap.must(20));
  const Word rest = heap.heap.free_at_end();
  heap.heap.merge_lists(lists, 3);
  EXPECT(!lists[1] && !lists[2]);
  EXPECT_SOUND(view(heap.heap));
  heap.heap.trim();
  EXPECT_SOUND(view(heap.heap));
  EXPECT_SAME(heap.heap.free_at_end(), rest + 52 * granule);
}

}  // namespace

// Lists of ranges: what a request is rounded to, what waits, and what is handed out again.
#include "src/range_lists.hpp"

#include <vector>

#include "src/stats.hpp"
#include "test/support/array_heap.hpp"

using namespace heaplet;

namespace {

// Quick lists to 4 granules, ranges from 5 to 32: four lists an octave.
constexpr Config tiny{.first_levels = 8,
                      .second_level_bits = 3,
                      .quick_lists = 5,
                      .quick_blocks = 4,
                      .range_limit = 32 * granule,
                      .range_bits = 2,
                      .range_bytes = 64 * granule,
                      .spare_shift = 3};
using Ranges = RangeLists<tiny>;

struct Fixture : ArrayHeap<tiny> {
  Word waiting() const { return heap.range_lists().bytes() / granule; }
};

/// The size of a block, in granules.
Word size(const void* block) { return Block::of_payload(block)->size() / granule; }

TEST("ranges: sizes are rounded up to those of a list, and down to what is certain") {
  EXPECT_SAME(Ranges::smallest, 5 * granule);
  Word before = 0;
  for (Word size = 5 * granule; size <= Ranges::largest; size += granule) {
    const Word rounded = Ranges::round_up(size);
    EXPECT(rounded >= size && rounded - size <= size / 4 && rounded >= before);
    EXPECT_SAME(Ranges::round_up(rounded), rounded);
    EXPECT_SAME(Ranges::round_down(rounded), rounded);
    const Word down = Ranges::round_down(size);
    EXPECT(down <= size && (down == 4 * granule || Ranges::round_up(down) == down));
    EXPECT(Ranges::of(rounded) < Ranges::lists);
    before = rounded;
  }
  EXPECT_SAME(Ranges::round_up(33 * granule), 33 * granule);
  EXPECT_SAME(Ranges::round_down(33 * granule), 33 * granule);
}

TEST("ranges: in the profile every list has the size that its requests are rounded to") {
  using Fast = RangeLists<profiles::fast>;
  for (Word bytes = usable_bytes(QuickLists<profiles::fast>::largest) + 1;
       bytes <= usable_bytes(Fast::largest); ++bytes) {
    const Word exact = block_bytes(bytes).value;
    const Word rounded = Fast::round_up(exact);
    EXPECT(rounded >= exact && rounded - exact <= exact / 16);
    EXPECT_SAME(Bins<profiles::fast>::round_up(rounded), rounded);
  }
}

TEST("ranges: what is freed waits unmerged, and serves its own size and a little less") {
  Fixture heap;
  void* const block = heap.must(10);
  EXPECT_SAME(size(block), Word{10});
  heap.must(5);
  heap.free(block);
  EXPECT_SAME(heap.waiting(), Word{10});
  EXPECT_SAME(heap.must(9), block);  // rounded up to 10
  heap.free(block);
  EXPECT_SAME(heap.must(8), block);  // the list before has none
  heap.free(block);
  EXPECT(heap.must(7) != block);
  EXPECT(heap.must(12) != block);
  EXPECT_SAME(heap.waiting(), Word{10});
  EXPECT_SAME(heap.must(10), block);
  EXPECT_SAME(heap.waiting(), Word{0});
}

TEST("ranges: no more waits than so many bytes, and nothing behind a free block") {
  Fixture heap;
  std::vector<void*> blocks;
  for (int i = 0; i < 6; ++i) {
    blocks.push_back(heap.must(20));
    heap.must(1);
  }
  for (void* const block : blocks) heap.free(block);
  EXPECT_SAME(heap.waiting(), Word{60});
  EXPECT_SAME(stats(view(heap.heap)).cached_blocks, Word{3});

  Fixture merged;
  void* const large = merged.must(40);
  void* const after = merged.must(10);
  merged.must(1);
  merged.free(large);
  merged.free(after);
  EXPECT_SAME(merged.waiting(), Word{0});
}

TEST("ranges: before a request is refused all that waits is merged") {
  Fixture heap;
  std::vector<void*> blocks;
  while (void* const block = heap.heap.allocate(usable_bytes(10 * granule))) blocks.push_back(block);
  for (void* const block : blocks) heap.heap.deallocate(block);
  EXPECT(heap.waiting() > 0);
  heap.must(blocks.size() * 9);
  EXPECT_SAME(heap.waiting(), Word{0});
}

TEST("ranges: a block that waited is not taken for fresh memory when it is cleared") {
  Fixture heap;
  auto* const block = static_cast<unsigned char*>(heap.must(20));
  for (Word i = 0; i < usable_bytes(20 * granule); ++i) block[i] = 0xff;
  heap.free(block);
  EXPECT_SAME(heap.must(20), static_cast<void*>(block));
  heap.heap.clear(block, usable_bytes(20 * granule));
  for (Word i = 0; i < usable_bytes(20 * granule); ++i) EXPECT_SAME(unsigned{block[i]}, 0u);
}

TEST("ranges: a quick list that is empty is helped out by the next two") {
  Fixture heap;
  void* const block = heap.must(4);
  heap.must(1);
  heap.free(block);
  EXPECT(heap.must(1) != block);
  EXPECT_SAME(heap.must(2), block);
  EXPECT_SAME(size(block), Word{4});
}

TEST("ranges: while few blocks wait each size gets one of its own") {
  static constexpr Config many = [] {
    Config config = tiny;
    config.quick_blocks = 64;  // of which two are few
    return config;
  }();
  Array array{.start = Fixture::memory, .page = granule};
  array.initial = array.end = array.limit = sizeof Fixture::memory;
  Heap<many, ArraySource> heap{ArraySource(array)};
  const auto take = [&](Word granules) { return heap.allocate(usable_bytes(granules * granule)); };
  void* const block = take(4);
  void* const other = take(4);
  take(1);
  heap.deallocate(block);
  EXPECT(take(3) != block);
  heap.deallocate(other);
  EXPECT_SAME(take(3), other);
  EXPECT_SOUND(view(heap));
}

TEST("ranges: realloc keeps half of a block, and a little of a large one; a move has room to spare") {
  Fixture heap;
  void* const block = heap.must(20);
  heap.must(1);
  for (const Word granules : {Word{19}, Word{12}, Word{10}})
    EXPECT_SAME(heap.heap.reallocate(block, usable_bytes(granules * granule)), block);
  EXPECT_SAME(size(block), Word{20});
  EXPECT_SAME(heap.heap.reallocate(block, usable_bytes(8 * granule)), block);
  EXPECT_SAME(size(block), Word{8});
  void* const large = heap.must(64);
  EXPECT_SAME(heap.heap.reallocate(large, usable_bytes(60 * granule)), large);
  EXPECT_SAME(size(large), Word{64});
  EXPECT_SAME(heap.heap.reallocate(large, usable_bytes(50 * granule)), large);
  EXPECT(size(large) < Word{60});
  EXPECT_SOUND(view(heap.heap));
}

TEST("ranges: a move near the largest request has no room to spare, and what it needs") {
  constexpr Config bounded = [] {
    Config config = tiny;
    config.largest_request = usable_bytes(200 * granule);
    return config;
  }();
  Array array{.start = Fixture::memory, .page = granule};
  array.initial = array.end = array.limit = sizeof Fixture::memory;
  Heap<bounded, ArraySource> heap{ArraySource(array)};
  void* const block = heap.allocate(usable_bytes(180 * granule));
  EXPECT(block && heap.allocate(1));
  void* const moved = heap.reallocate(block, usable_bytes(195 * granule));
  EXPECT(moved && moved != block);
  EXPECT(size(moved) >= 195 && size(moved) <= 208);
  EXPECT_SOUND(view(heap));
}

TEST("ranges: the walker sees every bit of their state") {
  Fixture heap;
  void* const blocks[] = {heap.must(10), heap.must(6), heap.must(6), heap.must(1)};
  for (int i = 0; i < 3; ++i) heap.free(blocks[i]);
  auto* const state = reinterpret_cast<unsigned char*>(const_cast<Ranges*>(&heap.heap.range_lists()));
  for (Word i = 0; i < 8 * sizeof(Ranges); ++i) {
    state[i / 8] ^= static_cast<unsigned char>(1u << i % 8);
    EXPECT(check(view(heap.heap)));
    state[i / 8] ^= static_cast<unsigned char>(1u << i % 8);
  }
  EXPECT_SOUND(view(heap.heap));
}

}  // namespace

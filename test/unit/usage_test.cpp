// What a heap counts of itself: what is in use, its peak, growths, refusals, the largest request.
#include "src/usage.hpp"

#include "src/heap.hpp"
#include "src/stats.hpp"
#include "src/view.hpp"
#include "test/support/array_source.hpp"
#include "test/support/expect.hpp"

using namespace heaplet;

namespace {

constexpr Config counting(Config config) {
  config.usage = true;
  return config;
}

constexpr Config tiny =
    counting({.first_levels = 8, .second_level_bits = 4, .quick_lists = 4, .quick_blocks = 3});

template <Config config>
struct Fixture {
  Fixture() {
    array.initial = array.end = array.page;
    array.limit = sizeof memory;
  }
  void* take(Word granules) { return heap.allocate(usable_bytes(granules * granule)); }
  /// What is counted, which the walker finds to be right.
  UsageFigures usage() {
    EXPECT_SOUND(view(heap));
    const Stats walked = stats(view(heap));
    const UsageFigures usage = heap.usage();
    EXPECT_SAME(usage.used_bytes, walked.used_bytes);
    EXPECT_SAME(usage.used_blocks, walked.used_blocks);
    return usage;
  }

  alignas(4096) static inline unsigned char memory[64 * 1024];
  Array array{.start = memory, .page = 16 * granule};
  Heap<config, ArraySource> heap{ArraySource(array)};
};

}  // namespace

TEST("usage: blocks are counted with their headers, and the peak stays") {
  Fixture<tiny> heap;
  EXPECT_SAME(heap.usage().used_blocks, Word{0});
  void* const one = heap.take(1);
  void* const five = heap.take(5);
  EXPECT_SAME(heap.usage().used_bytes, 6 * granule);
  heap.heap.deallocate(five);
  heap.heap.deallocate(one);
  UsageFigures usage = heap.usage();
  EXPECT_SAME(usage.used_bytes, Word{0});
  EXPECT_SAME(usage.peak_bytes, 6 * granule);
  EXPECT_SAME(usage.peak_blocks, Word{2});
  void* const again = heap.take(1);  // which had waited
  EXPECT_SAME(again, one);
  usage = heap.usage();
  EXPECT_SAME(usage.used_bytes, granule);
  EXPECT_SAME(usage.peak_bytes, 6 * granule);
  // A peak that only blocks make which had waited.
  void* const blocks[] = {heap.take(3), heap.take(3)};
  for (void* const block : blocks) heap.heap.deallocate(block);
  EXPECT_SAME(heap.usage().peak_bytes, 7 * granule);
}

TEST("usage: a peak that only blocks make which waited") {
  Fixture<tiny> heap;
  void* const first = heap.take(3);
  heap.heap.deallocate(first);
  void* const second = heap.take(2);
  EXPECT_SAME(heap.usage().peak_bytes, 3 * granule);
  EXPECT_SAME(heap.take(3), first);
  EXPECT_SAME(heap.usage().peak_bytes, 5 * granule);
  EXPECT(second);
}

TEST("usage: of two peaks with as many bytes the one with the most blocks counts") {
  Fixture<tiny> heap;
  heap.heap.deallocate(heap.take(3));
  EXPECT_SAME(heap.usage().peak_blocks, Word{1});
  EXPECT(heap.take(1) && heap.take(2));
  EXPECT_SAME(heap.usage().peak_bytes, 3 * granule);
  EXPECT_SAME(heap.usage().peak_blocks, Word{2});
}

TEST("usage: a block that is resized where it is counts what it has; one that moves counts twice meanwhile") {
  Fixture<tiny> heap;
  void* const block = heap.take(2);
  EXPECT_SAME(heap.heap.reallocate(block, usable_bytes(6 * granule)), block);
  EXPECT_SAME(heap.usage().used_bytes, 6 * granule);
  EXPECT_SAME(heap.heap.reallocate(block, usable_bytes(3 * granule)), block);
  EXPECT_SAME(heap.usage().used_bytes, 3 * granule);
  EXPECT_SAME(heap.usage().peak_bytes, 6 * granule);
  EXPECT(heap.take(1));
  void* const moved = heap.heap.reallocate(block, usable_bytes(5 * granule));
  EXPECT(moved && moved != block);
  EXPECT_SAME(heap.usage().used_bytes, 6 * granule);
  EXPECT_SAME(heap.usage().peak_bytes, 9 * granule);
  EXPECT_SAME(heap.usage().peak_blocks, Word{3});
}

TEST("usage: growths, what was refused, and the largest request, served or not") {
  Fixture<tiny> heap;
  EXPECT(heap.take(2));
  EXPECT_SAME(heap.usage().growths, Word{0});
  EXPECT(heap.take(40));
  UsageFigures usage = heap.usage();
  EXPECT_SAME(usage.growths, heap.array.growths);
  EXPECT_SAME(usage.growths, Word{1});
  EXPECT_SAME(usage.refusals, Word{0});
  EXPECT_SAME(usage.largest_request, usable_bytes(40 * granule));
  EXPECT(!heap.heap.allocate(sizeof heap.memory));
  usage = heap.usage();
  EXPECT_SAME(usage.refusals, Word{1});
  EXPECT_SAME(usage.growths, Word{1});
  EXPECT_SAME(usage.largest_request, Word{sizeof heap.memory});
}

TEST("usage: what is larger than any request that a heap serves is refused, and is not the largest one") {
  constexpr Config bounded = counting({.first_levels = 8, .second_level_bits = 4, .largest_request = 1000});
  Fixture<bounded> heap;
  EXPECT(heap.heap.allocate(300));
  EXPECT(!heap.heap.allocate(1001) && !heap.heap.allocate(1001) && !heap.heap.allocate(~Word{0}));
  EXPECT_SAME(heap.usage().largest_request, Word{300});
  EXPECT(heap.heap.allocate(1000));
  EXPECT(!heap.heap.allocate(1001));
  EXPECT_SAME(heap.usage().largest_request, Word{1000});
}

TEST("usage: aligned blocks, and those of slab pages, of lists of ranges, and guarded ones") {
  const auto run = []<Config config>() {
    Fixture<config> heap;
    void* blocks[60];
    Word size = 1;
    for (void*& block : blocks) {
      size = size * 5 % 1021;
      block = size % 3 ? heap.heap.allocate(size) : heap.heap.allocate(size, 64);
      EXPECT(block);
      EXPECT(heap.usage().used_bytes >= size);
    }
    const Word all = heap.usage().used_bytes;
    EXPECT_SAME(heap.usage().used_blocks, Word{60});
    for (int i = 0; i < 60; i += 2) heap.heap.deallocate(blocks[i]);
    EXPECT_SAME(heap.usage().used_blocks, Word{30});
    for (int i = 1; i < 60; i += 2)
      EXPECT(heap.heap.reallocate(blocks[i], 300) && heap.usage().used_blocks == 30);
    EXPECT(heap.usage().peak_bytes >= all);
  };
  run.template operator()<counting(profiles::small)>();
  run.template operator()<counting(profiles::lean)>();
  run.template operator()<counting(profiles::fast)>();
  run.template operator()<profiles::hardened>();
  run.template operator()<counting(profiles::realtime)>();
}

TEST("usage: a repair counts anew, and keeps the peak") {
  Fixture<tiny> heap;
  void* const block = heap.take(5);
  void* const other = heap.take(7);
  heap.heap.deallocate(block);
  heap.heap.deallocate(other);
  // As a repair does it: each header says what size its block has, that of the wilderness too.
  heap.heap.tlsf().end()->header = Block::header_of(heap.heap.free_at_end());
  heap.heap.take_all();
  const UsageFigures usage = heap.heap.usage();
  const Stats walked = stats(view(heap.heap));
  EXPECT_SAME(usage.used_bytes, walked.used_bytes);
  EXPECT_SAME(usage.used_blocks, walked.used_blocks);
  EXPECT(usage.peak_bytes >= 12 * granule);
}

// Heap over an array that grows: pools, joining, refusals, quick lists.
#include "src/heap.hpp"

#include "src/stats.hpp"
#include "src/view.hpp"
#include "test/support/array_source.hpp"
#include "test/support/expect.hpp"
#include "test/support/picture.hpp"

using namespace heaplet;

namespace {

constexpr Config plain{.first_levels = 8, .second_level_bits = 4};
constexpr Config apart{.first_levels = 8, .second_level_bits = 4, .coalesce_pools = false};
constexpr Config quick{.first_levels = 8, .second_level_bits = 4, .quick_lists = 4, .quick_blocks = 3};

/// A Heap over an array of `limit` pages of 8 granules, of which `initial` granules are there at first.
template <Config config>
struct Fixture {
  explicit Fixture(Word initial = 8, Word limit = 16) {
    array.initial = initial * granule;
    array.end = round_up(array.initial, array.page);
    array.limit = limit * array.page;
  }
  std::string seen() const {
    EXPECT_SOUND(view(heap));
    return picture(view(heap));
  }
  void* take(Word granules) { return heap.allocate(usable_bytes(granules * granule)); }
  void* take_aligned(Word granules, Word alignment) {
    return heap.allocate(usable_bytes(granules * granule), alignment);
  }

  alignas(64) unsigned char memory[16 * 8 * granule];
  Array array{.start = memory, .page = 8 * granule};
  Heap<config, ArraySource> heap{ArraySource(array)};
};

}  // namespace

TEST("heap: the initial memory is used up before any growth") {
  Fixture<plain> heap;
  EXPECT_SAME(heap.seen(), "");
  for (int i = 0; i < 7; ++i) EXPECT(heap.take(1));
  EXPECT_SAME(heap.array.growths, Word{0});
  EXPECT_SAME(heap.seen(), "1u 1u 1u 1u 1u 1u 1u|");
}

TEST("heap: a repair takes the wilderness too, which has no header of its own") {
  Fixture<plain> heap;
  void* const block = heap.take(2);
  heap.heap.take_all();
  EXPECT_SAME(heap.seen(), "2u 5u|");
  heap.heap.deallocate(block);
  EXPECT_SAME(heap.seen(), "2f 5u|");
}

TEST("heap: the whole initial memory can be one block") {
  Fixture<plain> heap;
  EXPECT(heap.take(7));
  EXPECT_SAME(heap.array.growths, Word{0});
}

TEST("heap: an initial memory that is too small or absent is no fault") {
  for (Word bytes = 0; bytes < 3 * granule; ++bytes) {
    Fixture<plain> heap;
    heap.array.initial = bytes;
    EXPECT(heap.take(1));
    EXPECT_SOUND(view(heap.heap));
  }
}

TEST("heap: a growth joins the pool before it and counts the free block at its end") {
  Fixture<plain> heap;
  EXPECT(heap.take(4));
  EXPECT(heap.take(11));  // 3 granules are there, 8 come
  EXPECT_SAME(heap.array.growths, Word{1});
  EXPECT_SAME(heap.seen(), "4u 11u|");
}

TEST("heap: without coalesce_pools every growth is a pool") {
  Fixture<apart> heap;
  EXPECT(heap.take(4));
  EXPECT(heap.take(11));
  EXPECT_SAME(heap.seen(), "11u 4f|4u 3f|");
}

TEST("heap: a page that somebody else takes is never touched, and the next growth is a pool of its own") {
  Fixture<plain> heap;
  EXPECT(heap.take(7));
  const Word foreign = heap.array.take_foreign();
  EXPECT(heap.take(7));
  EXPECT_SAME(heap.seen(), "7u|7u|");
  EXPECT(heap.take(8));
  EXPECT_SAME(heap.seen(), "7u 8u|7u|");
  for (Word i = 0; i < heap.array.page; ++i) EXPECT_SAME(heap.memory[foreign + i], Array::foreign);
}

TEST("heap: a refused growth returns null and changes nothing; a later free makes room") {
  Fixture<plain> heap(8, 2);
  void* const a = heap.take(5);
  EXPECT(!heap.take(11));
  EXPECT_SAME(heap.seen(), "5u 2f|");
  EXPECT(!heap.heap.reallocate(a, usable_bytes(16 * granule)));
  EXPECT_SAME(heap.seen(), "5u 2f|");
  heap.heap.deallocate(a);
  EXPECT(heap.take(15));
  EXPECT_SAME(heap.seen(), "15u|");
  EXPECT(!heap.take(1));
}

TEST(
    "heap: without rounding the first block of a request's own list is found, although the list promises "
    "nothing") {
  constexpr Config exact{.first_levels = 8, .second_level_bits = 2, .round_requests = false};
  Fixture<exact> heap(64, 16);
  void* const a = heap.take(39);
  EXPECT(heap.take(24));
  heap.heap.deallocate(a);
  EXPECT_SAME(heap.take(38), a);  // the list holds 32 to 39 granules
  EXPECT_SAME(heap.seen(), "38u 1f 24u|");
  EXPECT_SAME(heap.array.growths, Word{0});
}

TEST("heap: what was freed serves its own size, whatever was freed after it into the same list") {
  constexpr Config wide{.first_levels = 8, .second_level_bits = 2};
  Fixture<wide> heap(16 * 8, 16);
  void* const larger =
      heap.take(39);  // the list holds 32 to 39 granules: both get 40, its successor's smallest
  EXPECT(heap.take(1));
  void* const smaller = heap.take(33);
  EXPECT_SAME(heap.seen(), "40u 1u 40u 46f|");
  heap.array.refuses = true;
  while (heap.take(1)) {
  }
  heap.heap.deallocate(larger);
  heap.heap.deallocate(smaller);
  EXPECT(heap.take(39));
  EXPECT(heap.take(39));
  EXPECT(!heap.take(1));
}

TEST("heap: a block that can grow where cached neighbours are merged is not refused") {
  Fixture<quick> heap(8, 1);
  void* const a = heap.take(2);
  void* const b = heap.take(2);
  EXPECT(heap.take(3));
  heap.heap.deallocate(b);
  EXPECT_SAME(heap.seen(), "2u 2c 3u|");
  EXPECT_SAME(heap.heap.reallocate(a, usable_bytes(4 * granule)), a);
  EXPECT_SAME(heap.seen(), "4u 3u|");
}

TEST("heap: memory grows under the last block, by no more than it lacks; not where a free block serves") {
  Fixture<plain> heap(32, 8);
  void* const hole = heap.take(24);
  EXPECT(heap.take(1));
  void* const last = heap.take(5);
  EXPECT_SAME(heap.seen(), "24u 1u 5u 1f|");
  memset(last, 0x5a, usable_bytes(5 * granule));
  heap.array.refuses = true;
  EXPECT(!heap.heap.reallocate(last, usable_bytes(14 * granule)));
  heap.array.refuses = false;
  EXPECT_SAME(heap.heap.reallocate(last, usable_bytes(14 * granule)), last);
  EXPECT_SAME(heap.seen(), "24u 1u 14u|");
  EXPECT_SAME(heap.array.growths, Word{1});
  EXPECT_SAME(static_cast<unsigned char*>(last)[usable_bytes(5 * granule) - 1], 0x5a);
  heap.heap.deallocate(hole);
  EXPECT_SAME(heap.heap.reallocate(last, usable_bytes(20 * granule)), hole);
  EXPECT_SAME(heap.seen(), "20u 4f 1u 14f|");
  EXPECT_SAME(heap.array.growths, Word{1});
}

TEST("heap: memory does not grow under a block before somebody else's page") {
  Fixture<plain> heap(8, 6);
  void* const last = heap.take(7);
  const Word foreign = heap.array.take_foreign();
  EXPECT(heap.heap.reallocate(last, usable_bytes(9 * granule)) != last);
  EXPECT_SAME(heap.seen(), "9u 6f|7f|");
  EXPECT_SAME(heap.memory[foreign], Array::foreign);
}

TEST("heap: a request above Config::largest_request is refused, however it comes") {
  constexpr Config bounded{.first_levels = 8, .second_level_bits = 4, .largest_request = 100};
  Fixture<bounded> heap(64, 8);
  void* const block = heap.heap.allocate(100);
  EXPECT(block);
  EXPECT(!heap.heap.allocate(101));
  EXPECT(!heap.heap.allocate(101, 64));
  EXPECT(!heap.heap.reallocate(block, 101));
  EXPECT(!heap.heap.resize_in_place(block, 101));
  EXPECT_SAME(stats(view(heap.heap)).largest_request, Word{100});
}

TEST("heap: what is cleared is 0, and memory that nobody has touched is not written") {
  Fixture<quick> heap(8, 12);
  memset(heap.memory, 0xee, sizeof heap.memory);
  heap.array.clears = true;
  const auto zeroed = [&](Word granules) {
    const Word bytes = usable_bytes(granules * granule);
    auto* const block = static_cast<unsigned char*>(heap.heap.allocate(bytes));
    heap.heap.clear(block, bytes);
    for (Word i = 0; i < bytes; ++i) EXPECT_SAME(block[i], 0);
    return block;
  };
  unsigned char* const first = zeroed(6);  // from the initial memory, which may hold anything
  unsigned char* const second = zeroed(20);
  memset(second, 0xee, usable_bytes(20 * granule));
  heap.heap.deallocate(second);  // the wilderness again, and not 0 any more
  EXPECT_SAME(zeroed(20), second);
  // To show that memory which is surely 0 is left alone, it is made something else behind the heap's back.
  EXPECT(heap.heap.allocate(usable_bytes(8 * granule)));
  auto* const untouched = reinterpret_cast<unsigned char*>(heap.heap.tlsf().end()) + granule;
  untouched[100] = 0xee;
  auto* const third = static_cast<unsigned char*>(heap.heap.allocate(usable_bytes(5 * granule)));
  EXPECT_SAME(third, untouched);
  heap.heap.clear(third, usable_bytes(5 * granule));
  EXPECT_SAME(third[100], 0xee);
  heap.heap.deallocate(third);
  EXPECT_SAME(zeroed(5), third);
  heap.heap.deallocate(first);
  EXPECT_SAME(zeroed(6), first);
}

TEST("heap: memory that somebody grows after begin() is not ours") {
  Fixture<plain> heap;
  heap.heap.begin();
  const Word foreign = heap.array.take_foreign();
  EXPECT(heap.take(7));
  EXPECT(heap.take(7));
  EXPECT_SAME(heap.seen(), "7u|7u|");
  EXPECT_SAME(heap.memory[foreign], Array::foreign);
}

TEST("heap: growth comes in steps, and is exact where the step is refused") {
  constexpr Config exact{.first_levels = 8, .second_level_bits = 4, .round_requests = false};
  Fixture<exact> heap(8 * 8, 64);
  static unsigned char memory[160 * 8 * granule];
  heap.array.start = memory;
  heap.array.limit = 160 * heap.array.page;
  EXPECT(heap.take(8 * 8 * 2 - 1));
  const Word before = heap.array.end;
  EXPECT(heap.take(1));
  EXPECT_SAME(heap.array.end - before, heap.array.page);  // a sixteenth of 127 granules is no page yet
  const Word larger = heap.array.end;
  EXPECT(heap.take(8 * 100 - 1));  // 7 granules are there: 99 pages are needed, more than the step
  EXPECT_SAME((heap.array.end - larger) / heap.array.page, Word{99});
  heap.array.limit = heap.array.end + heap.array.page;
  while (heap.take(8)) {
  }
  EXPECT_SAME(heap.array.end, heap.array.limit);
  EXPECT_SOUND(view(heap.heap));
}

TEST("heap: a block too large for any memory is refused, whatever its alignment") {
  Fixture<plain> heap;
  for (Word less = 0; less < 128; ++less) {
    EXPECT(!heap.heap.allocate(~Word{0} - less));
    EXPECT(!heap.heap.allocate(~Word{0} - less, 4096));
  }
  for (Word alignment = 2 * granule; alignment; alignment <<= 1)
    EXPECT(!heap.heap.allocate(~Word{0} - 4096, alignment));
  EXPECT(!heap.heap.allocate(1, 0));
  EXPECT(!heap.heap.allocate(1, 24));
  EXPECT_SAME(heap.array.growths, Word{0});
}

TEST("heap: freed blocks are reused by exact size, and merged before memory grows") {
  Fixture<quick> heap;
  void* const a = heap.take(2);
  void* const b = heap.take(2);
  EXPECT(heap.take(3));
  EXPECT_SAME(heap.seen(), "2u 2u 3u|");
  heap.heap.deallocate(a);
  heap.heap.deallocate(b);
  EXPECT_SAME(heap.seen(), "2c 2c 3u|");
  EXPECT_SAME(heap.take(2), b);
  EXPECT_SAME(heap.seen(), "2c 2u 3u|");
  heap.heap.deallocate(b);
  EXPECT_SAME(heap.take(4), a);
  EXPECT_SAME(heap.seen(), "4u 3u|");
  EXPECT_SAME(heap.array.growths, Word{0});
}

TEST("heap: an aligned request takes the cached block of its size, if that lies right") {
  Fixture<quick> heap(16, 0);
  const Word alignment = 2 * granule;
  void* const odd = heap.take(1);  // payloads lie at odd granules first
  void* const even = heap.take(1);
  heap.take(1);
  EXPECT_SAME(reinterpret_cast<Word>(even) % alignment, Word{0});
  heap.heap.deallocate(even);
  EXPECT_SAME(heap.heap.allocate(1, alignment), even);
  heap.heap.deallocate(odd);
  void* const another = heap.heap.allocate(1, alignment);
  EXPECT(another && another != odd);
  EXPECT_SAME(reinterpret_cast<Word>(another) % alignment, Word{0});
  EXPECT_SAME(heap.heap.allocate(1, granule / 2), odd);  // any block is aligned to less
  EXPECT(!heap.heap.allocate(1, 3));
}

TEST("heap: the quick lists hold no more blocks than they may") {
  Fixture<quick> heap;
  void* blocks[7];
  for (void*& block : blocks) block = heap.take(1);
  for (void* const block : blocks) heap.heap.deallocate(block);
  EXPECT_SAME(heap.seen(), "1c 1c 1c 4f|");
  EXPECT_SAME(stats(view(heap.heap)).cached_blocks, Word{3});
}

TEST(
    "heap: while what is cached is merged, no list holds any of it: a fault or an end of the thread may "
    "come") {
  QuickLists<quick> lists;
  alignas(granule) unsigned char memory[4 * granule] = {};
  for (unsigned i = 0; i < 4; ++i) lists.push(memory + i * granule, (1 + i / 2) * sizeof(Word), false);
  unsigned merged = 0;
  lists.merge([&](void*, Word list) {
    EXPECT_SAME(list, (2 - merged / 2) * sizeof(Word));
    for (unsigned from = unsigned(list / sizeof(Word)); from < lists.lists; ++from) EXPECT(!lists.head(from));
    ++merged;
  });
  EXPECT_SAME(merged, 4u);
  EXPECT_SAME(lists.count(), Word{0});
}

TEST("heap: what is too large to be cached, or lies behind a free block, is merged as it is freed") {
  constexpr Config lazy{.first_levels = 8, .second_level_bits = 4, .quick_lists = 4, .quick_blocks = 9};
  Fixture<lazy> heap(16, 2);
  void* const large = heap.take(4);
  void* const small = heap.take(1);
  void* const other = heap.take(2);
  heap.take(1);
  heap.heap.deallocate(large);
  EXPECT_SAME(heap.seen(), "4f 1u 2u 1u 7f|");
  heap.heap.deallocate(small);
  EXPECT_SAME(heap.seen(), "5f 2u 1u 7f|");
  EXPECT_SAME(heap.take(5), large);
  heap.heap.deallocate(other);
  EXPECT_SAME(heap.seen(), "5u 2c 1u 7f|");
}

TEST("heap: the last block grows into the wilderness, and gives it back what it loses") {
  Fixture<plain> heap(16, 0);
  void* const first = heap.take(2);
  void* const last = heap.take(3);
  EXPECT_SAME(heap.seen(), "2u 3u 10f|");
  EXPECT(heap.heap.resize_in_place(last, usable_bytes(13 * granule)));
  EXPECT_SAME(heap.seen(), "2u 13u|");
  EXPECT(!heap.heap.resize_in_place(last, usable_bytes(14 * granule)));
  EXPECT(heap.heap.resize_in_place(last, usable_bytes(1 * granule)));
  EXPECT_SAME(heap.seen(), "2u 1u 12f|");
  heap.heap.deallocate(first);
  EXPECT_SAME(heap.seen(), "2f 1u 12f|");
  heap.heap.deallocate(last);
  EXPECT_SAME(heap.seen(), "15f|");
}

TEST("heap: a block beyond the quick lists is handed out whole where little would be left of it") {
  constexpr Config loose{
      .first_levels = 8, .second_level_bits = 4, .quick_lists = 3, .quick_blocks = 9, .slack_shift = 2};
  Fixture<loose> heap(32, 0);
  void* const hole = heap.take(10);
  heap.take(1);
  EXPECT_SAME(heap.seen(), "10u 1u 20f|");
  heap.heap.deallocate(hole);
  EXPECT_SAME(heap.take(8), hole);  // 2 granules too many: a quarter, and a quick list holds them
  EXPECT_SAME(heap.seen(), "10u 1u 20f|");
  EXPECT_SAME(heap.heap.usable_size(hole), usable_bytes(10 * granule));
  EXPECT(heap.heap.resize_in_place(hole, usable_bytes(8 * granule)));  // exact
  EXPECT_SAME(heap.seen(), "8u 2f 1u 20f|");
  heap.heap.deallocate(hole);
  EXPECT_SAME(heap.take(7), hole);  // 3 would be too many
  EXPECT_SAME(heap.seen(), "7u 3f 1u 20f|");
  heap.heap.deallocate(hole);
  EXPECT_SAME(heap.take(2), hole);  // of a size for a quick list: exact
  EXPECT_SAME(heap.seen(), "2u 8f 1u 20f|");
  heap.take(18);  // so is what is cut from the wilderness
  EXPECT_SAME(heap.seen(), "2u 8f 1u 18u 2f|");
}

TEST("heap: before memory grows, and before null, all that is cached is merged") {
  constexpr Config lazy{
      .first_levels = 8, .second_level_bits = 4, .quick_lists = 4, .quick_blocks = 9, .growth_shift = 31};
  Fixture<lazy> heap(16, 3);  // one page more can be had
  void* freed[7];
  void* kept[7];
  for (int i = 0; i < 7; ++i) {
    freed[i] = heap.take(1);
    kept[i] = heap.take(1);
  }
  for (void* const block : freed) heap.heap.deallocate(block);
  EXPECT_SAME(heap.seen(), "1c 1u 1c 1u 1c 1u 1c 1u 1c 1u 1c 1u 1c 1u 1f|");
  EXPECT(heap.take(3));
  EXPECT_SAME(heap.seen(), "1f 1u 1f 1u 1f 1u 1f 1u 1f 1u 1f 1u 1f 1u 3u 6f|");
  EXPECT_SAME(heap.array.growths, Word{1});
  EXPECT(heap.take(6));
  for (void* const block : kept) heap.heap.deallocate(block);
  EXPECT(heap.take(14));
  EXPECT_SAME(heap.seen(), "14u 3u 6u|");
  EXPECT(!heap.take(1));
}

TEST("stats: every byte of the pools is counted once") {
  Fixture<quick> heap;
  void* const a = heap.take(3);
  void* const b = heap.take(1);
  EXPECT(heap.take(2));
  heap.heap.deallocate(a);
  heap.heap.deallocate(b);
  EXPECT_SAME(heap.seen(), "3c 1c 2u 1f|");
  const Stats totals = stats(view(heap.heap));
  EXPECT_SAME(totals.pools, Word{1});
  EXPECT_SAME(totals.used_bytes, 2 * granule);
  EXPECT_SAME(totals.cached_bytes, 4 * granule);
  EXPECT_SAME(totals.largest_request,
              usable_bytes(4 * granule));  // the two cached blocks, once they are merged
  EXPECT_SAME(totals.used_bytes + totals.cached_bytes + totals.free_bytes, totals.pool_bytes);
  EXPECT_SAME(totals.pool_bytes, 7 * granule);
}

TEST("heap: an aligned block is rounded like any other: it shrinks, and serves its own size") {
  constexpr Config wide{.first_levels = 8, .second_level_bits = 2};
  for (Word granules = 9; granules < 40; ++granules) {
    Fixture<wide> heap(16 * 8, 16);
    heap.array.refuses = true;
    while (reinterpret_cast<Word>(heap.take(1)) % (2 * granule)) {
    }
    void* const hole = heap.take(granules);
    EXPECT(heap.take(1));
    while (heap.take(1)) {
    }
    heap.heap.deallocate(hole);
    void* const aligned = heap.take_aligned(granules - 1, 2 * granule);
    while (heap.take(1)) {
    }
    if (!aligned) continue;
    EXPECT_SAME(heap.heap.reallocate(aligned, usable_bytes((granules - 1) * granule) - 1), aligned);
    heap.heap.deallocate(aligned);
    EXPECT(heap.take(granules - 1));
  }
}

TEST("heap: the last block grows at the first call, also where a cached block lay behind it") {
  Fixture<quick> heap(8, 4);
  void* const block = heap.take(4);
  heap.heap.deallocate(heap.take(2));
  EXPECT_SAME(heap.seen(), "4u 2c 1f|");
  EXPECT_SAME(heap.heap.reallocate(block, usable_bytes(31 * granule)),
              block);  // all of the memory there can be
  EXPECT_SAME(heap.seen(), "31u|");
}

TEST("heap: a block that was handed out whole has all that its usable size says") {
  constexpr Config loose{
      .first_levels = 8, .second_level_bits = 2, .quick_lists = 3, .quick_blocks = 9, .slack_shift = 2};
  Fixture<loose> heap(64, 8);
  heap.array.refuses = true;
  void* const a = heap.take(12);
  void* const b = heap.take(3);
  EXPECT(heap.take(1));
  while (heap.take(1)) {
  }
  heap.heap.deallocate(b);
  heap.heap.deallocate(a);
  EXPECT_SAME(heap.take(12), a);
  const Word usable = heap.heap.usable_size(a);
  EXPECT_SAME(heap.heap.reallocate(a, usable), a);
  EXPECT_SAME(heap.heap.reallocate(a, usable - 1), a);
}

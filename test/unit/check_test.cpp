// The walker itself: every bit of every field of a heap is flipped, and each flip must be reported.
#include "src/check.hpp"

#include <string.h>

#include <map>

#include "src/view.hpp"
#include "test/support/array_source.hpp"
#include "test/support/expect.hpp"

using namespace heaplet;

namespace {

// An odd number of rows: no padding between the bitmaps and the lists, on 64 bits either.
constexpr Config config{.first_levels = 8, .second_level_bits = 2, .quick_lists = 4, .quick_blocks = 3};

/// A heap of two pools with used, free and cached blocks, several in one list.
struct Fixture {
  Fixture() {
    void* blocks[20];
    for (int i = 0; i < 20; ++i) {
      blocks[i] = heap.allocate(usable_bytes(Word(1 + i % 5) * granule));
      EXPECT(blocks[i]);
      memset(blocks[i], 0x55, heap.usable_size(blocks[i]));
      if (i == 9) array.take_foreign();
    }
    for (int i = 0; i < 20; i += 2) heap.deallocate(blocks[i]);
    EXPECT_SOUND(view(heap));
    used = used_blocks();
  }

  std::map<Word, Word> used_blocks() const {
    std::map<Word, Word> found;
    each_block(view(heap), [&](const BlockInfo& block) {
      if (block.use == Use::used) found[block.payload] = block.size;
    });
    return found;
  }

  /// The walker says so, or it meets other used blocks than were handed out.
  bool is_reported() const { return check(view(heap)) || used_blocks() != used; }

  void flip_each_bit(void* field, Word bytes, const char* name) {
    auto* const byte = static_cast<unsigned char*>(field);
    for (Word bit = 0; bit < 8 * bytes; ++bit) {
      byte[bit / 8] ^= static_cast<unsigned char>(1 << bit % 8);
      if (!is_reported())
        expect::fail(__FILE__, __LINE__,
                     std::string(name) + ": a flip of bit " + std::to_string(bit) + " is not reported");
      byte[bit / 8] ^= static_cast<unsigned char>(1 << bit % 8);
      ++flips;
    }
    EXPECT_SOUND(view(heap));
  }

  alignas(64) unsigned char memory[16 * 16 * granule] = {};
  Array array{.start = memory,
              .page = 16 * granule,
              .initial = 16 * granule,
              .end = 16 * granule,
              .limit = sizeof memory};
  Heap<config, ArraySource> heap{ArraySource(array)};
  std::map<Word, Word> used;
  unsigned flips = 0;
};

}  // namespace

TEST("check: every flipped bit of a header, a footer or a link is reported") {
  Fixture heap;
  std::vector<Block*> blocks;
  view(heap.heap).each_pool([&](Word first, Word bytes) {
    for (Word at = first; at - first <= bytes; at += Block::at(at)->size()) {
      blocks.push_back(Block::at(at));
      if (Block::at(at)->is_sentinel()) break;
    }
    return true;
  });
  unsigned of_free = 0, of_cached = 0;
  for (Block* const block : blocks) {
    heap.flip_each_bit(&block->header, sizeof(Word), "header");
    if (block->previous_is_free()) heap.flip_each_bit(&block->before, sizeof(Word), "footer");
    if (block->is_free()) {
      heap.flip_each_bit(&block->next_free, sizeof(Word), "next link");
      heap.flip_each_bit(&block->previous_free, sizeof(Word), "previous link");
      ++of_free;
    }
    bool cached = false;
    each_cached(view(heap.heap), [&](unsigned, Word payload) {
      cached |= payload == reinterpret_cast<Word>(block->payload());
      return true;
    });
    if (cached) {
      heap.flip_each_bit(block->payload(), sizeof(Word), "quick link");
      ++of_cached;
    }
  }
  EXPECT(of_free >= 4 && of_cached == 3);
}

TEST("check: every flipped bit of the bitmaps, the lists' heads and the quick lists is reported") {
  Fixture heap;
  using Lists = FreeLists<config>;
  const auto& lists = heap.heap.tlsf().free_lists();
  static_assert(
      sizeof(Lists) == sizeof(uint32_t) * (1 + Lists::row_count) + sizeof(void*) * Lists::Bins::count,
      "no padding: every bit has a meaning");
  heap.flip_each_bit(const_cast<Lists*>(&lists), sizeof(Lists), "free lists");
  const auto& quick = heap.heap.quick_lists();
  heap.flip_each_bit(const_cast<QuickLists<config>*>(&quick),
                     sizeof(Block*) * QuickLists<config>::lists + sizeof(Word),
                     "quick lists and their count");
  EXPECT(heap.flips > 500);
}

TEST(
    "check: a block that two lists hold, a list that runs in a circle and two free neighbours are reported") {
  Fixture heap;
  Block* some = nullptr;
  each_block(view(heap.heap), [&](const BlockInfo& block) {
    if (!some && block.use == Use::free) some = Block::of_payload(reinterpret_cast<void*>(block.payload));
  });
  EXPECT(some);
  Block* const next = some->next_free;
  some->next_free = some;
  EXPECT(check(view(heap.heap)));
  some->next_free = next;
  EXPECT_SOUND(view(heap.heap));
  some->next()->header &= ~Block::previous_free_flag;
  EXPECT(check(view(heap.heap)));
}

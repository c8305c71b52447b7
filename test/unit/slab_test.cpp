// Slab pages: the map that finds them, their blocks, and how a heap takes and returns them.
#include "src/slabs.hpp"

#include <string.h>

#include <map>
#include <vector>

#include "src/stats.hpp"
#include "src/view.hpp"
#include "test/support/array_source.hpp"
#include "test/support/expect.hpp"
#include "test/support/picture.hpp"

using namespace heaplet;

namespace {

// A page of 16 granules; a leaf is for 8 of them.
constexpr Config tiny{.first_levels = 8,
                      .second_level_bits = 4,
                      .quick_lists = 6,
                      .quick_blocks = 3,
                      .slab_limit = 4 * granule,
                      .slab_unit = granule,
                      .slab_page = 16 * granule,
                      .slab_leaves = 4,
                      .leaf_pages = 8,
                      .slab_batch = 4,
                      .empty_pages = 2};
using TinySlabs = Slabs<tiny>;

/// A Heap over an array of `limit` pages of 64 granules, the first of which is there.
template <Config config = tiny>
struct Fixture {
  explicit Fixture(Word limit = 16) {
    array.initial = array.end = array.page;
    array.limit = limit * array.page;
  }
  std::string seen() const {
    EXPECT_SOUND(view(heap));
    return slab_picture(view(heap));
  }
  void* take(Word bytes) { return heap.allocate(bytes); }
  void* must(Word bytes) {
    void* const block = take(bytes);
    EXPECT(block);
    EXPECT(heap.usable_size(block) >= bytes);
    memset(block, 0x5a, bytes);
    return block;
  }
  /// Fills what Tlsf has, so that no page is to be had.
  void fill() {
    array.refuses = true;
    for (Word size = 64 * granule; size > tiny.slab_limit; size -= granule)
      while (heap.allocate(size)) {
      }
  }
  /// The first small request begins a page, the next one its leaf of the map: all after that have pages.
  void begin_leaf() { EXPECT(!in_slab(must(1))); }
  bool in_slab(const void* block) const { return heap.slabs().kind_of(block) != 0; }

  // It begins where a leaf does.
  alignas(tiny.leaf_pages* tiny.slab_page) unsigned char memory[16 * 64 * granule] = {};
  Array array{.start = memory, .page = 64 * granule};
  Heap<config, ArraySource> heap{ArraySource(array)};
};

}  // namespace

TEST("slabs: every small request has the class of the next multiple") {
  for (Word bytes = 0; bytes <= tiny.slab_limit; ++bytes) {
    const Word kind = TinySlabs::kind_for(bytes);
    EXPECT(TinySlabs::size_of(kind) >= bytes && TinySlabs::size_of(kind) >= granule);
    EXPECT(bytes <= granule || TinySlabs::size_of(kind) - bytes < granule);
    EXPECT(bytes == 0 || QuickLists<tiny>::list_for(bytes) == kind);
  }
  EXPECT(QuickLists<tiny>::list_for(tiny.slab_limit + 1) > TinySlabs::kind_for(tiny.slab_limit));
}

TEST("slabs: the profile's requests have the lists that their blocks come back to") {
  using Lists = QuickLists<profiles::fast>;
  constexpr Word first = Lists::slab_lists * sizeof(Word);
  for (Word bytes = 1; bytes <= usable_bytes(Lists::largest); ++bytes)
    EXPECT_SAME(Lists::list_for(bytes), bytes <= 128 ? (bytes + granule - 1) / granule * sizeof(Word)
                                                     : first + Block::header_of(block_bytes(bytes).value));
}

TEST("slabs: the map knows the pages of its leaves, and nothing beyond them") {
  using Map = SlabMap<tiny>;
  static Map map;
  static SlabLeaf<tiny> leaf;
  constexpr Word page = tiny.slab_page, leaf_bytes = page * tiny.leaf_pages;
  const Word base = 20 * leaf_bytes;
  map.begin(base + 3 * page);
  EXPECT_SAME(map.kind_of(base + 5 * page), 0u);
  map.set_leaf(base + 2 * leaf_bytes, &leaf);
  leaf.kinds[3] = 8;
  for (Word at = base - leaf_bytes; at < base + 6 * leaf_bytes; at += granule) {
    const bool there = at / page == (base + 2 * leaf_bytes) / page + 3;
    EXPECT_SAME(map.kind_of(at), there ? 8u : 0u);
  }
  EXPECT(map.covers(base) && map.covers(base + 4 * leaf_bytes - 1));
  EXPECT(!map.covers(base - 1) && !map.covers(base + 4 * leaf_bytes));
  EXPECT_SAME(map.kind_of(0), 0u);
  EXPECT_SAME(map.kind_of(~Word{0}), 0u);
  EXPECT_SAME(map.start_of(2), base + 2 * leaf_bytes);
}

TEST("slabs: small blocks lie side by side in a page, others have headers") {
  Fixture<> heap;
  heap.begin_leaf();
  auto* const first = static_cast<char*>(heap.must(1));
  EXPECT(heap.in_slab(first));
  EXPECT_SAME(reinterpret_cast<Word>(first) % tiny.slab_page, Word{0});
  EXPECT_SAME(heap.must(granule), static_cast<void*>(first + granule));
  EXPECT_SAME(heap.heap.usable_size(first), granule);
  auto* const wide = static_cast<char*>(heap.must(4 * granule));
  EXPECT(heap.in_slab(wide) && wide != first + 2 * granule);
  EXPECT_SAME(heap.must(3 * granule + 1), static_cast<void*>(wide + 4 * granule));
  EXPECT(!heap.in_slab(heap.must(4 * granule + 1)));
  heap.seen();
}

TEST(
    "slabs: a request prepares a batch of blocks, the next ones in order, and a quarter of one in a new "
    "page") {
  Fixture<> heap;
  heap.begin_leaf();
  auto* const first = static_cast<char*>(heap.must(granule));
  EXPECT(heap.seen().find(" [1: u - - - - - - - - - - - - - -] ") != std::string::npos);
  EXPECT_SAME(heap.must(granule), static_cast<void*>(first + granule));
  EXPECT(heap.seen().find(" [1: u u c c c - - - - - - - - - -] ") != std::string::npos);
  for (Word i = 2; i < 15; ++i) EXPECT_SAME(heap.must(granule), static_cast<void*>(first + i * granule));
  EXPECT(heap.must(granule) != first + 15 * granule);  // behind them are the links and a header
  heap.seen();
}

TEST("slabs: what is freed serves its class, past the bound through its page") {
  Fixture<> heap;
  heap.begin_leaf();
  std::vector<void*> blocks;
  for (int i = 0; i < 13; ++i) blocks.push_back(heap.must(granule));
  for (void* const block : blocks) {
    heap.heap.deallocate(block);
    heap.seen();
  }
  EXPECT_SAME(heap.heap.quick_lists().slab_count(), Word{3});
  std::map<void*, int> again;
  for (int i = 0; i < 13; ++i) ++again[heap.must(granule)];
  for (void* const block : blocks) EXPECT_SAME(again[block], 1);
}

TEST("slabs: an empty page serves another class, and all memory is one block before null") {
  Fixture<> heap(1);
  std::vector<void*> blocks;
  while (void* const block = heap.take(granule)) blocks.push_back(block);
  EXPECT(blocks.size() > 25);
  heap.seen();
  for (void* const block : blocks) heap.heap.deallocate(block);
  heap.seen();
  while (void* const block = heap.take(3 * granule)) heap.heap.usable_size(block), blocks.push_back(block);
  heap.seen();
}

TEST("slabs: with everything freed a block of all memory is to be had") {
  Fixture<> heap(1);
  const Word all = heap.array.page - granule - overhead;
  for (const Word bytes : {granule, 2 * granule, 4 * granule}) {
    std::vector<void*> blocks;
    while (void* const block = heap.take(bytes)) blocks.push_back(block);
    for (void* const block : blocks) heap.heap.deallocate(block);
    EXPECT_SAME(stats(view(heap.heap)).used_blocks, Word{0});
    void* const whole = heap.must(Bins<tiny>::certain(all + overhead) - overhead);
    heap.heap.deallocate(whole);
    heap.seen();
  }
}

TEST("slabs: without room for a page, or for a leaf, small blocks are as any other") {
  Fixture<> heap(1);
  heap.array.initial = 12 * granule;
  EXPECT(!heap.in_slab(heap.must(1)));
  std::vector<void*> blocks;
  while (void* const block = heap.take(1)) blocks.push_back(block);
  EXPECT_SAME(blocks.size(), size_t{4});  // of two granules, as they hold whatever is asked of their class
  for (void* const block : blocks) heap.heap.deallocate(block);
  EXPECT(!heap.take(64 * granule));
  EXPECT_SAME(heap.seen(), "2u 9f|");
}

TEST(
    "slabs: a small heap grows for a page though another block would do, and asks once where that is "
    "refused") {
  static constexpr Config eager = [] {
    Config config = tiny;
    config.slab_growth = 64 * granule;
    return config;
  }();
  // Of each class a block: the memory that is there at first has no room for a page of each.
  void* last = nullptr;
  const auto in_pages = [&](auto& heap) {
    unsigned count = 0;
    heap.must(1);
    for (Word granules = 1; granules <= 4; ++granules)
      count += heap.in_slab(last = heap.must(granules * granule));
    heap.seen();
    return count;
  };
  Fixture<> patient;
  EXPECT(in_pages(patient) < 4);
  EXPECT_SAME(patient.array.growths, Word{0});

  Fixture<eager> heap;
  EXPECT_SAME(in_pages(heap), 4u);
  EXPECT_SAME(heap.array.growths, Word{1});

  Fixture<eager> refused(1);
  EXPECT(in_pages(refused) < 4);
  const Word refusals = refused.array.refusals;
  EXPECT(refusals > 0);
  refused.heap.deallocate(last);
  EXPECT_SAME(refused.must(4 * granule), last);
  EXPECT_SAME(refused.array.refusals, refusals);

  Fixture<eager> large;
  large.must(128 * granule);
  large.fill();
  large.array.refuses = false;
  large.heap.deallocate(large.must(granule));  // which takes a page of memory, as there is none
  const Word growths = large.array.growths;
  in_pages(large);
  EXPECT_SAME(large.array.growths, growths);
}

TEST("slabs: a full heap serves a small request from a block of a larger class") {
  Fixture<> heap(1);
  heap.begin_leaf();
  void* const wide = heap.must(4 * granule);
  EXPECT(heap.in_slab(wide));
  heap.fill();
  while (heap.take(granule)) {
  }
  EXPECT(!heap.take(1) && !heap.take(4 * granule));
  heap.heap.deallocate(wide);
  EXPECT_SAME(stats(view(heap.heap)).largest_request, 4 * granule);
  EXPECT_SAME(heap.must(1), wide);
  EXPECT(!heap.take(1));
  heap.seen();
}

TEST("slabs: realloc keeps a block that has room, and moves it into and out of pages") {
  Fixture<> heap;
  heap.begin_leaf();
  auto* block = static_cast<unsigned char*>(heap.must(granule));
  EXPECT_SAME(heap.heap.reallocate(block, 1), static_cast<void*>(block));
  EXPECT(!heap.heap.resize_in_place(block, granule + 1));
  for (Word i = 0; i < granule; ++i) block[i] = static_cast<unsigned char>(i);
  for (const Word bytes : {2 * granule, 20 * granule, 100 * granule, 4 * granule}) {
    block = static_cast<unsigned char*>(heap.heap.reallocate(block, bytes));
    for (Word i = 0; i < granule; ++i) EXPECT_SAME(unsigned{block[i]}, unsigned(i));
    heap.seen();
  }
  EXPECT(!heap.in_slab(block));  // what shrinks stays
  heap.array.refuses = true;
  heap.begin_leaf();  // the growth has merged all that there was
  void* const small = heap.must(1);
  heap.fill();
  EXPECT(!heap.heap.reallocate(small, 100 * granule));
  EXPECT(heap.in_slab(small));
  heap.seen();
}

namespace {

/// A heap of so many bytes, with classes of 8 bytes and small pages.
template <Word bytes>
struct Eight {
  static constexpr Config config = [] {
    Config config = profiles::fast;
    config.slab_unit = 8;
    config.slab_page = 512;
    config.leaf_pages = 32;
    return config;
  }();
  alignas(4096) static inline unsigned char memory[bytes];
  Array array{.start = memory, .page = 4096, .initial = bytes, .end = bytes, .limit = bytes};
  Heap<config, ArraySource> heap{ArraySource(array)};
};

}  // namespace

TEST("slabs: units of less than a granule keep an alignment that is asked for") {
  Eight<1 << 18> eight;
  auto& heap = eight.heap;
  bool odd = false;
  for (Word bytes = 0; bytes < 200; ++bytes)
    for (Word alignment = 1; alignment <= 64; alignment *= 2) {
      const Word block = reinterpret_cast<Word>(heap.allocate(bytes, alignment));
      EXPECT(block && block % alignment == 0 && block % 8 == 0);
      EXPECT(heap.usable_size(reinterpret_cast<void*>(block)) >= bytes);
      odd |= block % 16 != 0;
    }
  EXPECT(odd);
  EXPECT_SOUND(view(heap));
}

TEST("slabs: a larger class that serves where nothing else does is as aligned as was asked") {
  Eight<1 << 16> eight;
  auto& heap = eight.heap;
  std::vector<void*> blocks;
  while (void* const block = heap.allocate(24)) blocks.push_back(block);
  while (heap.allocate(200) || heap.allocate(130)) {
  }
  for (size_t i = 0; i < blocks.size(); i += 3) heap.deallocate(blocks[i]);
  for (const Word bytes : {16, 8, 20})
    while (const Word block = reinterpret_cast<Word>(heap.allocate(bytes, 16)))
      EXPECT_SAME(block % 16, Word{0});
  EXPECT(!heap.allocate(200));
  EXPECT(heap.allocate(24));  // there were free ones all the time
  EXPECT_SOUND(view(heap));
}

TEST("slabs: a page is begun by one request, its leaf of the map by the next one") {
  Fixture<> heap;
  void* const first = heap.must(1);
  EXPECT(!heap.in_slab(first));
  EXPECT(heap.seen().find("16c") != std::string::npos);
  EXPECT(heap.seen().find("leaf") == std::string::npos);
  EXPECT(heap.in_slab(heap.must(1)));
  EXPECT(heap.seen().find("16c") == std::string::npos);
  EXPECT(heap.seen().find("leaf") != std::string::npos);

  // A page that waits for its leaf is merged as any other, and serves what finds nothing else.
  Fixture<> merged(1);
  merged.heap.deallocate(merged.must(1));
  merged.array.refuses = true;
  merged.heap.trim();
  EXPECT_SAME(merged.seen(), "63f|");
  Fixture<> full(1);
  full.begin_leaf();
  full.fill();
  EXPECT(full.seen().find('c') == std::string::npos);
  EXPECT(!full.take(1));
}

TEST("slabs: a page whose leaf is not to be had serves as any other block") {
  Fixture<> heap(1);
  heap.begin_leaf();
  // Nothing is left of what is free outside of the page: so the next request finds that page, and no leaf for it.
  std::vector<Word> free;
  each_block(view(heap.heap), [&](const BlockInfo& block) {
    if (block.use == Use::free) free.push_back(block.size);
  });
  for (const Word size : free) heap.must(size - overhead);
  EXPECT(heap.seen().find("16c") != std::string::npos);
  EXPECT(!heap.in_slab(heap.must(1)));
  EXPECT_SAME(heap.array.growths, Word{0});
  EXPECT(heap.seen().find("16c") == std::string::npos);
  EXPECT(heap.seen().find("leaf") == std::string::npos);
}

TEST("slabs: a leaf stays with its last page, and leaves when all is merged") {
  Fixture<> heap;
  std::vector<void*> blocks;
  for (int i = 0; i < 300; ++i) blocks.push_back(heap.must(granule));
  unsigned leaves = 0;
  view(heap.heap).each_leaf([&](Word, Word, Word, Word) { return ++leaves; });
  EXPECT(leaves >= 2);
  for (void* const block : blocks) heap.heap.deallocate(block);
  heap.seen();
  heap.array.refuses = true;
  EXPECT(!heap.take(heap.heap.bytes_of(heap.heap.newest_pool())));
  EXPECT_SAME(heap.seen(), std::to_string(heap.heap.bytes_of(heap.heap.newest_pool()) / granule) + "f|");
}

TEST("slabs: a repair makes all blocks used ones, which may be freed") {
  Fixture<> heap;
  std::vector<void*> blocks;
  for (int i = 0; i < 60; ++i) blocks.push_back(heap.must(Word(1 + i % 5) * granule));
  for (int i = 0; i < 60; i += 2) heap.heap.deallocate(blocks[i]);
  heap.seen();
  std::vector<void*> free;
  each_block(view(heap.heap), [&](const BlockInfo& block) {
    if (block.use != Use::used) free.push_back(reinterpret_cast<void*>(block.payload));
  });
  heap.heap.take_all();
  EXPECT_SOUND(view(heap.heap));
  const Stats all = stats(view(heap.heap));
  EXPECT_SAME(all.free_blocks + all.cached_blocks, Word{0});
  for (int i = 1; i < 60; i += 2) heap.heap.deallocate(blocks[i]);
  for (void* const block : free) heap.heap.deallocate(block);
  heap.array.refuses = true;
  EXPECT(!heap.take(heap.heap.bytes_of(heap.heap.newest_pool())));
  EXPECT_SOUND(view(heap.heap));
}

TEST("slabs: every flipped bit of a page's facts, its map and its lists is reported") {
  Fixture<> heap;
  std::vector<void*> blocks;
  for (int i = 0; i < 60; ++i) blocks.push_back(heap.must(Word(1 + i % 3) * granule));
  for (int i = 0; i < 60; i += 4) heap.heap.deallocate(blocks[i]);
  heap.seen();
  const auto live = [&] {
    std::map<Word, Word> found;
    each_block(view(heap.heap), [&](const BlockInfo& block) {
      if (block.use == Use::used) found[block.payload] = block.size;
    });
    return found;
  };
  const auto used = live();
  unsigned flips = 0;
  const auto flip = [&](const void* field, Word bytes, const char* name) {
    auto* const byte = static_cast<unsigned char*>(const_cast<void*>(field));
    for (Word bit = 0; bit < 8 * bytes; ++bit, ++flips) {
      byte[bit / 8] ^= static_cast<unsigned char>(1 << bit % 8);
      if (!check(view(heap.heap)) && live() == used)
        expect::fail(__FILE__, __LINE__, std::string(name) + ", bit " + std::to_string(bit));
      byte[bit / 8] ^= static_cast<unsigned char>(1 << bit % 8);
    }
    EXPECT_SOUND(view(heap.heap));
  };
  const auto& map = heap.heap.slabs().map();
  unsigned listed = 0, waiting = 0, links = 0;
  for (unsigned number = 0; number < tiny.slab_leaves; ++number) {
    SlabLeaf<tiny>* const leaf = map.leaf(number);
    if (!leaf) continue;
    flip(leaf->kinds, sizeof leaf->kinds, "kinds");
    flip(&leaf->live, sizeof leaf->live, "live pages");
    for (unsigned i = 0; i < tiny.leaf_pages; ++i) {
      if (!leaf->kinds[i]) continue;
      SlabPage& facts = leaf->pages[i];
      const Word page = map.start_of(number) + i * tiny.slab_page;
      flip(&facts.used, sizeof facts.used, "used");
      flip(&facts.fresh, sizeof facts.fresh, "fresh");
      if (TinySlabs::has_fresh(facts, leaf->kinds[i]) || facts.used != facts.fresh) {
        flip(reinterpret_cast<void*>(page + TinySlabs::usable), 2 * sizeof(Word), "links");
        ++links;
      }
      if (facts.used == facts.fresh) continue;
      flip(&facts.first, sizeof facts.first, "first");
      flip(reinterpret_cast<void*>(page + facts.first), sizeof(Word), "a page's list");
      ++listed;
    }
  }
  for (unsigned list = 1; list <= TinySlabs::classes; ++list)
    for (Word slot = view(heap.heap).waiting_head(list * sizeof(Word)); slot;
         slot = view(heap.heap).quick_next(slot)) {
      flip(reinterpret_cast<void*>(slot), sizeof(Word), "a waiting block");
      ++waiting;
    }
  flip(&heap.heap.quick_lists(), sizeof heap.heap.quick_lists(), "quick lists");
  EXPECT(listed >= 2 && waiting >= 2 && links >= 2 && flips > 500);
}

namespace {

/// Lists with room for what a page hands out and some more.
constexpr Config roomy = [] {
  Config config = tiny;
  config.quick_blocks = 20;
  return config;
}();

constexpr Config units_of_half = [] {
  Config config = roomy;
  config.slab_unit = granule / 2;
  config.slab_limit = 2 * granule;
  return config;
}();

template <Config config>
void free_sized(Fixture<config>& heap, void* block, Word bytes, Word alignment = 1) {
  heap.heap.deallocate_sized(block, bytes, alignment, [&](void* any) { heap.heap.deallocate(any); });
  heap.seen();
}

}  // namespace

TEST("slabs: a block that is freed by its size serves that size, and comes back to its page") {
  Fixture<roomy> heap;
  heap.begin_leaf();
  void* const same = heap.must(2 * granule);
  free_sized(heap, same, 2 * granule);
  EXPECT_SAME(heap.must(2 * granule), same);
  // One that became smaller waits with the small ones.
  void* const wide = heap.must(4 * granule);
  EXPECT_SAME(heap.heap.reallocate(wide, 1), wide);
  free_sized(heap, wide, 1);
  EXPECT_SAME(heap.must(granule), wide);
  EXPECT_SAME(heap.heap.usable_size(wide), 4 * granule);
  free_sized(heap, wide, granule);
  free_sized(heap, same, 2 * granule);
  heap.array.refuses = true;
  EXPECT(!heap.take(~Word{0} / 2));
  EXPECT_SAME(stats(view(heap.heap)).free_blocks, Word{1});
}

TEST("slabs: a block with a header that is freed by its size serves all requests of its class") {
  Fixture<roomy> heap;
  void* const large = heap.must(20 * granule);
  heap.must(5 * granule);
  for (Word bytes = 1; bytes <= tiny.slab_limit; ++bytes) {
    void* const block = heap.heap.reallocate(large, bytes);
    EXPECT_SAME(block, large);
    EXPECT(!heap.in_slab(block));
    free_sized(heap, block, bytes);
    EXPECT_SAME(heap.must(round_up(bytes, granule)), block);
    EXPECT_SAME(heap.heap.reallocate(block, 20 * granule), block);
  }
  free_sized(heap, large, 20 * granule);
  void* const aligned = heap.heap.allocate(granule, 4 * granule);
  free_sized(heap, aligned, granule, 4 * granule);
  EXPECT_SAME(heap.heap.allocate(granule, 4 * granule), aligned);
}

TEST("slabs: of what is freed by its size, a block that lies elsewhere does not wait for the aligned") {
  Fixture<units_of_half> heap;
  heap.begin_leaf();
  heap.must(granule + 1);
  void* const odd = heap.must(granule + 1);
  EXPECT_SAME(reinterpret_cast<Word>(odd) % granule, granule / 2);
  EXPECT_SAME(heap.heap.reallocate(odd, granule), odd);
  free_sized(heap, odd, granule);
  void* const aligned = heap.heap.allocate(granule, granule);
  EXPECT_SAME(reinterpret_cast<Word>(aligned) % granule, Word{0});
  heap.must(granule + 1);
  free_sized(heap, aligned, granule, granule);
  EXPECT_SAME(heap.must(granule), aligned);
}

TEST("slabs: nothing, and a block of no bytes, may be freed by its size") {
  Fixture<roomy> heap;
  heap.begin_leaf();
  free_sized(heap, nullptr, 0);
  free_sized(heap, nullptr, 100);
  void* const none = heap.must(0);
  free_sized(heap, none, 0);
  EXPECT_SAME(heap.must(0), none);
}

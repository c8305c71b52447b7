// Tlsf over an array: pictures of the heap after each step.
#include <string.h>

#include <vector>

#include "src/view.hpp"
#include "test/support/expect.hpp"
#include "test/support/picture.hpp"

using namespace heaplet;

namespace {

constexpr Config config{.first_levels = 6, .second_level_bits = 5};

/// A Tlsf with one pool of `granules` granules.
struct Fixture {
  explicit Fixture(Word granules) {
    pool.bytes = tlsf.insert_free_block(memory, (granules + 1) * granule);
    EXPECT_SAME(pool.bytes, (granules + 1) * granule);
  }
  std::string seen() const {
    EXPECT_SOUND(view(tlsf, &pool, 1));
    return picture(view(tlsf, &pool, 1));
  }
  void* take(Word granules, Word alignment = granule) {
    return tlsf.allocate(usable_bytes(granules * granule), alignment);
  }

  alignas(1024) unsigned char memory[256 * granule];
  Tlsf<config> tlsf;
  Region pool{memory, 0};
};

}  // namespace

TEST("tlsf: a pool is one free block; allocation splits it, freeing merges it again") {
  Fixture heap(12);
  EXPECT_SAME(heap.seen(), "12f|");
  void* const a = heap.take(2);
  void* const b = heap.take(3);
  void* const c = heap.take(1);
  EXPECT_SAME(heap.seen(), "2u 3u 1u 6f|");
  heap.tlsf.deallocate(b);
  EXPECT_SAME(heap.seen(), "2u 3f 1u 6f|");
  heap.tlsf.deallocate(a);  // merges with the one after it
  EXPECT_SAME(heap.seen(), "5f 1u 6f|");
  heap.tlsf.deallocate(c);  // merges with both
  EXPECT_SAME(heap.seen(), "12f|");
}

TEST("tlsf: the whole pool can be one block, and one granule more cannot be had") {
  Fixture heap(12);
  EXPECT(!heap.take(13));
  void* const all = heap.take(12);
  EXPECT(all);
  EXPECT_SAME(heap.seen(), "12u|");
  EXPECT(!heap.take(1));
  heap.tlsf.deallocate(all);
  EXPECT_SAME(heap.seen(), "12f|");
}

TEST("tlsf: no bytes are a block, and 12 bytes of 16 (24 of 32) are the user's") {
  Fixture heap(8);
  void* const a = heap.tlsf.allocate(0);
  void* const b = heap.tlsf.allocate(0);
  EXPECT(a && b && a != b);
  EXPECT_SAME(heap.tlsf.usable_size(a), granule - sizeof(Word));
  EXPECT_SAME(heap.tlsf.usable_size(nullptr), Word{0});
}

TEST("tlsf: a request that overflows when rounded is refused and changes nothing") {
  Fixture heap(8);
  for (Word less = 0; less < 128; ++less) EXPECT(!heap.tlsf.allocate(~Word{0} - less));
  for (Word alignment = 1; alignment; alignment <<= 1) EXPECT(!heap.tlsf.allocate(~Word{0} - 64, alignment));
  EXPECT(!heap.tlsf.allocate(1, ~(~Word{0} >> 1)));
  EXPECT_SAME(heap.seen(), "8f|");
}

TEST("tlsf: an alignment of 0 or of no power of two is refused") {
  Fixture heap(8);
  for (const Word alignment : {Word{0}, Word{3}, Word{12}, granule + 1, ~Word{0}})
    EXPECT(!heap.take(1, alignment));
  EXPECT_SAME(heap.seen(), "8f|");
}

TEST("tlsf: an aligned block leaves a free block before it, and freeing it needs no alignment") {
  Fixture heap(64);
  void* const a = heap.take(1, 16 * granule);
  EXPECT_SAME(reinterpret_cast<Word>(a) % (16 * granule), Word{0});
  EXPECT_SAME(heap.seen(), "15f 1u 48f|");
  void* const b = heap.take(2, 8 * granule);
  EXPECT_SAME(reinterpret_cast<Word>(b) % (8 * granule), Word{0});
  heap.tlsf.deallocate(a);
  heap.tlsf.deallocate(b);
  EXPECT_SAME(heap.seen(), "64f|");
}

TEST("tlsf: reallocation shrinks and grows in place, and moves with its bytes otherwise") {
  Fixture heap(16);
  auto* const a = static_cast<unsigned char*>(heap.take(4));
  void* const b = heap.take(1);
  for (Word i = 0; i < usable_bytes(4 * granule); ++i) a[i] = static_cast<unsigned char>(i);
  EXPECT_SAME(heap.tlsf.reallocate(a, usable_bytes(2 * granule)), a);
  EXPECT_SAME(heap.seen(), "2u 2f 1u 11f|");
  EXPECT_SAME(heap.tlsf.reallocate(a, usable_bytes(3 * granule)), a);
  EXPECT_SAME(heap.seen(), "3u 1f 1u 11f|");
  EXPECT_SAME(heap.tlsf.reallocate(a, usable_bytes(4 * granule)), a);
  EXPECT_SAME(heap.seen(), "4u 1u 11f|");
  EXPECT(!heap.tlsf.reallocate(a, usable_bytes(12 * granule)));
  EXPECT(!heap.tlsf.reallocate(a, ~Word{0}));
  EXPECT_SAME(heap.seen(), "4u 1u 11f|");
  auto* const moved = static_cast<unsigned char*>(heap.tlsf.reallocate(a, usable_bytes(7 * granule)));
  EXPECT(moved && moved != a);
  EXPECT_SAME(heap.seen(), "4f 1u 7u 4f|");
  for (Word i = 0; i < usable_bytes(2 * granule); ++i)
    EXPECT_SAME(unsigned{moved[i]}, unsigned{static_cast<unsigned char>(i)});
  EXPECT(heap.tlsf.reallocate(nullptr, 1));
  heap.tlsf.deallocate(b);
}

TEST("tlsf: any start and any length make a pool, and no byte outside of it is touched") {
  for (Word offset = 0; offset < 2 * granule; ++offset) {
    for (Word bytes = 0; bytes < 5 * granule; ++bytes) {
      alignas(64) unsigned char memory[8 * granule];
      for (unsigned char& byte : memory) byte = 0xaa;
      Tlsf<config> tlsf;
      Region pool{memory + offset, 0};
      pool.bytes = tlsf.insert_free_block(pool.start, bytes);
      EXPECT(pool.bytes <= bytes);
      EXPECT(pool.bytes != 0 || bytes < 3 * granule);
      if (pool.bytes == 0) continue;
      EXPECT_SOUND(view(tlsf, &pool, 1));
      while (void* const block = tlsf.allocate(1)) *static_cast<char*>(block) = 0;
      EXPECT_SOUND(view(tlsf, &pool, 1));
      for (Word i = 0; i < sizeof memory; ++i)
        if (i < offset || i >= offset + pool.bytes) EXPECT_SAME(unsigned{memory[i]}, 0xaau);
    }
  }
}

TEST("tlsf: a pool is extended in place, used or free at its end") {
  Fixture heap(4);
  EXPECT_SAME(heap.tlsf.append_free_block(heap.memory + heap.pool.bytes, granule - 1), Word{0});
  EXPECT_SAME(heap.tlsf.append_free_block(heap.memory + heap.pool.bytes, 2 * granule + 5), 2 * granule);
  heap.pool.bytes += 2 * granule;
  EXPECT_SAME(heap.seen(), "6f|");
  EXPECT(heap.take(6));
  heap.pool.bytes += heap.tlsf.append_free_block(heap.memory + heap.pool.bytes, 3 * granule);
  EXPECT_SAME(heap.seen(), "6u 3f|");
}

TEST(
    "tlsf: a pool may be larger than the largest list: blocks up to that list's size are always had from "
    "it") {
  constexpr Config tiny{.first_levels = 1, .second_level_bits = 2};  // lists of 1, 2 and 3 granules
  alignas(64) unsigned char memory[17 * granule];
  Tlsf<tiny> tlsf;
  Region pool{memory, tlsf.insert_free_block(memory, 9 * granule)};
  EXPECT_SAME(picture(view(tlsf, &pool, 1)), "8f|");
  pool.bytes += tlsf.append_free_block(memory + 9 * granule, 8 * granule);
  EXPECT_SAME(picture(view(tlsf, &pool, 1)), "16f|");
  void* const larger = tlsf.allocate(usable_bytes(4 * granule));  // the first of the last list has room
  EXPECT(larger);
  tlsf.deallocate(larger);
  EXPECT(!tlsf.allocate(usable_bytes(17 * granule)));
  void* blocks[5];
  for (void*& block : blocks) EXPECT((block = tlsf.allocate(usable_bytes(3 * granule))));
  EXPECT(!tlsf.allocate(usable_bytes(3 * granule)));
  EXPECT_SOUND(view(tlsf, &pool, 1));
  for (void* const block : blocks) tlsf.deallocate(block);
  EXPECT_SOUND(view(tlsf, &pool, 1));
  EXPECT_SAME(picture(view(tlsf, &pool, 1)), "16f|");
}

TEST("tlsf: pools that touch stay apart unless one is appended") {
  Fixture heap(4);
  Region pools[2] = {heap.pool, {heap.memory + heap.pool.bytes, 0}};
  pools[1].bytes = heap.tlsf.insert_free_block(pools[1].start, 5 * granule);
  EXPECT_SOUND(view(heap.tlsf, pools, 2));
  EXPECT_SAME(picture(view(heap.tlsf, pools, 2)), "4f|4f|");
}

namespace {

/// Any requests in any order, the walker after each, and no byte of a block is another's. In the end all is one block again.
template <Config any>
void wander(Word pool_bytes, Word most) {
  alignas(1024) static unsigned char memory[65536];
  Tlsf<any> tlsf;
  Region pool{memory, tlsf.insert_free_block(memory, pool_bytes)};
  const std::string before = picture(view(tlsf, &pool, 1));
  struct Held {
    unsigned char* at;
    Word bytes, alignment;
  };
  std::vector<Held> held;
  uint32_t state = 2463534242;
  const auto below = [&](Word count) {
    state ^= state << 13, state ^= state >> 17, state ^= state << 5;
    return Word(uint64_t{state} * count >> 32);
  };
  Word refused = 0;
  for (unsigned step = 0; step < 4000; ++step) {
    const Word bytes = below(most);
    if (held.empty() || below(5) > 1) {
      const Word alignment = Word{1} << below(10);
      auto* const at = static_cast<unsigned char*>(tlsf.allocate(bytes, alignment));
      refused += !at;
      if (at) {
        EXPECT_SAME(reinterpret_cast<Word>(at) % (alignment < granule ? granule : alignment), Word{0});
        EXPECT(Tlsf<any>::usable_size(at) >= bytes);
        memset(at, int(step), Tlsf<any>::usable_size(at));
        held.push_back({at, Tlsf<any>::usable_size(at), alignment});
      }
    } else {
      const Word which = below(held.size());
      const auto [at, usable, alignment] = held[which];
      for (Word i = 1; i < usable; ++i) EXPECT_SAME(at[i], at[0]);
      if (below(4) == 0) {
        if (auto* const moved = static_cast<unsigned char*>(tlsf.reallocate(at, bytes, alignment))) {
          memset(moved, int(step), Tlsf<any>::usable_size(moved));
          held[which] = {moved, Tlsf<any>::usable_size(moved), alignment};
        }
      } else {
        tlsf.deallocate(at);
        held[which] = held.back();
        held.pop_back();
      }
    }
    EXPECT_SOUND(view(tlsf, &pool, 1));
  }
  EXPECT(refused > 0);  // the heap was full now and then
  for (const Held& each : held) tlsf.deallocate(each.at);
  EXPECT_SAME(picture(view(tlsf, &pool, 1)), before);
}

constexpr Config with(Config config, bool branchless) {
  config.branchless = branchless;
  return config;
}

template <Config config>
void wander_both(Word pool_bytes, Word most) {
  wander<with(config, true)>(pool_bytes, most);
  wander<with(config, false)>(pool_bytes, most);
}

}  // namespace

TEST("tlsf: any requests in any order, with branches and without, whatever the lists") {
  constexpr Config few{.first_levels = 1, .second_level_bits = 2};
  constexpr Config microcontroller{.first_levels = 12, .second_level_bits = 1};
  constexpr Config exact{.first_levels = 8, .second_level_bits = 2, .round_requests = false};
  constexpr Config fine{.first_levels = 12, .second_level_bits = 4};
  wander_both<few>(4096, 3 * granule);
  wander_both<microcontroller>(8192, 600);
  wander_both<exact>(8192, 600);
  wander_both<fine>(16384, 2500);
  wander_both<profiles::small>(8192, 600);
  wander_both<profiles::lean>(65536, 9000);
}

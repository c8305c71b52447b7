// Free pages that are given back: which, when, and what is known of them afterwards.
#include <algorithm>
#include <random>
#include <vector>

#include "src/check.hpp"
#include "src/view.hpp"
#include "test/support/array_source.hpp"
#include "test/support/discarding.hpp"

using namespace heaplet;

namespace {

constexpr Word page = 4096;

constexpr Config discarding(Config config, Word of = page, Word above = 2 * page) {
  config.discard_page = of;
  config.discard_above = above;
  return config;
}

/// A heap over an array of pages, none of which is in use yet.
template <Config config>
struct Fixture {
  explicit Fixture(Word pages) : memory(pages * page + page) {
    array.start = reinterpret_cast<unsigned char*>(round_up(reinterpret_cast<Word>(memory.data()), page));
    array.page = page;
    array.limit = pages * page;
    array.clears = true;
    Discarding::begin(page);
  }
  unsigned char* take(Word bytes) { return static_cast<unsigned char*>(heap.allocate(bytes)); }
  Word given_back() {
    EXPECT_SOUND(view(heap));
    const Word bytes = Discarding::bytes;
    Discarding::bytes = Discarding::calls = 0;
    return bytes;
  }

  std::vector<unsigned char> memory;
  Array array;
  Heap<config, ArraySource> heap{ArraySource(array)};
};

using Small = Fixture<discarding(profiles::small)>;

}  // namespace

TEST("discard: the whole pages of a freed block, and not those of its links and its footer") {
  Small f(64);
  unsigned char* const block = f.take(10 * page);
  unsigned char* const behind = f.take(100);
  memset(block, 1, 10 * page);
  EXPECT_SAME(f.given_back(), Word{0});
  f.heap.deallocate(block);
  EXPECT_SAME(Discarding::calls, Word{1});
  EXPECT_SAME(f.given_back(), 9 * page);
  EXPECT_SAME(block[page], 0);
  (void)behind;
}

TEST("discard: less than is asked for is not given back") {
  Small f(64);
  unsigned char* const block = f.take(2 * page - 100);
  f.take(100);
  f.heap.deallocate(block);
  EXPECT_SAME(f.given_back(), Word{0});
}

TEST("discard: of blocks that join only what was not free, and the pages around it") {
  Small f(128);
  unsigned char* blocks[3];
  for (auto& block : blocks) block = f.take(10 * page);
  f.take(100);
  for (auto* const block : blocks) memset(block, 1, 10 * page);
  f.heap.deallocate(blocks[0]);
  f.heap.deallocate(blocks[2]);
  const Word before = f.given_back();
  EXPECT_SAME(before, 18 * page);
  f.heap.deallocate(blocks[1]);
  EXPECT_SAME(Discarding::calls, Word{1});
  EXPECT_SAME(f.given_back(), 11 * page);  // the pages between, in which they began and ended, once
}

TEST("discard: small free blocks that become a large one are given back whole") {
  Small f(64);
  std::vector<unsigned char*> blocks;
  for (int i = 0; i < 40; ++i) blocks.push_back(f.take(1000));
  f.take(100);
  for (auto* const block : blocks) memset(block, 1, 1000);
  for (std::size_t i = 0; i < blocks.size(); i += 2) f.heap.deallocate(blocks[i]);
  EXPECT_SAME(f.given_back(), Word{0});
  for (std::size_t i = 1; i < blocks.size(); i += 2) f.heap.deallocate(blocks[i]);
  EXPECT(f.given_back() >= 8 * page);
  for (Word i = page; i < 8 * page; ++i) EXPECT_SAME(blocks[0][i], 0);
}

TEST("discard: what a resize leaves over") {
  Small f(64);
  unsigned char* const block = f.take(20 * page);
  f.take(100);
  memset(block, 1, 20 * page);
  EXPECT(f.heap.resize_in_place(block, 5 * page));
  EXPECT_SAME(f.given_back(), 14 * page);
  EXPECT(f.heap.resize_in_place(block, 12 * page));  // into what is 0 already
  EXPECT_SAME(f.given_back(), Word{0});
  EXPECT_SAME(block[6 * page], 0);
}

TEST("discard: a block that is cleared is written around its pages, in a list and at the end") {
  for (const bool at_end : {false, true}) {
    Small f(64);
    unsigned char* const block = f.take(20 * page);
    unsigned char* const last = at_end ? nullptr : f.take(100);
    unsigned char* const far = at_end ? f.take(10 * page) : nullptr;  // so the end is not full
    if (far) f.heap.deallocate(far);
    memset(block, 1, 20 * page);
    f.heap.deallocate(block);
    f.given_back();
    EXPECT(f.take(20 * page) == block);
    block[10 * page] = 7;  // nobody looks there
    f.heap.clear(block, 20 * page);
    EXPECT_SAME(block[10 * page], 7);
    block[10 * page] = 0;
    EXPECT(std::all_of(block, block + 20 * page, [](unsigned char byte) { return byte == 0; }));
    (void)last;
  }
}

TEST("discard: one call reports at most three stretches, whatever the heap looks like") {
  Fixture<discarding(profiles::lean)> f(512);
  std::mt19937 random(1);
  std::vector<void*> blocks;
  Word most = 0;
  for (int step = 0; step < 4000; ++step) {
    Discarding::calls = 0;
    if (blocks.size() < 40 || random() % 2) {
      if (void* const block = f.heap.allocate(1100 + random() % (6 * page), granule << random() % 8))
        blocks.push_back(block);
    } else {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      f.heap.deallocate(blocks.back());
      blocks.pop_back();
    }
    most = std::max(most, Discarding::calls);
  }
  EXPECT(most >= 1 && most <= 3);
  EXPECT_SOUND(view(f.heap));
}

/// What is still held of 5 times 64 MB, in blocks of up to `largest` bytes that are freed in any order.
template <Config config>
Word held_after_churn(Word least, Word largest) {
  constexpr Word wasm_page = 65536, bytes = 64'000'000;
  Fixture<discarding(config, wasm_page, 2 * wasm_page)> f(20'000);
  Discarding::begin(wasm_page);
  std::mt19937 random(1);
  Word held = 0;
  for (int round = 0; round < 5; ++round) {
    std::vector<unsigned char*> blocks;
    for (Word all = 0; all < bytes;) {
      const Word size = least + random() % (largest - least + 1);
      unsigned char* const block = f.take(size);
      EXPECT(block);
      // Written where it begins and ends; what lies between only counts as written.
      block[0] = block[size - 1] = 1;
      Discarding::written(block - granule, size + 2 * granule);
      blocks.push_back(block);
      all += size;
    }
    EXPECT(Discarding::held_bytes() >= bytes);
    std::shuffle(blocks.begin(), blocks.end(), random);
    for (auto* const block : blocks) f.heap.deallocate(block);
    f.heap.trim();
    held = std::max(held, Discarding::held_bytes());
  }
  const Fault fault = check(view(f.heap));
  EXPECT(!fault);
  return held;
}

TEST("discard: 5 times 64 MB leave at most 5 MB, of blocks of any size, in every profile") {
  EXPECT(held_after_churn<profiles::small>(64'000'000, 64'000'000) <= 5'000'000);
  EXPECT(held_after_churn<profiles::fast>(64'000'000, 64'000'000) <= 5'000'000);
  EXPECT(held_after_churn<profiles::small>(20'000, 200'000) <= 5'000'000);
  EXPECT(held_after_churn<profiles::lean>(20'000, 200'000) <= 5'000'000);
  EXPECT(held_after_churn<profiles::fast>(10'000, 100'000) <= 5'000'000);
  EXPECT(held_after_churn<profiles::hardened>(20'000, 200'000) <= 5'000'000);
  EXPECT(held_after_churn<profiles::realtime>(20'000, 200'000) <= 5'000'000);
  EXPECT(held_after_churn<profiles::fast>(500, 3'000) <= 5'000'000);
}

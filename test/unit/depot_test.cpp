// The depot: chains come and go whole, one block leaves a chain, all are merged.
#include "src/depot.hpp"

#include <vector>

#include "test/support/expect.hpp"

using namespace heaplet;

namespace {

constexpr Config config = [] {
  Config chosen = profiles::threaded(profiles::fast);
  chosen.quick_blocks = 10;
  return chosen;
}();
using Depot = QuickLists<config>;

/// Blocks of one granule, used ones.
struct Blocks {
  alignas(64) unsigned char memory[20 * granule] = {};
  Chain chain(unsigned from, unsigned count, Word size = granule) {
    Waiting* first = nullptr;
    for (unsigned i = from + count; i-- > from;) {
      Block* const block = Block::at(reinterpret_cast<Word>(memory) + i * granule);
      block->header = Block::header_of(size);
      Waiting* const waiting = static_cast<Waiting*>(block->payload());
      waiting->next = first;
      first = waiting;
    }
    return {first, count};
  }
};

constexpr Word list = Block::header_of(granule);

}  // namespace

TEST("depot: the chain that came last goes first, with all its blocks") {
  Blocks blocks;
  Depot depot;
  const Chain a = blocks.chain(0, 3), b = blocks.chain(3, 2);
  EXPECT(!depot.take(list).first);
  depot.give(list, a);
  depot.give(list, b);
  EXPECT_SAME(depot.count(), Word{5});
  const Chain taken = depot.take(list);
  EXPECT_SAME(taken.first, b.first);
  EXPECT_SAME(taken.blocks, Word{2});
  EXPECT_SAME(depot.take(list).first, a.first);
  EXPECT_SAME(depot.count(), Word{0});
  EXPECT(!depot.take(list).first);
}

TEST("depot: single blocks leave a chain from its front, and the rest stays one") {
  Blocks blocks;
  Depot depot;
  const Chain a = blocks.chain(0, 2), b = blocks.chain(2, 3);
  depot.give(list, a);
  depot.give(list, b);
  Waiting* expected = b.first;
  EXPECT_SAME(depot.pop(list, false), static_cast<void*>(expected));
  const Chain rest = depot.take(list);
  EXPECT_SAME(rest.blocks, Word{2});
  depot.give(list, rest);
  for (unsigned i = 0; i < 4; ++i) EXPECT(depot.pop(list, false));
  EXPECT(!depot.pop(list, false));
  EXPECT_SAME(depot.count(), Word{0});
}

TEST("depot: a block that lies wrong for an alignment stays") {
  Blocks blocks;
  Depot depot;
  const Chain a = blocks.chain(0, 4);  // payloads one granule behind a multiple of 64
  depot.give(list, a);
  const Word at = reinterpret_cast<Word>(a.first);
  const Word alignment = at & ~(at - 1);
  EXPECT(!depot.pop_size(granule, 2 * alignment));
  EXPECT_SAME(depot.count(), Word{4});
  EXPECT_SAME(depot.pop_size(granule, alignment), static_cast<void*>(a.first));
}

TEST("depot: it knows when it is full") {
  Blocks blocks;
  Depot depot;
  depot.give(list, blocks.chain(0, 9));
  EXPECT(depot.has_room_for(list, false));
  depot.push(blocks.chain(9, 1).first, list, false);
  EXPECT(!depot.has_room_for(list, false));
}

TEST("depot: it makes room for what comes by a few whole chains, of one size after the other") {
  Blocks blocks;
  Depot depot;
  depot.give(list, blocks.chain(0, 3));
  depot.give(list, blocks.chain(3, 3));
  depot.give(2 * list, blocks.chain(6, 3, 2 * granule));
  std::vector<Word> sizes;
  const auto note = [&](void* block) { sizes.push_back(Block::of_payload(block)->size()); };
  depot.make_room_for(1, note);
  EXPECT(sizes.empty());
  depot.make_room_for(3, note);
  EXPECT_SAME(sizes.size(), size_t{3});
  EXPECT_SAME(sizes[0], 2 * granule);
  depot.make_room_for(4, note);
  EXPECT_SAME(sizes.size(), size_t{3});
  depot.make_room_for(5, note);
  EXPECT_SAME(sizes.size(), size_t{6});
  EXPECT_SAME(sizes[5], granule);
  EXPECT_SAME(depot.count(), Word{3});
}

TEST("depot: a single block is a chain of its own, whatever its user has left in it") {
  Blocks blocks;
  Depot depot;
  const Chain a = blocks.chain(0, 2);  // the first leads to the second
  depot.push(a.first, list, false);
  const Chain taken = depot.take(list);
  EXPECT_SAME(taken.blocks, Word{1});
  EXPECT(!taken.first->next);
}

TEST("depot: merged, each block is given back once, and none stays") {
  Blocks blocks;
  Depot depot;
  depot.give(list, blocks.chain(0, 3));
  depot.give(list, blocks.chain(3, 1));
  depot.give(2 * list, blocks.chain(4, 2, 2 * granule));
  std::vector<Word> sizes;
  depot.make_room_for(10, [&](void* block) {
    // What is done with a block may write into it.
    sizes.push_back(Block::of_payload(block)->size());
    static_cast<Waiting*>(block)->next = nullptr;
  });
  EXPECT_SAME(sizes.size(), size_t{6});
  EXPECT_SAME(sizes[0], 2 * granule);
  EXPECT_SAME(sizes[2], granule);
  EXPECT_SAME(depot.count(), Word{0});
  for (unsigned i = 0; i < Depot::lists; ++i) EXPECT(!depot.head(i));
}

TEST("depots: a chain goes back to the depot that it came from first; what one has not, another one gives") {
  constexpr Config several = [] {
    Config chosen = config;
    chosen.thread_depots = 2;
    return chosen;
  }();
  using Depots = QuickLists<several>;
  Blocks blocks;
  Depots depots;
  const Chain a = blocks.chain(0, 3), b = blocks.chain(3, 2), c = blocks.chain(5, 1);
  depots.give(list, a, 0);
  depots.give(list, b, 1);
  depots.give(list, c, 1);
  EXPECT_SAME(depots.count(), Word{6});
  EXPECT_SAME(depots.take(list, 0).first, a.first);
  EXPECT_SAME(depots.take(list, 0).first, c.first);
  EXPECT_SAME(depots.take(list, 1).first, b.first);
  EXPECT(!depots.take(list, 1).first);
  EXPECT_SAME(depots.count(), Word{0});
  // All are merged, whichever depot has them.
  depots.give(list, a, 0);
  depots.give(list, b, 1);
  unsigned merged = 0;
  depots.make_room_for(several.quick_blocks, [&](void*) { ++merged; });
  EXPECT_SAME(merged, 5u);
  EXPECT_SAME(depots.count(), Word{0});
}

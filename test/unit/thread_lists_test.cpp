// The lists of one thread.
#include "src/thread_lists.hpp"

#include "test/support/expect.hpp"

using namespace heaplet;

namespace {

constexpr Config config = [] {
  Config chosen = profiles::threaded(profiles::fast);
  chosen.thread_granules = 128;
  chosen.thread_blocks = 8;
  chosen.batch_granules = 32;
  return chosen;
}();
using Lists = ThreadLists<config>;

struct Blocks {
  alignas(64) unsigned char memory[200 * granule] = {};
  unsigned used = 0;
  /// A used block of so many granules.
  void* block(Word granules, Word flags = 0) {
    Block* const made = Block::at(reinterpret_cast<Word>(memory) + used * granule);
    used += unsigned(granules);
    made->header = Block::header_of(granules * granule) | flags;
    return made->payload();
  }
};

constexpr Word bytes(Word granules) { return usable_bytes(granules * granule); }

}  // namespace

TEST("thread lists: a thread that has told nobody of its end keeps nothing, and so does one that has ended") {
  Blocks blocks;
  Lists lists;
  void* const block = blocks.block(1);
  EXPECT(!lists.push(block));
  EXPECT(!lists.pop(bytes(1)));
  lists.open();
  EXPECT(lists.push(block));
  EXPECT_SAME(lists.pop(bytes(1)), block);
  lists.close();
  EXPECT(!lists.push(block));
  EXPECT(lists.is_closed());
}

TEST("thread lists: what was freed last comes first, by its size") {
  Blocks blocks;
  Lists lists;
  lists.open();
  void *const a = blocks.block(1), *const b = blocks.block(1), *const c = blocks.block(2);
  EXPECT(lists.push(a) && lists.push(b) && lists.push(c));
  EXPECT_SAME(lists.pop(0), b);
  EXPECT_SAME(lists.pop(bytes(1)), a);
  EXPECT(!lists.pop(1));
  EXPECT_SAME(lists.pop(bytes(1) + 1), c);
}

TEST("thread lists: a block is kept whatever its header says of the one before; a large one never") {
  Blocks blocks;
  Lists lists;
  lists.open();
  void* const block = blocks.block(3, Block::previous_free_flag);
  EXPECT(lists.push(block));
  EXPECT_SAME(lists.pop(bytes(3)), block);
  EXPECT_SAME(Block::of_payload(block)->header, Block::header_of(3 * granule) | Block::previous_free_flag);
  EXPECT(lists.push(blocks.block(64)));
  EXPECT(!lists.push(blocks.block(65)));
  EXPECT(!lists.push(blocks.block(65, Block::previous_free_flag)));
}

TEST("thread lists: a list is bounded by blocks, and by bytes") {
  Blocks blocks;
  Lists lists;
  lists.open();
  for (unsigned i = 0; i < 8; ++i) EXPECT(lists.push(blocks.block(1)));
  EXPECT(!lists.push(blocks.block(1)));
  for (unsigned i = 0; i < 2; ++i) EXPECT(lists.push(blocks.block(50)));
  EXPECT(!lists.push(blocks.block(50)));
  EXPECT_SAME(lists.held(Lists::distance_of(granule)).blocks, Word{8});
  EXPECT_SAME(lists.held(Lists::distance_of(50 * granule)).blocks, Word{2});
}

TEST("thread lists: a full list is split; the newer half stays") {
  Blocks blocks;
  Lists lists;
  lists.open();
  void* all[8];
  for (auto& block : all) EXPECT(lists.push(block = blocks.block(2)));
  const Word distance = Lists::distance_of(2 * granule);
  const Chain rest = lists.split(distance);
  EXPECT_SAME(rest.blocks, Word{4});
  Waiting* at = rest.first;
  for (unsigned i = 4; i-- > 0; at = at->next) EXPECT_SAME(static_cast<void*>(at), all[i]);
  EXPECT(!at);
  for (unsigned i = 8; i-- > 4;) EXPECT_SAME(lists.pop(bytes(2)), all[i]);
  EXPECT(!lists.pop(bytes(2)));
  lists.fill(distance, rest);
  EXPECT_SAME(lists.held(distance).blocks, Word{4});
  EXPECT_SAME(lists.pop(bytes(2)), all[3]);
}

TEST("thread lists: all are given away, and room is what it was") {
  Blocks blocks;
  Lists lists;
  lists.open();
  for (unsigned i = 0; i < 5; ++i) EXPECT(lists.push(blocks.block(1)));
  EXPECT(lists.push(blocks.block(64)));
  Word given = 0, chains = 0;
  lists.drain([&](Word distance, Chain chain) {
    given += chain.blocks * Lists::size_of(distance);
    ++chains;
  });
  EXPECT_SAME(given, 69 * granule);
  EXPECT_SAME(chains, Word{2});
  lists.drain([](Word, Chain) { EXPECT(false); });
  for (unsigned i = 0; i < 8; ++i) EXPECT(lists.push(blocks.block(1)));
}

TEST("thread lists: batches double, up to what a list holds and a batch may be") {
  Lists lists;
  EXPECT_SAME(lists.batch(granule), Word{1});
  EXPECT_SAME(lists.batch(granule), Word{2});
  EXPECT_SAME(lists.batch(16 * granule), Word{2});
  EXPECT_SAME(lists.batch(granule), Word{4});
  for (unsigned i = 0; i < 300; ++i) EXPECT(lists.batch(granule) <= 8);
  EXPECT_SAME(lists.batch(granule), Word{8});
  EXPECT_SAME(lists.batch(32 * granule), Word{1});
  EXPECT_SAME(lists.batch(64 * granule), Word{0});
}

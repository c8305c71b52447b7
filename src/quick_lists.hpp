// Exact-size lists in front of the free lists: the blocks that were freed last, ready to be used again as they are.
#pragma once

#include "block.hpp"

namespace heaplet {

//   heads[size / granule] -> Block -> Block -> null      last in, first out
//
// A cached block is still used as far as its neighbours know: nothing merges with it. At most
// `Config::quick_blocks` blocks are cached, so giving all of them back is bounded too.
template <Config config>
class QuickLists {
 public:
  /// Keeps a freed block, if it is of a size that is kept and there is room. O(1).
  bool push(Block* block) {
    const Word list = block->size() / granule;
    if (list >= config.quick_lists || count_ == config.quick_blocks) return false;
    block->header |= Block::cached_flag;
    block->next_free = heads_[list];
    heads_[list] = block;
    ++count_;
    return true;
  }

  /// A block of exactly `size` bytes, or null. O(1).
  Block* pop(Word size) {
    const Word list = size / granule;
    if (list >= config.quick_lists) return nullptr;
    Block* const block = heads_[list];
    if (!block) return nullptr;
    heads_[list] = block->next_free;
    block->header &= ~Block::cached_flag;
    --count_;
    return block;
  }

  /// Hands every block to `give_back`, which merges it with its neighbours. At most `Config::quick_blocks` steps.
  template <class GiveBack>
  bool drain(GiveBack give_back) {
    if (count_ == 0) return false;
    for (Word list = 1; list < config.quick_lists; ++list)
      while (Block* const block = pop(list * granule)) give_back(block);
    return true;
  }

  /// For the walker.
  const Block* head(unsigned list) const { return heads_[list]; }
  unsigned count() const { return count_; }

 private:
  Block* heads_[config.quick_lists] = {};
  unsigned count_ = 0;
};

/// A heap without them.
template <Config config>
  requires(config.quick_lists == 0)
class QuickLists<config> {
 public:
  bool push(Block*) { return false; }
  Block* pop(Word) { return nullptr; }
  template <class GiveBack>
  bool drain(GiveBack) {
    return false;
  }
  const Block* head(unsigned) const { return nullptr; }
  unsigned count() const { return 0; }
};

}  // namespace heaplet

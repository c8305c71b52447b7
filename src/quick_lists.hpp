// Exact-size lists in front of the free lists: the blocks that were freed last, ready to be used again as they are.
#pragma once

#include "block.hpp"

namespace heaplet {

//   heads[size / granule] -> payload -> payload -> null      last in, first out, linked by their first words
//
// A cached block is still used as far as its header and its neighbours know: nothing merges with it, and taking it
// out touches nothing but the list. At most `Config::quick_blocks` blocks are cached, so giving all of them back is
// bounded too.
template <Config config>
class QuickLists {
 public:
  /// The largest block that is cached, in bytes.
  static constexpr Word largest = (config.quick_lists - 1) * granule;

  /// Keeps a freed block, if it is of a size that is kept and there is room. O(1).
  bool push(Block* block) {
    const Word list = block->header / granule;
    if (list >= config.quick_lists || count_ == config.quick_blocks) return false;
    Cached* const cached = static_cast<Cached*>(block->payload());
    cached->next = heads_[list];
    heads_[list] = cached;
    ++count_;
    return true;
  }

  /// The payload of a block of exactly `size` bytes, at most `largest`; or null. O(1).
  void* pop(Word size) {
    Cached* const cached = heads_[size / granule];
    if (cached) {
      heads_[size / granule] = cached->next;
      --count_;
    }
    return cached;
  }

  /// Hands at most `blocks` cached blocks to `give_back`, which merges them with their neighbours. The largest
  /// first: they make the most room.
  template <class GiveBack>
  void sweep(Word blocks, GiveBack give_back) {
    for (Word size = largest; count_ && blocks;) {
      if (void* const payload = pop(size)) {
        give_back(Block::of_payload(payload));
        --blocks;
      } else {
        size -= granule;
      }
    }
  }

  /// For the walker.
  const void* head(unsigned list) const { return heads_[list]; }
  static const void* next(const void* payload) { return static_cast<const Cached*>(payload)->next; }
  unsigned count() const { return count_; }

 private:
  struct Cached {
    Cached* next;
  };

  Cached* heads_[config.quick_lists] = {};
  unsigned count_ = 0;
};

/// A heap without them.
template <Config config>
  requires(config.quick_lists == 0)
class QuickLists<config> {
 public:
  bool push(Block*) { return false; }
  template <class GiveBack>
  void sweep(Word, GiveBack) {}
  const void* head(unsigned) const { return nullptr; }
  static const void* next(const void*) { return nullptr; }
  unsigned count() const { return 0; }
};

}  // namespace heaplet

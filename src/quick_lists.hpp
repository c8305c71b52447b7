// Exact-size lists in front of the free lists: the blocks that were freed last, ready to be used again as they are.
#pragma once

#include "block.hpp"

namespace heaplet {

//   heads_[size / granule] -> payload -> payload -> null      last in, first out, linked by their first words
//   heads_[pending]        -> payload -> payload -> null      of any size: to be merged soon
//
// A cached block is still used as far as its header and its neighbours know: nothing merges with it, and taking it
// out touches nothing but the list. Its header is the distance of its list's head in bytes (see block.hpp). What is
// larger than the last list's blocks, or has a free block before it with which it should join, has a greater header,
// and is pending. So to free a block is to push it, whatever its size.
template <Config config>
class QuickLists {
 public:
  /// The largest block that is cached, in bytes.
  static constexpr Word largest = (config.quick_lists - 1) * granule;

  /// Keeps a freed block. O(1).
  void push(void* payload) {
    const Word header = Block::of_payload(payload)->header;
    Cached*& head = head_of(header < pending ? header : pending);
    Cached* const cached = static_cast<Cached*>(payload);
    cached->next = head;
    head = cached;
    ++count_;
  }

  /// No block may be pushed.
  bool full() const { return count_ == config.quick_blocks; }

  /// The payload of a block of exactly `size` bytes, if one is cached; or null. O(1).
  /// No size above `largest` is; and none of 0: that list is always empty.
  void* pop(Word size) { return pop_of(Block::header_of(size)); }

  /// Some block is pending.
  bool has_pending() const { return heads_[config.quick_lists]; }

  /// Hands at most `blocks` blocks to `give_back`, which merges them with their neighbours: the pending ones and then, if
  /// `all`, the largest first.
  template <class GiveBack>
  void merge(Word blocks, bool all, GiveBack give_back) {
    for (Word list = pending; list && blocks;) {
      if (void* const payload = pop_of(list)) {
        give_back(Block::of_payload(payload));
        --blocks;
      } else {
        list = all ? list - sizeof(Word) : 0;
      }
    }
  }

  /// For the walker: the lists by size, and the pending blocks behind them.
  static constexpr unsigned lists = config.quick_lists + 1;
  const void* head(unsigned list) const { return heads_[list]; }
  static const void* next(const void* payload) { return static_cast<const Cached*>(payload)->next; }
  Word count() const { return count_; }

 private:
  struct Cached {
    Cached* next;
  };

  /// The distance of the list of pending blocks.
  static constexpr Word pending = config.quick_lists * sizeof(Word);
  static_assert(Block::header_of(largest) + sizeof(Word) == pending, "each size has a list");

  Cached*& head_of(Word distance) {
    return *reinterpret_cast<Cached**>(reinterpret_cast<char*>(heads_) + distance);
  }

  void* pop_of(Word distance) {
    Cached*& head = head_of(distance);
    Cached* const cached = head;
    if (cached) {
      head = cached->next;
      --count_;
    }
    return cached;
  }

  Cached* heads_[lists] = {};
  Word count_ = 0;  ///< of all blocks in the lists
};

/// A heap without them.
template <Config config>
  requires(config.quick_lists == 0)
class QuickLists<config> {
 public:
  static constexpr unsigned lists = 0;
  const void* head(unsigned) const { return nullptr; }
  static const void* next(const void*) { return nullptr; }
  Word count() const { return 0; }
};

}  // namespace heaplet

// Exact-size lists in front of the free lists: the blocks that were freed last, ready to be used again as they are.
#pragma once

#include "block.hpp"

namespace heaplet {

//   heads_[size / granule] -> payload -> payload -> null      last in, first out, linked by their first words
//
// A cached block is still used as far as its header and its neighbours know: nothing merges with it, and taking it
// out touches nothing but the list. Its header is the distance of its list's head in bytes (see block.hpp). What is
// larger than the last list's blocks, or has a free block before it with which it should join, has a greater header:
// so one comparison tells what may be cached.
template <Config config>
class QuickLists {
 public:
  /// The largest block that is cached, in bytes.
  static constexpr Word largest = (config.quick_lists - 1) * granule;

  /// A block that is freed may be pushed: it is of a cached size, has no free block before it, and there is room.
  [[gnu::always_inline]] bool has_room_for(const Block* block) const {
    return (block->header < sizeof heads_) & (count_ < config.quick_blocks);
  }

  /// Keeps a freed block. O(1).
  [[gnu::always_inline]] void push(Block* block) {
    Cached*& head = head_of(block->header);
    Cached* const cached = static_cast<Cached*>(block->payload());
    cached->next = head;
    head = cached;
    ++count_;
  }

  /// The payload of a block of exactly `size` bytes, at most `largest`, at a multiple of `alignment`, if the one of that
  /// size that was freed last is there; or null. O(1).
  [[gnu::always_inline]] void* pop(Word size, Word alignment = granule) {
    Cached*& head = head_of(Block::header_of(size));
    Cached* const cached = head;
    if (!cached || !is_multiple(cached, alignment)) return nullptr;
    head = cached->next;
    --count_;
    return cached;
  }

  /// Hands all blocks to `give_back`, which merges them with their neighbours: the largest first.
  template <class GiveBack>
  void merge(GiveBack give_back) {
    for (Word list = sizeof heads_; list -= sizeof(Word);) {
      Cached* cached = head_of(list);
      head_of(list) = nullptr;
      while (cached) {
        Block* const block = Block::of_payload(cached);
        cached = cached->next;
        give_back(block);
      }
    }
    count_ = 0;
  }

  /// For the walker: the lists by size.
  static constexpr unsigned lists = config.quick_lists;
  const void* head(unsigned list) const { return heads_[list]; }
  static const void* next(const void* payload) { return static_cast<const Cached*>(payload)->next; }
  Word count() const { return count_; }

 private:
  struct Cached {
    Cached* next;
  };

  static bool is_multiple(const void* payload, Word alignment) {
    return alignment == granule || (reinterpret_cast<Word>(payload) & (alignment - 1)) == 0;
  }

  Cached*& head_of(Word distance) {
    return *reinterpret_cast<Cached**>(reinterpret_cast<char*>(heads_) + distance);
  }

  Cached* heads_[lists] = {};
  static_assert(Block::header_of(largest) + sizeof(Word) == sizeof heads_, "each size has a list");
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

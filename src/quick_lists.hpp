// Exact-size lists in front of the free lists: the blocks that were freed last, ready to be used again as they are.
#pragma once

#include "ranges.hpp"

namespace heaplet {

//   heads_[size / granule] -> payload -> payload -> null      last in, first out, linked by their first words
//
// A cached block is still used as far as its header and its neighbours know: nothing merges with it, and taking it
// out touches nothing but the list. Its header is the distance of its list's head in bytes (see block.hpp). What is
// larger than the last list's blocks, or has a free block before it with which it should join, has a greater header:
// so one comparison tells what may be cached.
//
// Blocks of slab pages (slabs.hpp) have lists before those, one for each class, so that where a block goes, or where one
// is looked for, is but a distance:
//
//   heads_ | - | a list a class of slabs ... | - | a list a size of blocks ... | - - | a list a range of larger ones ... |
//
// Those of ranges are RangeLists' (range_lists.hpp): they stand here because all that waits is merged together.

/// A cached block, as its list sees it.
struct Waiting {
  Waiting* next;
};

template <Config config>
class QuickLists {
 public:
  /// The largest block that is cached, in bytes.
  static constexpr Word largest = (config.quick_lists - 1) * granule;

  /// The list of a used block with a header, as the distance of its head.
  static Word list_of(const Block* block) { return block->header + first; }

  /// The list for a request of `bytes`, for which there is one. That of no bytes, of a slab, is always empty.
  static constexpr Word list_for(Word bytes) {
    if constexpr (config.slab_limit == 0) return Block::header_of(block_bytes(bytes).value);
    const bool slab = bytes <= config.slab_limit;
    if constexpr (config.slab_unit == granule) {
      constexpr Word up = granule - 1;
      return (bytes + (slab ? up : up + overhead + (first << Block::size_shift))) / granule * sizeof(Word);
    }
    return slab ? (bytes + config.slab_unit - 1) / config.slab_unit * sizeof(Word)
                : first + Block::header_of(block_bytes(bytes).value);
  }

  /// A block that is freed may be pushed on the list of that distance: there is one, and there is room.
  [[gnu::always_inline]] bool has_room_for(Word list, bool slab) const {
    return (list < end) & (count_[slab] < config.quick_blocks);
  }

  /// Keeps a freed block. O(1).
  [[gnu::always_inline]] void push(void* payload, Word list, bool slab) {
    Waiting*& head = head_of(list);
    Waiting* const waiting = static_cast<Waiting*>(payload);
    waiting->next = head;
    head = waiting;
    ++count_[slab];
  }

  /// The payload that was pushed last on a list, if it is at a multiple of `alignment`; or null. O(1).
  [[gnu::always_inline]] void* pop(Word list, bool slab, Word alignment = granule) {
    Waiting*& head = head_of(list);
    Waiting* const waiting = head;
    if (!waiting || !is_multiple(waiting, alignment)) return nullptr;
    head = waiting->next;
    --count_[slab];
    return waiting;
  }

  /// The same for a block of exactly `size` bytes, at most `largest`.
  [[gnu::always_inline]] void* pop_size(Word size, Word alignment = granule) {
    return pop(list_for_size(size), false, alignment);
  }

  /// The same where it need not be quick.
  [[gnu::noinline]] void* pop_rarely(Word list, bool slab) { return pop(list, slab); }

  /// The list of blocks with a header of `size` bytes, at most `largest`.
  static constexpr Word list_for_size(Word size) { return Block::header_of(size) + first; }

  /// A block that is a granule or two larger than `size`, at most `largest`; or null. O(1).
  [[gnu::always_inline]] void* pop_larger(Word size) {
    const Word list = list_for_size(size);
    void* const found = pop_rarely(list + sizeof(Word), false);
    return found ? found : pop_rarely(list + 2 * sizeof(Word), false);
  }

  /// Takes blocks out of a list, at most `most` and as they follow each other there; returns how many. O(most).
  Word take(Word list, bool slab, Word most, Waiting*& first) {
    first = head_of(list);
    Waiting* last = nullptr;
    Word taken = 0;
    for (Waiting* next = first; next && taken < most; next = next->next, ++taken) last = next;
    if (!last) return 0;
    head_of(list) = last->next;
    last->next = nullptr;
    count_[slab] -= taken;
    return taken;
  }

  /// An empty list of a class of slabs gets `count` blocks.
  void refill(Word list, Waiting* blocks, Word count) {
    head_of(list) = blocks;
    count_[slabs] += count;
  }

  /// Hands all blocks to `give_back`, with the distances of their lists; those of ranges too if any wait: the largest first.
  /// It may end in the middle, by a fault that the host catches, or with its thread: then no list may hold what is merged already. (Not
  /// so with slabs: of those no host repairs a heap, nor is there a fault.)
  template <class GiveBack>
  void merge(GiveBack give_back, bool ranges_wait = false) {
    for (Word list = ranges_wait ? sizeof heads_ : end; list -= sizeof(Word);) {
      Waiting* waiting = head_of(list);
      if (!waiting) continue;
      if constexpr (!slabs) head_of(list) = nullptr;
      do {
        Waiting* const block = waiting;
        waiting = waiting->next;
        give_back(block, list);
      } while (waiting);
    }
    if constexpr (slabs)
      __builtin_memset(static_cast<void*>(this), 0, sizeof *this);
    else
      count_[0] = 0;
  }

  /// For the walker: the lists by size, and those of slabs before them.
  static constexpr unsigned lists = config.quick_lists;
  static constexpr unsigned slab_lists =
      config.slab_limit == 0 ? 0 : config.slab_limit / config.slab_unit + 1;
  const void* head(unsigned list) const { return heads_[slab_lists + list]; }
  const void* slab_head(unsigned list) const { return heads_[list]; }
  static const void* next(const void* payload) { return static_cast<const Waiting*>(payload)->next; }
  /// The heads of the lists of ranges.
  Waiting** range_heads() { return heads_ + slab_lists + lists + spare; }
  const Waiting* const* range_heads() const { return heads_ + slab_lists + lists + spare; }
  Word count() const { return count_[0]; }
  Word slab_count() const { return count_[slabs]; }

 private:
  static constexpr Word first = slab_lists * sizeof(Word);
  static constexpr bool slabs = slab_lists != 0;

  static bool is_multiple(const void* payload, Word alignment) {
    return alignment == granule || (reinterpret_cast<Word>(payload) & (alignment - 1)) == 0;
  }

  Waiting*& head_of(Word distance) {
    return *reinterpret_cast<Waiting**>(reinterpret_cast<char*>(heads_) + distance);
  }

  static constexpr unsigned spare = config.range_limit == 0 ? 0 : 2;  // always empty
  static constexpr unsigned ranges = range_lists<config>();

  Waiting* heads_[slab_lists + lists + spare + ranges] = {};
  static constexpr Word end = (slab_lists + lists) * sizeof(Word);
  static_assert(first + Block::header_of(largest) + sizeof(Word) == end, "each size has a list");
  Word count_[1 + slabs] = {};  ///< of all blocks in the lists: of those with a header, of those of slabs
};

/// A heap without them.
template <Config config>
  requires(config.quick_lists == 0 && config.range_limit == 0)
class QuickLists<config> {
 public:
  static constexpr unsigned lists = 0;
  static constexpr Word largest = 0;
  const void* head(unsigned) const { return nullptr; }
  static const void* next(const void*) { return nullptr; }
  Word count() const { return 0; }
};

/// A heap whose caller keeps them: those of ranges alone.
template <Config config>
  requires(config.quick_lists == 0 && config.range_limit != 0)
class QuickLists<config> {
 public:
  static constexpr unsigned lists = 0;
  static constexpr Word largest = config.caller_limit;
  const void* head(unsigned) const { return nullptr; }
  static const void* next(const void* payload) { return static_cast<const Waiting*>(payload)->next; }
  Word count() const { return 0; }
  Waiting** range_heads() { return heads_; }
  const Waiting* const* range_heads() const { return heads_; }

 private:
  Waiting* heads_[range_lists<config>()] = {};
};

}  // namespace heaplet

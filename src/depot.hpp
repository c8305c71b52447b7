// What the threads of a heap have too many of, in the place of the quick lists: whole chains of blocks of one size.
#pragma once

#include "quick_lists.hpp"

namespace heaplet {

//   heads_[size / granule] -> chain ----------------> chain -> null         last in, first out
//                               |                       |
//                             | next | next_chain | blocks |  the first block of a chain
//                               |
//                             | next |  the others, to null
//
// There are Config::thread_depots such tables, one behind the other, and one bound for all: each is for some of the threads, so that
// a processor mostly gets blocks back that it has in its cache.
//
// A thread hands a chain on, or gets one, in a few steps, however many blocks it has: that is all that it does under the lock.

/// Blocks of one size, linked by their first words.
struct Chain {
  Waiting* first = nullptr;
  Word blocks = 0;
};

/// The first block of a chain in the depot: the smallest block has room for it.
struct Chained : Waiting {
  Chained* next_chain;
  Word blocks;
};
static_assert(sizeof(Chained) <= usable_bytes(granule));

template <Config config>
  requires(config.thread_granules != 0)
class QuickLists<config> {
 public:
  /// The largest block that is cached, in bytes.
  static constexpr Word largest = (config.quick_lists - 1) * granule;

  // What Heap asks of quick lists; there are no slabs.

  static Word list_of(const Block* block) { return block->header; }
  static constexpr Word list_for(Word bytes) { return Block::header_of(block_bytes(bytes).value); }
  bool has_room_for(Word list, bool) const { return (list < depot_bytes) & (count_ < config.quick_blocks); }
  void push(void* payload, Word list, bool) {
    Waiting* const alone = static_cast<Waiting*>(payload);
    alone->next = nullptr;
    give(list, {alone, 1});
  }

  /// One block of the chain that came last.
  [[gnu::noinline]] void* pop(Word list, bool, Word alignment = granule) {
    Chained*& head = head_of(list);
    Chained* const first = head;
    if (!first || (reinterpret_cast<Word>(first) & (alignment - 1)) != 0) return nullptr;
    const Chain rest{first->next, first->blocks - 1};
    head = first->next_chain;
    count_ -= first->blocks;
    if (rest.first) give(list, rest);
    return first;
  }
  void* pop_size(Word size, Word alignment = granule) {
    return pop(Block::header_of(size), false, alignment);
  }

  // What its threads ask of it.

  /// Hands the blocks of whole chains to `give_back`, of one size after the other, until there is room for so many.
  template <class GiveBack>
  void make_room_for(Word blocks, GiveBack give_back) {
    while (count_ + blocks > config.quick_blocks) {
      Waiting* waiting = take(turn_).first;
      if (!waiting) turn_ = (turn_ == 0 ? sizeof heads_ : turn_) - sizeof(Word);
      while (waiting) {
        Waiting* const block = waiting;
        waiting = waiting->next;
        give_back(block);
      }
    }
  }

  /// The chain that came last; an empty one if there is none. O(1).
  Chain take(Word list) {
    Chained*& head = head_of(list);
    Chained* const first = head;
    if (!first) return {};
    head = first->next_chain;
    count_ -= first->blocks;
    return {first, first->blocks};
  }

  /// The same of one depot; of another one, if it has none. Linear in config.thread_depots.
  Chain take(Word list, Word depot) {
    for (Word other = 0; other < config.thread_depots; ++other)
      if (const Chain chain = take(list + (depot ^ other) * depot_bytes); chain.first) return chain;
    return {};
  }

  /// A depot keeps a chain, which is not empty. O(1).
  void give(Word list, Chain chain, Word depot = 0) {
    Chained*& head = head_of(list + depot * depot_bytes);
    Chained* const first = static_cast<Chained*>(chain.first);
    first->next_chain = head;
    first->blocks = chain.blocks;
    head = first;
    count_ += chain.blocks;
  }

  /// For the walker: the lists by size.
  static constexpr unsigned lists = config.quick_lists;
  const Chained* head(unsigned list, unsigned depot = 0) const { return heads_[depot * lists + list]; }
  static const void* next(const void* payload) { return static_cast<const Waiting*>(payload)->next; }
  Word count() const { return count_; }

 private:
  Chained*& head_of(Word distance) {
    return *reinterpret_cast<Chained**>(reinterpret_cast<char*>(heads_) + distance);
  }

  static constexpr Word depot_bytes = lists * sizeof(Word);
  static_assert(Block::header_of(largest) + sizeof(Word) == depot_bytes, "each size has a list");

  Chained* heads_[config.thread_depots * lists] = {};
  Word count_ = 0;  ///< of all blocks in all chains
  Word turn_ = 0;   ///< the list that gives room next
};

}  // namespace heaplet

// Where freed blocks wait in `hardened` before they may be used again.
#pragma once

#include "block.hpp"

namespace heaplet {

//   small_   | . | oldest | ... | newest | . |      a ring of small blocks, always full: one comes, one goes
//                  '-- spread --'  one of these leaves next, which one follows from a number that nobody knows
//   large_   | . | oldest | ... | newest | . | . |      the same of larger blocks, whose bytes are counted
//
// First in, first out, but for that: who frees a block and asks for its size again cannot know when the same place comes
// back. The pointers lie in the heap's state and not in the blocks, where who still writes there would reach them.
//
// Half of the bytes is for either ring. So many small blocks have no more, whatever their sizes are, and nothing is counted.
template <Config config>
class Quarantine {
 public:
  static bool is_small(Word size) { return size <= largest_small; }

  /// A small block comes. @returns one of the oldest, which goes; or null, while the ring fills for the first time
  [[gnu::always_inline]] Block* exchange(Block* block, unsigned draw) {
    Block*& oldest = small_[first_small_];
    Block*& drawn = small_[(first_small_ + draw % spread) % small_blocks];
    Block* const leaving = drawn;
    drawn = oldest;
    oldest = block;
    first_small_ = (first_small_ + 1) % small_blocks;
    return leaving;
  }

  /// Changes with each block that comes.
  unsigned turn() const { return first_small_ + first_large_; }

  /// The larger blocks that may wait: what has more bytes would push out all others.
  static bool takes(const Block* block) { return block->size() <= largest; }

  bool has_room_for(const Block* block) const {
    return count_ < large_blocks && large_bytes_ + block->size() <= most_bytes;
  }
  void push(Block* block) {
    large(first_large_ + count_++) = block;
    large_bytes_ += block->size();
  }
  /// Takes one of the oldest of the larger ones out, of which there is one.
  Block* pop(unsigned draw) {
    Block*& oldest = large(first_large_);
    Block*& drawn = large(first_large_ + draw % (spread < count_ ? spread : count_));
    Block* const leaving = drawn;
    drawn = oldest;
    ++first_large_;
    --count_;
    large_bytes_ -= leaving->size();
    return leaving;
  }

  /// Hands all to `merge`, and is empty.
  template <class Merge>
  void drain(Merge merge) {
    for (Block*& block : small_)
      if (Block* const waiting = block) block = nullptr, merge(waiting);
    while (count_ != 0) merge(pop(0));
  }

  unsigned count() const {
    unsigned small = 0;
    for (Block* const block : small_) small += block != nullptr;
    return small + count_;
  }

  /// For the walker: calls `visit` with each, the oldest of either ring first, until it returns false. @returns whether it did
  /// not
  template <class Visit>
  bool each(Visit visit) const {
    for (unsigned number = 0; number < small_blocks; ++number)
      if (const Block* const block = small_[(first_small_ + number) % small_blocks])
        if (!visit(block)) return false;
    for (unsigned number = 0; number < count_; ++number)
      if (!visit(large_[(first_large_ + number) % large_blocks])) return false;
    return true;
  }
  /// The most that `each` visits.
  static constexpr unsigned most = config.quarantine_blocks + config.quarantine_blocks / 4 + 1;

 private:
  static constexpr Word most_bytes = config.quarantine_bytes / 2;
  static constexpr unsigned small_blocks = config.quarantine_blocks;
  static constexpr Word largest_small = most_bytes / small_blocks;
  static constexpr unsigned large_blocks = small_blocks < 4 ? 1 : small_blocks / 4;
  static constexpr Word largest = most_bytes / 4;
  static constexpr unsigned spread = config.quarantine_spread;

  Block*& large(unsigned number) { return large_[number % large_blocks]; }

  unsigned first_small_ = 0;
  unsigned first_large_ = 0;
  unsigned count_ = 0;  ///< of the larger ones
  Word large_bytes_ = 0;
  Block* small_[small_blocks] = {};
  Block* large_[large_blocks] = {};
};

/// A heap without one.
template <Config config>
  requires(config.quarantine_blocks == 0)
class Quarantine<config> {
 public:
  static constexpr unsigned count() { return 0; }
  template <class Visit>
  static bool each(Visit) {
    return true;
  }
  static constexpr unsigned most = 0;
};

}  // namespace heaplet

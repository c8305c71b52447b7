// Where freed blocks wait in `hardened` before they may be used again.
#pragma once

#include "block.hpp"

namespace heaplet {

//   small_   | newest | oldest | . | ... | . |      last_  | . | . | . |      of small blocks a ring, always full, and a few places
//               one comes, the oldest goes -> into one of these, and what was there leaves: which one nobody can foresee
//
//   large_   | . | oldest | ... | newest | . | . |      a ring of larger ones, whose bytes are counted
//                  '-- spread --'  one of these leaves next
//
// First in, first out, but for that: who frees a block and asks for its size again cannot know when the same place comes
// back. The pointers lie in the heap's state and not in the blocks, where who still writes there would reach them.
//
// Half of the bytes is for the small ones. So many blocks have no more, whatever their sizes are, and nothing is counted. Of each
// the size is known too, which nobody can change there: in the bits that a block's address has not.
template <Config config>
class Quarantine {
  static constexpr Word most_bytes = config.quarantine_bytes / 2;
  static constexpr unsigned small_blocks = config.quarantine_blocks;
  static constexpr unsigned large_blocks = small_blocks < 4 ? 1 : small_blocks / 4;
  static constexpr Word largest = most_bytes / 4;
  static constexpr unsigned spread = config.quarantine_spread;

 public:
  /// The largest small block.
  static constexpr Word largest_small = [] {
    constexpr Word share = round_down(most_bytes / (small_blocks + spread), granule);
    return share < granule * (granule - 1) ? share : granule * (granule - 1);
  }();

  /// A small block, with its size; or none.
  class Small {
   public:
    Small() = default;
    Small(const Block* block, Word size) : word_(block->address() | size / granule) {}
    explicit operator bool() const { return word_ != 0; }
    Block* block() const { return Block::at(word_ & ~(granule - 1)); }
    /// As a header says it.
    Word size() const { return word_ % granule * sizeof(Word); }

   private:
    Word word_ = 0;
  };

  /// A small block comes. @returns one of the oldest, which goes; or none, while the ring fills for the first time
  /// @param mixed a number that nobody knows who has not the secret. Which place a block gets follows from all that came
  [[gnu::always_inline]] Small exchange(Small block, uint64_t mixed) {
    luck_ += mixed;
    Small& oldest = *reinterpret_cast<Small*>(reinterpret_cast<char*>(small_) + first_small_);
    Small& drawn = last_[(luck_ >> 32) * spread >> 32];
    const Small leaving = drawn;
    drawn = oldest;
    oldest = block;
    first_small_ = (first_small_ + sizeof(Small)) % sizeof small_;
    return leaving;
  }

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
  /// Changes with each block that comes.
  unsigned turn() const { return first_small_ + first_large_; }

  /// Hands all to `merge`, and is empty.
  template <class Merge>
  void drain(Merge merge) {
    each_small(*this, [merge](Small& small) {
      const Small waiting = small;
      small = {};
      if (waiting) merge(waiting.block());
      return true;
    });
    while (count_ != 0) merge(pop(0));
  }

  unsigned count() const {
    unsigned count = count_;
    each_small(*this, [&](const Small& small) {
      count += bool(small);
      return true;
    });
    return count;
  }

  /// For the walker: calls `visit` with each until it returns false. @returns whether it did not
  template <class Visit>
  bool each(Visit visit) const {
    if (!each_small(*this, [&](const Small& small) { return !small || visit(small.block()); })) return false;
    for (unsigned number = 0; number < count_; ++number)
      if (!visit(large_[(first_large_ + number) % large_blocks])) return false;
    return true;
  }
  /// The most that `each` visits.
  static constexpr unsigned most = small_blocks + spread + large_blocks;

 private:
  template <class Self, class Visit>
  static bool each_small(Self& self, Visit visit) {
    for (unsigned number = 0; number < small_blocks + spread; ++number)
      if (!visit(number < small_blocks ? self.small_[number] : self.last_[number - small_blocks]))
        return false;
    return true;
  }
  Block*& large(unsigned number) { return large_[number % large_blocks]; }

  unsigned first_small_ = 0;  ///< in bytes from the ring's start
  unsigned first_large_ = 0;
  unsigned count_ = 0;  ///< of the larger ones
  Word large_bytes_ = 0;
  uint64_t luck_ = 0;
  Small small_[small_blocks] = {};
  Small last_[spread] = {};
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

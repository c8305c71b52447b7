// Lists of freed blocks too large for the quick lists: ready to be used again as they are, each for a range of sizes.
#pragma once

#include "quick_lists.hpp"

namespace heaplet {

//   marks_   a bit a list: it is not empty
//   heads[list] -> payload -> payload -> null      last in, first out, linked by their first words
//
// An octave of sizes has 2^range_bits lists. A request is rounded up to the smallest size of its list, so every block of
// that list serves it; where there is none, a block of one of the next lists, a quarter larger at most, is handed out whole. That wastes little and spares
// a split now and a merge later, which cost more than all the rest. The lists reach from the first size that no quick list
// holds to range_limit, and hold range_bytes at most.
template <Config config>
class RangeLists {
  using Ranges = heaplet::Ranges<config>;
  using Marks = uint64_t;

  static_assert(config.range_bits >= 2, "Config::range_bits: the next lists are a quarter larger at most");

  static constexpr Marks near = (Marks{2} << (1u << (config.range_bits - 2))) - 1;

 public:
  /// The smallest: no quick list holds it, and it is the first of its range.
  static constexpr Word smallest = [] {
    const Word quick = QuickLists<config>::largest;
    return heaplet::round_up(quick + granule, Word{1} << Ranges::shift_of(quick + granule));
  }();

  /// The largest request, as the size of a block.
  static constexpr Word largest = config.range_limit;

  /// Blocks for requests of that size may wait here.
  static constexpr bool holds(Word size) {
    return size - (QuickLists<config>::largest + granule) <=
           largest - (QuickLists<config>::largest + granule);
  }

  /// The size for a request that needs a block of `size` bytes, more than a quick list holds: that of its list.
  static constexpr Word round_up(Word size) {
    return size > largest ? size : heaplet::round_up(size, Word{1} << Ranges::shift_of(size));
  }

  /// The largest size that round_up gives and that is not above `size`.
  static constexpr Word round_down(Word size) {
    return size <= QuickLists<config>::largest || size > largest
               ? size
               : heaplet::round_down(size, Word{1} << Ranges::shift_of(size));
  }

  /// Where the sizes end that wait here.
  static constexpr Word end = largest + (largest >> config.range_bits);

  /// A block that is freed may wait here: it has such a size, no free block before it with which it should join, and there is
  /// room.
  bool has_room_for(const Block* block) const {
    return block->header - Block::header_of(smallest) < Block::header_of(end - smallest) &&
           bytes_ + block->size() <= config.range_bytes;
  }

  /// Keeps a freed block. O(1).
  void push(Block* block, Waiting** heads) {
    const unsigned list = of(block->size());
    Waiting* const waiting = static_cast<Waiting*>(block->payload());
    waiting->next = heads[list];
    heads[list] = waiting;
    marks_ |= Marks{1} << list;
    bytes_ += block->size();
  }

  /// A block for a rounded size, at most `largest`; or null. O(1).
  Block* pop(Word size, Waiting** heads) { return pop_from(of(size), heads); }

  /// The same for a size that need not be rounded: the list after that of what is a byte smaller.
  Block* pop_rounding(Word size, Waiting** heads) { return pop_from(of(size - 1) + 1, heads); }

  /// A block of a list or of the next ones; or null.
  [[gnu::always_inline]] Block* pop_from(unsigned first, Waiting** heads) {
    const Marks found = marks_ & (near << first);
    if (!found) return nullptr;
    const unsigned list = lowest_bit(found);
    Waiting* const waiting = heads[list];
    heads[list] = waiting->next;
    marks_ ^= Marks{!waiting->next} << list;
    Block* const block = Block::of_payload(waiting);
    bytes_ -= block->size();
    return block;
  }

  /// All blocks leave their lists, whose heads somebody else looks after.
  void forget() {
    marks_ = 0;
    bytes_ = 0;
  }

  // For the walker.

  static constexpr unsigned of(Word size) { return Ranges::number(size) - Ranges::number(smallest); }
  static constexpr unsigned lists = Ranges::number(largest) - Ranges::number(smallest) + 1;
  bool marked(unsigned list) const { return marks_ >> list & 1; }
  /// Whether there are marks but of lists.
  bool marks_strangers() const { return lists < 64 && marks_ >> (lists & 63) != 0; }
  Word bytes() const { return bytes_; }

 private:
  static_assert(lists <= 8 * sizeof(Marks), "Config::range_bits: a list has a bit");
  static_assert(lists == range_lists<config>(), "each list has a head");

  Marks marks_ = 0;
  Word bytes_ = 0;
};

/// A heap without them.
template <Config config>
  requires(config.range_limit == 0)
class RangeLists<config> {
 public:
  static constexpr unsigned lists = 0;
};

}  // namespace heaplet

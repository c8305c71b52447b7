// Size <-> list: the only mapping between the size of a free block and the list it is in.
#pragma once

#include "config.hpp"

namespace heaplet {

// A row of the first level holds R = 2^second_level_bits lists. Sizes, in granules:
//
//   row 0    [0) [1) [2) ... [R - 1)                         one list a size; list 0 stays empty
//   row 1    [R, +2) [R + 2, +2) ...       up to 3 R         two sizes a list
//   row 2    [3 R, +4) [3 R + 4, +4) ...   up to 7 R         four sizes a list
//   row r    R lists of 2^r sizes          up to (2^(r + 1) - 1) R
//
// A size is biased by R granules: each row is then one octave, from a power of two to the next, and the row and the
// list in it are the exponent and the first bits behind the leading one of a single number. No case is special, and
// all lists stand in one line, where larger blocks are always in later lists. The last list also holds every larger
// block: a heap with few rows may have large pools, it just cannot promise large blocks.
template <Config config>
struct Bins {
  static constexpr unsigned bits = config.second_level_bits;
  static constexpr unsigned ranges = 1u << bits;
  static constexpr unsigned count = config.first_levels * ranges;

  /// The lists reach to the end of the address space.
  static constexpr bool covers_all = config.first_levels == all_first_levels(bits);

  /// The largest size that has a list of its own, in bytes.
  static constexpr Word largest =
      covers_all ? largest_block : (((Word{1} << config.first_levels) - 1) * ranges - 1) * granule;

  /// The list of a free block of `size` bytes, a multiple of the granule. O(1).
  static constexpr unsigned of(Word size) {
    if (!covers_all && size > largest) return count - 1;
    const Word biased = size + bias;
    const unsigned shift = highest_bit(biased) - bits;
    return (shift << bits) + unsigned(biased >> shift) - of_bias;
  }

  /// The first list that holds only blocks of at least `size` bytes; `count` if there is none. O(1).
  /// It is the one after the list of the next smaller size.
  static constexpr unsigned fitting(Word size) { return of(size - granule) + 1; }

  /// The smallest size of a list, in bytes.
  static constexpr Word smallest(unsigned list) {
    return (Word{ranges + (list & (ranges - 1))} << (list >> bits)) * granule - bias;
  }

 private:
  static constexpr Word bias = granule << bits;
  static constexpr unsigned of_bias = (highest_bit(granule) << bits) + ranges;

  static constexpr bool is_a_mapping() {
    for (unsigned list = 1; list < count; ++list) {
      if (of(smallest(list)) != list || fitting(smallest(list)) != list) return false;
      if (of(smallest(list) - granule) != list - 1) return false;
      if (smallest(list) < largest && list > ranges && fitting(smallest(list) + granule) != list + 1)
        return false;
    }
    return of(largest) == count - 1;
  }
  static_assert(Valid<config>::value && is_a_mapping(), "every size has one list, and lists grow with sizes");
  static_assert(!covers_all || largest + bias > largest, "no size wraps");
};

}  // namespace heaplet

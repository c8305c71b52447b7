// Size <-> list: the only mapping between the size of a free block and the list it is in.
#pragma once

#include "config.hpp"

namespace heaplet {

// Sizes are counted in granules. A row of the first level holds 2^k lists (k = second_level_bits):
//
//   row 0    [1) [2) [3) ... [2^k - 1)                       one list a size; list 0 stays empty
//   row 1    [2^k, +1) [2^k + 1, +1) ...  up to 2^(k+1)      one list a size
//   row 2    [2^(k+1), +2) [.., +2) ...   up to 2^(k+2)      two sizes a list
//   row r    2^k lists of 2^(r-1) sizes   up to 2^(k+r)
//
// and all lists stand in one line, so that "the next larger list" is simply `list + 1`. The last list also holds
// every larger block: a heap with few rows may have large pools, it just cannot promise large blocks.
template <Config config>
struct Bins {
  static constexpr unsigned bits = config.second_level_bits;
  static constexpr unsigned ranges = 1u << bits;
  static constexpr unsigned count = config.first_levels * ranges;

  /// The lists reach to the end of the address space.
  static constexpr bool covers_all = config.first_levels == all_first_levels(bits);

  /// The largest size that has a list of its own, in bytes.
  static constexpr Word largest =
      covers_all ? round_down(~Word{0}, granule) : (granule << (bits + config.first_levels - 1)) - granule;

  /// The list of a free block of `size` bytes, a multiple of the granule. O(1).
  static constexpr unsigned of(Word size) {
    if (!covers_all && size > largest) return count - 1;
    const Word granules = size / granule;
    if (granules < ranges) return unsigned(granules);
    const unsigned shift = highest_bit(granules) - bits;
    return (shift << bits) + unsigned(granules >> shift);
  }

  /// The first list that holds only blocks of at least `size` bytes; `count` if there is none. O(1).
  /// It is the one after the list of the next smaller size.
  static constexpr unsigned fitting(Word size) { return of(size - granule) + 1; }

  /// The smallest size of a list, in bytes.
  static constexpr Word smallest(unsigned list) {
    if (list < ranges) return list * granule;
    const unsigned shift = (list >> bits) - 1;
    return (Word{ranges + (list & (ranges - 1))} << shift) * granule;
  }

 private:
  static constexpr bool is_a_mapping() {
    for (unsigned list = 1; list < count; ++list) {
      if (of(smallest(list)) != list || fitting(smallest(list)) != list) return false;
      if (list > 1 && of(smallest(list) - granule) != list - 1) return false;
      if (smallest(list) < largest && fitting(smallest(list) + granule) != list + 1) return false;
    }
    return of(largest) == count - 1;
  }
  static_assert(Valid<config>::value && is_a_mapping(), "every size has one list, and lists grow with sizes");
};

}  // namespace heaplet

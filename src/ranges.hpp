// Ranges of sizes: where one of range_lists.hpp ends and the next one begins.
#pragma once

#include "block.hpp"

namespace heaplet {

/// An octave of sizes has 2^range_bits ranges.
template <Config config>
struct Ranges {
  /// The bits of a size that say nothing about its range.
  static constexpr unsigned shift_of(Word size) { return highest_bit(size) - config.range_bits; }

  /// Ranges of all sizes, in one line.
  static constexpr unsigned number(Word size) {
    return (shift_of(size) << config.range_bits) + unsigned(size >> shift_of(size));
  }
};

/// How many there are from the first size that no quick list holds, which begins the next range, to range_limit.
template <Config config>
constexpr unsigned range_lists() {
  if (config.range_limit == 0) return 0;
  const Word least = Valid<config>::listed + granule;
  const Word smallest = round_up(least, Word{1} << Ranges<config>::shift_of(least));
  return Ranges<config>::number(config.range_limit) - Ranges<config>::number(smallest) + 1;
}

}  // namespace heaplet

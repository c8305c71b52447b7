// Size <-> list: the only mapping between the size of a free block and the list it is in.
#pragma once

#include "config.hpp"

namespace heaplet {

// A row of the first level holds R = 2^second_level_bits lists. Sizes, in granules:
//
//   row 0    [0) [1) [2) ... [R - 1)                         one list a size; list 0 stays empty
//   row 1    [R) [R + 1) ...               up to 2 R         one list a size
//   row 2    [2 R, +2) [2 R + 2, +2) ...   up to 4 R         two sizes a list
//   row r    R lists of 2^(r - 1) sizes    up to 2^r R
//
// From row 1 on each row is an octave, from a power of two to the next: the row and the list in it are the exponent and
// the first bits behind the leading one of a size. In row 0 the exponent is that of row 1. All lists stand in one line,
// where larger blocks are always in later lists. The last list also holds every larger block: a heap with few rows may
// have large pools, it just cannot promise large blocks.
template <Config config>
struct Bins {
  static constexpr unsigned bits = config.second_level_bits;
  static constexpr unsigned ranges = 1u << bits;
  static constexpr unsigned count = config.first_levels * ranges;

  /// The lists reach to the end of the address space.
  static constexpr bool covers_all = config.first_levels == all_first_levels(bits);

  /// The smallest size of a list, in bytes.
  static constexpr Word smallest(unsigned list) {
    const unsigned row = list >> bits;
    return row == 0 ? list * granule : Word{ranges + (list & (ranges - 1))} << (row - 1) << granule_bits;
  }

  /// The largest size that has a list of its own, in bytes.
  static constexpr Word largest = covers_all ? largest_block : smallest(count) - granule;

  /// The list of a free block of `size` bytes, a multiple of the granule. O(1).
  static constexpr unsigned of(Word size) {
    if (!config.branchless && size < first_shared) return unsigned(size / granule);
    const unsigned shift = shift_of(size);
    const unsigned list = (shift << bits) + unsigned(size >> shift) - (granule_bits << bits);
    return covers_all || list < count ? list : count - 1;
  }

  /// The first list that holds only blocks of at least `size` bytes; `count` if there is none. O(1).
  /// It is the one after the list of the next smaller size.
  static constexpr unsigned fitting(Word size) { return of(size - granule) + 1; }

  /// The smallest size, not below `size`, that a list begins with: every block of that list has it. Above half of the
  /// address space sizes stay as they are: there is space for but one such block. So do those above the last list of a heap
  /// with few rows.
  /// @param coarser so many bits more are to be 0: for lists that have fewer sizes an octave
  static constexpr Word round_up(Word size, unsigned coarser = 0) {
    if (size >= smallest(first_exact) || (!config.branchless && coarser == 0 && size <= first_shared))
      return size;
    return heaplet::round_up(size, Word{1} << (shift_of(size) + coarser));
  }

  /// For a request of `size` bytes: the size of its block, rounded as Config wants it, and the list in which the search
  /// begins. In one go, which takes half of the instructions. O(1).
  struct Fit {
    Word size;
    unsigned list;
  };
  static constexpr Fit fit(Word size) {
    if (!config.round_requests) return {size, fitting(size) - 1};
    if (size < first_shared) return {size, unsigned(size / granule)};
    if (size >= smallest(first_exact)) return {size, of(size)};
    const unsigned shift = shift_of(size);
    const Word units = (size + (Word{1} << shift) - 1) >> shift;  // 2 * ranges are the next row's first size
    return {units << shift, (shift << bits) + unsigned(units) - (granule_bits << bits)};
  }

  /// The largest request, as the size of a block, that a free block of `size` bytes surely serves, whatever other blocks
  /// are in its list.
  static constexpr Word certain(Word size) {
    const unsigned list = of(size);
    return covers_all && list >= first_exact ? size : smallest(list);
  }

 private:
  /// From this list on sizes are not rounded.
  static constexpr unsigned first_exact = covers_all ? count - ranges : count - 1;

  static constexpr unsigned granule_bits = highest_bit(granule);

  /// Below this each size has a list of its own.
  static constexpr Word first_shared = count < 2 * ranges ? smallest(count) : first_shared_size(bits);

  /// The bits of a size that say nothing about its list.
  static constexpr unsigned shift_of(Word size) { return highest_bit(size | granule << bits) - bits; }

  static constexpr bool fits(Word size) {
    const Word rounded = config.round_requests ? round_up(size) : size;
    return fit(size).size == rounded &&
           fit(size).list == (config.round_requests ? of(rounded) : fitting(size) - 1);
  }

  static constexpr bool is_a_mapping() {
    for (unsigned list = 1; list < count; ++list) {
      if (of(smallest(list)) != list || fitting(smallest(list)) != list) return false;
      if (of(smallest(list) - granule) != list - 1) return false;
      if (round_up(smallest(list)) != smallest(list) || certain(smallest(list)) != smallest(list))
        return false;
      if (!fits(smallest(list)) || !fits(smallest(list) - granule) || !fits(smallest(list) + granule))
        return false;
      if (list + 1 < count && round_up(smallest(list) + granule) != smallest(list + 1) &&
          round_up(smallest(list) + granule) != smallest(list) + granule)
        return false;
    }
    return of(largest) == count - 1 && round_up(largest) == largest;
  }
  static_assert(Valid<config>::value && is_a_mapping(), "every size has one list, and lists grow with sizes");
};

}  // namespace heaplet

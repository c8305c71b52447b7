// How much memory surely suffices, whatever is allocated and freed in whatever order.
#pragma once

#include "tlsf.hpp"

namespace heaplet {

/// The bytes of memory in one piece with which a Tlsf or a Heap refuses nothing to a program that has at most `blocks` blocks at
/// once, of at most `bytes` bytes in all, none of which is larger than `largest` or asked for at a multiple of more than
/// `alignment`. A realloc that moves a block has two of them for a while. Or overflow. Why so many: see README.md.
template <Config config>
  requires(config.quick_lists == 0 && config.round_requests && !config.hardened)
constexpr Checked sufficient_memory(Word bytes, Word blocks, Word largest, Word alignment = granule) {
  if (blocks == 0) return {0, false};
  const Checked block = Tlsf<config>::block_for(largest);
  const Checked span = Tlsf<config>::span_for(block.value, alignment);
  // What blocks take: each as much as the largest one; or what was asked for, a header and less than a granule each, and the
  // part by which large ones are rounded up.
  const Checked all_largest = checked_multiply(block.value, blocks);
  const Checked headers = checked_multiply(overhead + granule - 1, blocks);
  const Checked exact = checked_add(bytes, headers.value);
  const bool rounded = block.value > first_shared_size(config.second_level_bits);
  const Checked live = checked_add(exact.value, rounded ? exact.value >> config.second_level_bits : 0);
  const bool overflow = headers.overflow || exact.overflow || live.overflow;
  const bool as_largest = overflow || (!all_largest.overflow && all_largest.value < live.value);
  // What is free beside them is less than what is asked for when memory grows, each. Of a span not all may be used.
  const Checked free = checked_multiply(span.value - granule, blocks - (alignment <= granule));
  const Checked sum = checked_add(as_largest ? all_largest.value : live.value, free.value);
  const Checked total = checked_add(sum.value, 2 * granule);  // to a granule, a header, a sentinel
  return {total.value, block.overflow || span.overflow || (as_largest && all_largest.overflow) ||
                           free.overflow || sum.overflow || total.overflow ||
                           span.value > (Bins<config>::covers_all ? ~Word{0} / 2 : Bins<config>::largest)};
}

}  // namespace heaplet

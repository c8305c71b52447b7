// Totals of a heap, counted by walking it: they cost nothing while nobody asks.
#pragma once

#include "check.hpp"

namespace heaplet {

struct Stats {
  Word pools = 0;
  Word pool_bytes = 0;  ///< of all blocks; with slabs some are the heap's own, and in none of what follows
  Word used_blocks = 0;
  Word used_bytes = 0;  ///< of used blocks, headers included
  Word cached_blocks = 0;
  Word cached_bytes = 0;
  Word free_blocks = 0;
  Word free_bytes = 0;
  Word largest_request =
      0;  ///< bytes of the largest request that is certain to succeed, even if memory cannot grow
};

/// Linear in the number of blocks.
template <HeapView View>
Stats stats(const View& view) {
  Stats totals;
  view.each_pool([&](Word, Word bytes) {
    ++totals.pools;
    totals.pool_bytes += bytes;
    return true;
  });
  // Neighbours that are free or cached: before a request is refused they are merged.
  Word run = 0, run_end = 0;
  each_block(view, [&](const BlockInfo& block) {
    if (block.slab) {
      // It serves requests up to its size, and of its page nothing merges with what is before or behind.
      run = 0;
      if (block.use != Use::used && block.size > totals.largest_request) totals.largest_request = block.size;
    } else if (block.use != Use::used) {
      const bool merges = run != 0 && block.payload == run_end;
      run = block.size + (merges ? run : 0);
      run_end = block.payload + block.size;
      const bool is_listed = block.use == Use::free && !merges;
      const Word certain = view.certain(is_listed ? block.payload - View::granule : 0, run);
      if (certain > totals.largest_request) totals.largest_request = certain;
    }
    switch (block.use) {
      case Use::used:
        ++totals.used_blocks;
        totals.used_bytes += block.size;
        break;
      case Use::cached:
        ++totals.cached_blocks;
        totals.cached_bytes += block.size;
        break;
      case Use::free:
        ++totals.free_blocks;
        totals.free_bytes += block.size;
        break;
    }
  });
  return totals;
}

}  // namespace heaplet

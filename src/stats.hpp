// Totals of a heap, counted by walking it: they cost nothing while nobody asks.
#pragma once

#include "check.hpp"

namespace heaplet {

struct Stats {
  Word pools = 0;
  Word pool_bytes = 0;  ///< of all blocks
  Word used_blocks = 0;
  Word used_bytes = 0;  ///< of used blocks, headers included
  Word cached_blocks = 0;
  Word cached_bytes = 0;
  Word free_blocks = 0;
  Word free_bytes = 0;
  Word largest_free = 0;  ///< the largest free block, header included
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
  each_block(view, [&](const BlockInfo& block) {
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
        if (block.size > totals.largest_free) totals.largest_free = block.size;
        break;
    }
  });
  return totals;
}

}  // namespace heaplet

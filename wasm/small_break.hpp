// Growth of a `small` that is linked into a program: its state lies in the program's data, its memory above that,
// among what others take there.
//
//     top -> sentinel of the newest pool -- header --> its first block -- footer --> the sentinel of the pool before
//
// A sentinel's header leads back to its pool's first block: before that no block is free, so it says of the sentinel
// what it must; and the statistics find every pool although nothing else notes them.
#pragma once

#include "small_blocks.hpp"

namespace heaplet::small {

/// Makes `block` the newest pool's free tail and new memory behind it, room for `bytes`; or, if somebody else has
/// taken memory since, new memory alone. It has links for malloc to unlink.
[[gnu::always_inline]] inline bool extend(Address& block, Word bytes) {
  const Address sentinel = top();
  const Address start = fresh();
  Address first = block = start;
#if HEAPLET_COALESCE_POOLS
  if (start - 16 == sentinel) {
    first = header(sentinel) & -2;
    block = choose(header(sentinel) & 1, footer(sentinel), sentinel);
  }
#endif
  // The pages that hold block + header + bytes + sentinel, in 64 bits, because that may pass 4 GiB. Less 1 and plus
  // 1, because `start` is 0 when all 4 GiB are taken: then it counts as 4 GiB, more than there can be.
  const Word pages = ((uint64_t)(block - 1) + (uint64_t)bytes + 65536 + 20) >> 16;
  if (!reserve(pages)) return false;
  const Address end =
      take(pages) - 16;  // before anything is written there: Emscripten's SAFE_HEAP watches the break
  if (block == start) footer(block) = sentinel;
  if (block >= sentinel) {  // in no list yet: unlinking must change nothing
    next(block) = 0;
    previous(block) = block;
  }
  header(end) = first;
  header(block) = end;
  set_top(end);
  return true;
}

/// Calls `pool` for each pool, the newest first, with its first block and its sentinel, until one returns false.
template <class Pool>
bool each_pool(Pool pool) {
  Address first;
  for (Address sentinel = top(); sentinel; sentinel = footer(first)) {
    first = header(sentinel) & -2;
    if (!pool(first, sentinel)) return false;
  }
  return true;
}

}  // namespace heaplet::small

// Growth of a `small` that has a whole memory to itself: by pages, and from address 0 on.
#pragma once

#include "../page.hpp"
#include "blocks.hpp"

namespace heaplet::small {

/// The lists end at 1288, and a search may look one word further (see find). The linker makes it the first `top`.
constexpr Address first_block = 1296;

/// Finds a free block in the lists: the first of the request's own list if it fits, so that what was just freed serves its
/// own size even if memory is full (17 B; 12 without asking whether there is a block, which makes the scan half as long
/// again); else the first of the next list that has one. There any is large enough: a block of n bytes takes n + 4,
/// rounded up to 16. In 64 bits, so that n + 3 does not wrap (2 B): from 4 GiB - 131 on the list is 318, which is empty,
/// and extend finds that there are no such pages. A bitmap of the lists would cost 43 B and save at most 55 steps.
[[gnu::always_inline]] inline bool find(Address& block, Word bytes) {
  Address list = list_of(number_of((uint64_t)bytes + 3));
  do {
    block = next(list);
    if (block && header(block) - block - 4 >= bytes) return true;
    list = opaque(list + 4);
  } while (list <= last_list());
  return false;
}

/// Grows memory for `bytes` more; `block` becomes the last pool's free tail with the new pages, or these alone if
/// somebody else has grown memory since. Both have links for malloc to unlink: fresh pages are 0, and so null.
[[gnu::always_inline]] inline bool extend(Address& block, Word bytes) {
  const Address fresh = size() << page_shift;
#if HEAPLET_COALESCE_POOLS
  const Address sentinel = top();
  const Address tail = choose(header(sentinel), footer(sentinel), sentinel);
  // Ours ends in the page of `top` (16 B below the end): what lies further up is somebody else's.
  block = choose((fresh - sentinel) >> page_shift, fresh, tail);
#else
  block = choose(header(first_block), fresh, first_block);
#endif
  // The pages that hold block + header + bytes + sentinel, in 64 bits, because that may pass 4 GiB. Less 1 and plus
  // 1, because `fresh` is 0 when all 4 GiB are taken: then it counts as 4 GiB, more than there can be (3 B).
  const Word pages = ((uint64_t)(block - 1) + (uint64_t)opaque(bytes) + page_bytes + 20) >> page_shift;
  grow(pages - size());
  if (size() < pages) return false;
  // Then up to one sixteenth more, if to be had: else a small block that stays behind each growth of a growing buffer
  // would keep what the buffer leaves from ever being joined. Also when the free tail was enough, to the same end.
  grow(pages + (pages >> 4) - size());
#if HEAPLET_COALESCE_POOLS
  set_top((size() << page_shift) - 16);
  header(block) = top();
#else
  header(block) = (size() << page_shift) - 16;
#endif
  return true;
}

/// Makes the heap in a memory that somebody else made, of any size and with anything in it: the first pool is what
/// lies there from `first_block` on. A module with a memory of its own needs no such call.
inline void begin() {
  clear(0, first_block + 16);
  set_top((size() << page_shift) - 16);
  header(first_block) = top();
  header(top()) = 0;
  free(first_block + 16);
}

}  // namespace heaplet::small

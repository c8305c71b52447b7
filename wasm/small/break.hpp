// Growth of a `small` that is linked into a program: its state lies in the program's data, its memory above that,
// among what others take there.
//
//     top -> sentinel of the newest pool -- header --> its first block -- footer --> the sentinel of the pool before
//
// A sentinel's header leads back to its pool's first block: before that no block is free, so it says of the sentinel
// what it must; and the statistics find every pool although nothing else notes them.
#pragma once

#include "../page.hpp"
#include "blocks.hpp"

namespace heaplet::small {

#if HEAPLET_BY_BREAK

//   0          program break                   memory.size
//   | data ... | taken by sbrk: ours and others' | there already | where Emscripten would have to grow, or to abort
//
// sbrk's work without sbrk, which would compute and compare once more: the same word says how far memory is taken.

/// Where memory begins that nobody has taken, at a granule.
inline Address fresh() { return (program_break() + 15) & -16; }

/// Takes memory up to `end` and up to one sixteenth more, if that is there: else a small block that stays behind each
/// growth of a growing buffer would keep what the buffer leaves from ever being joined. If not, exactly that much: to
/// ask for more could abort a program that has enough, and Emscripten makes memory larger by a fifth on its own anyway.
/// All 4 GiB are never taken, for the break would be 0. @returns the new sentinel; null if memory is refused; `jumped` if there
/// is more of it now, perhaps elsewhere
inline Address claim(uint64_t end) {
  if (end < program_break()) end = program_break();  // the free tail was large enough
  const Word pages = (end + page_bytes - 1) >> page_shift, more = pages + (pages >> 4);
  if (pages > ~Word{0} >> page_shift) return 0;
  if (pages > size_of_ours()) {
    if (!resize_heap(end)) return 0;
    if (break_may_jump) return jumped;
  }
  return move_break(more < size_of_ours() ? more << page_shift : end) - 16;
}

#else

/// Where memory begins that nobody has taken: at first after the program's own, unless somebody has grown it already.
inline Address fresh() {
  const Word end = size() << page_shift;
  return top() || (heap_end() && heap_end() != end) ? end : (heap_base() + 15) & -16;
}

/// Takes all there is, and one sixteenth more if that is to be had, for the same reason as above.
/// @returns the new sentinel; null if there are not `end` bytes
inline Address claim(uint64_t end) {
  const Word pages = (end + page_bytes - 1) >> page_shift;
  grow(pages - size());
  if (size() < pages) return 0;
  grow(pages + (pages >> 4) - size());
  return (size() << page_shift) - 16;
}

#endif

/// Finds a free block in the lists: the first of the request's own list if it fits, so that what was just freed is found
/// again; else the first of the next list that has one. There any is large enough: a block of n bytes takes n + 4,
/// rounded up to 16. A list that turns out to be empty loses its mark. In 64 bits, so that n + 3 does not wrap: from
/// 4 GiB - 131 on the list is 318, which is always empty.
[[gnu::always_inline]] inline bool find(Address& block, Word bytes) {
  uint64_t number = number_of((uint64_t)bytes + 3);  // as long as the marks: their shifts count with it
  for (;; ++number) {
    const uint64_t marked = marks() >> (number & 63);
    if (!marked) return false;
    number += __builtin_ctzll(marked);
    block = next(list_of(number));
    if (!block)
      marks() ^= bit(number);
    else if (header(block) - block - 4 >= bytes)
      return true;
  }
}

/// Makes `block` the newest pool's free tail and new memory behind it, together `bytes` at least; or, if somebody else has
/// taken memory since, new memory alone. It has links for malloc to unlink.
[[gnu::always_inline]] inline bool extend(Address& block, Word bytes) {
  [[maybe_unused]] const Taking taking;
  const Address sentinel = top();
  Address start, first, end;
  do {
    start = fresh();
    first = block = start;
#if HEAPLET_COALESCE_POOLS
    if (start - 16 == sentinel) {
      first = header(sentinel) & -2;
      block = choose(header(sentinel) & 1, footer(sentinel), sentinel);
    }
#endif
    // Room for block + header + bytes + sentinel, in 64 bits, because that may pass 4 GiB. Less 1 and plus 1, because
    // `start` is 0 when all 4 GiB are taken: then it counts as 4 GiB, more than there can be.
    end = claim(opaque((uint64_t)(block - 1) + (uint64_t)bytes + 36) & -16);
    if (!end) return false;
  } while (break_may_jump && end == jumped);
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

// `small`: the shortest heap we could write in wasm. One free list per half of a power of two, blocks that join
// both neighbours when they are freed, every operation in constant time. wasm/README.md lists what each feature
// costs in bytes and what was tried in vain; the figures below are measured the same way.
//
// A block stands for its payload's address less 16, because wasm has no negative offsets (each would cost 3 B):
//
//     block + 8         + 12          + 16          + 20                   end + 8      end + 12
//         | footer of   | header      | next        | previous |           | footer     | header of `end`
//         | the block   |-------------+-------------+----------+-----------+------------|
//         | before      | end | flag  |         payload, 16-byte aligned, 12 B or more  | its end | flag
//
//   header    the address of the next block instead of a size, which would have to be added; its lowest bit says
//             "the block before me is free", so a free block's own header is a plain address: its neighbours are
//             in use
//   next, previous, footer    only in a free block: its list, and in its last word its own address
//   sentinel  ends a pool: 16 B below a page's end, header 0, always in use. New pages behind it make it a block.
//   top       the sentinel of the last pool; before the first growth `first_block`, a pool of no bytes, whose
//             page is "grown" by the first malloc: so the initial memory needs no code of its own
//
// Low memory is ours: nulls are not tested, but written through (words 16 and 20; word 12 stays 0), and a free
// list's head lies at 4 * (its number) + 16, the `next` of a block that is not there: unlinking needs no
// special case for the first block of a list (12 B).
#pragma once

#include "linear_memory.hpp"

namespace heaplet::small {

using namespace linear;

inline Word& footer(Address block) { return word(block, 8); }
inline Word& header(Address block) { return word(block, 12); }
inline Word& next(Address block) { return word(block, 16); }
inline Word& previous(Address block) { return word(block, 20); }

/// The list of blocks of `size` bytes, as the block whose `next` is its head. A float's exponent and first bit of
/// mantissa number the ranges 16-23, 24-31, 32-47, 48-63, 64-95, ... from 262 (16 B) to 317 (3 GiB to 4 GiB).
inline Address list_of(float size) { return 4 * opaque(__builtin_bit_cast(Word, size) >> 22); }

constexpr Address last_list = 4 * 317;

/// The lists end at 1288, and a search may look one word further (see malloc). The linker makes it the first `top`.
constexpr Address first_block = 1296;

/// Takes a free block from its list and says where it ends. A function, for it has three callers.
[[gnu::noinline]] inline Address unlink(Address block) {
  const Address after = next(block);
  next(previous(block)) = after;
  previous(after) = previous(block);
  const Address end = header(block);
  header(end) &= -2;
  return end;
}

inline void free(Address payload) {
  if (!payload) return;
  Address block = payload - 16;
  // The flag before `block` goes with the block before it, so the header can be read as it is (4 B for a mask).
  Address end = header(opaque(header(block) & 1 ? unlink(block = footer(block)) : block));
  if (header(header(end)) & 1) end = unlink(end);
  header(block) = end;
  footer(end) = block;
  header(end) |= 1;
  const Address list = list_of(end - block);
  previous(block) = list;
  const Address after = next(list);
  next(block) = after;
  previous(after) = block;
  next(list) = block;
}

/// Ends a block in use at `rest` and frees what follows, up to `end`: linking is in free alone.
[[gnu::always_inline]] inline void cut(Address block, Address rest, Address end) {
  if (rest == end) return;
  header(block) = rest;
  header(rest) = end;
  free(rest + 16);
}

/// Grows memory for `bytes` more; `block` becomes the last pool's free tail with the new pages, or these alone if
/// somebody else has grown memory since. Both have links for malloc to unlink: fresh pages are 0, and so null.
[[gnu::always_inline]] inline bool extend(Address& block, Word bytes) {
  const Address fresh = size() << 16;
#if HEAPLET_COALESCE_POOLS
  const Address sentinel = top();
  const Address tail = choose(header(sentinel), footer(sentinel), sentinel);
  // Ours ends in the page of `top` (16 B below the end): what lies further up is somebody else's.
  block = choose((fresh - sentinel) >> 16, fresh, tail);
#else
  block = choose(header(first_block), fresh, first_block);
#endif
  // The pages that hold block + header + bytes + sentinel, in 64 bits, because that may pass 4 GiB. Less 1 and plus
  // 1, because `fresh` is 0 when all 4 GiB are taken: then it counts as 4 GiB, more than there can be (3 B).
  const Word pages = ((uint64_t)(block - 1) + (uint64_t)opaque(bytes) + 65536 + 20) >> 16;
  grow(pages - size());
  if (size() < pages) return false;
  // Then up to one sixteenth more, if to be had: else a small block that stays behind each growth of a growing buffer
  // would keep what the buffer leaves from ever being joined. Also when the free tail was enough, to the same end.
  grow(pages + (pages >> 4) - size());
#if HEAPLET_COALESCE_POOLS
  set_top((size() << 16) - 16);
  header(block) = top();
#else
  header(block) = (size() << 16) - 16;
#endif
  return true;
}

/// Makes the heap in a memory that somebody else made, of any size and with anything in it: the first pool is what
/// lies there from `first_block` on. A module with a memory of its own needs no such call.
inline void begin() {
  clear(0, first_block + 16);
  set_top((size() << 16) - 16);
  header(first_block) = top();
  header(top()) = 0;
  free(first_block + 16);
}

inline Address malloc(Word bytes) {
  Address payload = opaque(0);  // wasm's locals are 0 from the start: to fail is to return it unset (4 B)
  // A block of n bytes takes n + 4, rounded up to 16. A block in a list above that of n + 3 is larger than n + 3 and
  // a multiple of 16, so it is large enough. In 64 bits, so that n + 3 does not wrap (2 B): from 4 GiB - 131 on the
  // list is 318, which is empty as is the next, and extend finds that there are no such pages. A bitmap of the lists
  // would cost 43 B and save at most 55 steps.
  Address list = list_of((uint64_t)bytes + 3);
  Address block;
  for (;;) {
    list = opaque(list + 4);
    block = next(list);
    if (block) break;
    if (list < last_list) continue;
    if (!extend(block, bytes)) return payload;
    break;
  }
  const Address end = unlink(block);
  payload = block + 16;
  cut(block, payload + ((bytes + 3) & -16), end);
  return payload;
}

inline Address realloc(Address payload, Word bytes) {
  const Address moved = malloc(bytes);
  if (payload && moved) {
    // The header, 8 B behind this, less this, is the old block's payload: its bytes, and 1 more with the flag. That
    // one is read from the next header and written, if at all, into a larger block.
    const Address origin = payload - 12;
    copy(moved, payload, lesser(word(origin, 8) - origin, bytes));
    free(payload);
  }
  return moved;
}

inline Address calloc(Word count, Word each) {
  const uint64_t bytes = (uint64_t)count * each;
  const Address payload = bytes >> 32 ? 0 : malloc(bytes);
  if (payload) clear(payload, bytes);
  return payload;
}

/// Allocates enough to contain an aligned block, and frees what lies before and behind that: free needs to know
/// of no alignment.
inline Address aligned_alloc(Word alignment, Word bytes) {
  if (!alignment || alignment & (alignment - 1)) return 0;
  const Word slack = alignment <= 16 ? 0 : alignment - 16;
  const Address payload = bytes + slack < bytes ? 0 : malloc(bytes + slack);
  if (!payload) return 0;
  const Address aligned = (payload + slack) & -alignment & -16;
  const Address end = header(payload - 16);
  header(aligned - 16) = end;
  cut(aligned - 16, aligned + ((bytes + 3) & -16), end);
  if (aligned != payload) {
    header(payload - 16) = aligned - 16;
    free(payload);
  }
  return aligned;
}

inline Word malloc_usable_size(Address payload) {
  return payload ? (header(payload - 16) & -2) - payload + 12 : 0;
}

}  // namespace heaplet::small

// `small`: the shortest heap we could write in wasm. One free list per half of a power of two, blocks that join
// both neighbours when they are freed, every operation in constant time. wasm/README.md lists what each feature
// costs in bytes and what was tried in vain.
//
//     blocks.hpp     layout, lists, free
//     pages.hpp      growth where the heap owns its memory: a module that stands alone
//     break.hpp      growth where it shares it: a program that it is linked into
//     malloc.hpp     malloc and C's other functions, over either
#pragma once

#if HEAPLET_IN_PROGRAM
#include "break.hpp"
#else
#include "pages.hpp"
#endif

namespace heaplet::small {

inline Address malloc(Word bytes) {
  Address payload = opaque(0);  // wasm's locals are 0 from the start: to fail is to return it unset (4 B)
  Address block;
  if (is_too_large(bytes) || (!find(block, bytes) && !extend(block, bytes))) return payload;
  const Address end = unlink(block);
  payload = block + 16;
  cut(block, payload + ((bytes + 3) & -16), end);
  return payload;
}

/// A block that gets smaller moves too, so that what it leaves is free; if there is no place for it, it stays (21 B).
inline Address realloc(Address payload, Word bytes) {
  const Address moved = malloc(bytes);
  if (!payload) return moved;
  // The header, 8 B behind this, less this, is the old block's payload: its bytes, and 1 more with the flag. That one is
  // read from the next header and written, if at all, into a larger block.
  const Address origin = payload - 12;
  const Word old = word(origin, 8) - origin;
  if (!moved) return bytes > (old & -2) ? moved : payload;
  copy(moved, payload, lesser(old, bytes));
  free(payload);
  return moved;
}

/// Shrinks a block, or lets it have of the free block behind it. False if that is not enough; nothing has changed then.
inline bool resize_in_place(Address payload, Word bytes) {
  const Address block = payload - 16;
  const Address end = header(block) & -2;
  const bool free_after = header(header(end)) & 1;
  const Address limit = free_after ? header(end) : end;
  if (is_too_large(bytes) || bytes > limit - payload + 12) return false;
  if (free_after) unlink(end);
  const Address remainder = payload + ((bytes + 3) & -16);
  header(block) = remainder + (header(block) & 1);
  if (remainder != limit) {
    header(remainder) = limit;
    free(remainder + 16);
  }
  return true;
}

#if HEAPLET_IN_PROGRAM
/// Lets memory grow under the last block of all where no free block has `bytes`. True if the block can have them in its place
/// now.
inline bool extend_last(Address payload, Word bytes) {
  const Address end = header(payload - 16) & -2;
  const Address last = header(header(end)) & 1 ? header(end) : end;
  Address block;
  if (is_too_large(bytes) || last != top() || find(block, bytes)) return false;
  if (!extend(block, payload + bytes - end)) return false;
  header(block) = unlink(block);
  free(block + 16);
  return resize_in_place(payload, bytes);
}
#endif

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

// The `small` heap: a TLSF whose every byte was weighed.
#pragma once

#include "linear_memory.hpp"

namespace heaplet::small {

using namespace linear;

constexpr Address first_block = 1296;

inline Word& footer(Address block) { return word(block, 8); }
inline Word& header(Address block) { return word(block, 12); }
inline Word& next(Address block) { return word(block, 16); }
inline Word& previous(Address block) { return word(block, 20); }

inline Word index(float size) { return __builtin_bit_cast(Word, size) >> 22; }

__attribute__((noinline)) inline Address unlink(Address block) {
  Address after = next(block);
  next(previous(block)) = after;
  previous(after) = previous(block);
  Address end = header(block);
  header(end) &= -2;
  return end;
}

inline void free(Address payload) {
  if (!payload) return;
  Address block = payload - 16;
  Address end = header(block) & -2;
  if (header(block) & 1) unlink(block = footer(block));
  if (header(header(end)) & 1) end = unlink(end);
  header(block) = end;
  footer(end) = block;
  header(end) |= 1;
  Word i = index(end - block);
  bitmap |= shift_left(1, i);
  Address list = 4 * i;
  previous(block) = list;
  Address after = next(list);
  next(block) = after;
  previous(after) = block;
  next(list) = block;
}

inline void begin() {
#ifdef HEAPLET_STATE_IN_MEMORY
  if (top) return;
  header(first_block) = top = (size() << 16) - 16;
  free(first_block + 16);
#endif
}

inline Address shorten(Address block, Address rest, Address end) {
  if (rest != end) {
    header(block) = rest;
    header(rest) = end;
    free(rest + 16);
  }
  return block + 16;
}

inline Address malloc(Word bytes) {
  begin();
  uint64_t x = opaque((uint64_t)bytes + 3);
  Address block;
  for (;;) {
    uint64_t fit = bitmap & shift_left(-2, index(x));
    block = word(4 * (Word)__builtin_ctzll(fit), 1040);
    if (block) break;
    if (fit) {
      bitmap ^= fit & -fit;
      continue;
    }
#if HEAPLET_COALESCE_POOLS
    block = top;
    if (header(block) & 1) block = footer(block);
    if ((top >> 16) + 1 != size()) block = size() << 16;
#else
    block = top ? top : size() << 16;
#endif
    Word total = (Word)((x + block + 16) >> 16) + 1;
    grow(total - size() + (size() >> 4));
    grow(total - size());
    if (size() < total) return 0;
    header(block) = (size() << 16) - 16;
#if HEAPLET_COALESCE_POOLS
    top = header(block);
#else
    top = 0;
#endif
    break;
  }
  Address end = unlink(block);
  return shorten(block, block + 16 + ((Word)x & -16), end);
}

inline Address realloc(Address payload, Word bytes) {
  Address moved = malloc(bytes);
  if (payload && moved) {
    Word old = header(payload - 16) - (payload - 16);
    copy(moved, payload, old < bytes ? old : bytes);
    free(payload);
  }
  return moved;
}

inline Address calloc(Word count, Word each) {
  uint64_t bytes = (uint64_t)count * each;
  Address payload = bytes >> 32 ? 0 : malloc(bytes);
  if (payload) clear(payload, bytes);
  return payload;
}

inline Address aligned_alloc(Word alignment, Word bytes) {
  if (!alignment || alignment & (alignment - 1)) return 0;
  if (alignment <= 16) return malloc(bytes);
  Word slack = alignment - 16;
  Address payload = bytes + slack < bytes ? 0 : malloc(bytes + slack);
  Address aligned = (payload + slack) & -alignment;
  if (aligned == payload) return payload;
  header(aligned - 16) = header(payload - 16);
  header(payload - 16) = aligned - 16;
  free(payload);
  return aligned;
}

inline Word malloc_usable_size(Address payload) {
  return payload ? (header(payload - 16) & -2) - payload + 12 : 0;
}

}  // namespace heaplet::small

// The blocks and lists of `small`: its layout, and the free that everything else leans on. The figures below are
// measured as wasm/README.md's are.
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
//   sentinel  ends a pool: always in use, and what its header leads to does not say that it is free
//   top       the sentinel of the last pool
//
// A list's head lies where the `next` of a block would: unlinking needs no special case for a list's first block
// (12 B).
#pragma once

#include "linear_memory.hpp"

namespace heaplet::small {

using namespace linear;
using linear::Word;  // and not the core's

inline Word& footer(Address block) { return word(block, 8); }
inline Word& header(Address block) { return word(block, 12); }
inline Word& next(Address block) { return word(block, 16); }
inline Word& previous(Address block) { return word(block, 20); }

/// The number of the list of blocks of `size` bytes: a float's exponent and first bit of mantissa. The ranges 16-23,
/// 24-31, 32-47, 48-63, 64-95, ... are 262 (16 B) to 317 (3 GiB to 4 GiB).
inline Word number_of(float size) { return opaque(__builtin_bit_cast(Word, size) >> 22); }

/// A list, as the block whose `next` is its head.
inline Address list_of(Word number) { return lists() + 4 * number; }

constexpr unsigned last_number = 317;
inline Address last_list() { return list_of(last_number); }

/// Takes a free block from its list and says where it ends. A function, for it has three callers.
[[gnu::noinline]] inline Address unlink(Address block) {
  const Address after = next(block);
  next(previous(block)) = after;
  if (owns_null || after) previous(after) = previous(block);
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
  const Word number = number_of(end - block);
  mark(number);
  const Address list = list_of(number);
  previous(block) = list;
  const Address after = next(list);
  next(block) = after;
  if (owns_null || after) previous(after) = block;
  next(list) = block;
}

/// Ends a block in use at `remainder` and frees what follows, up to `end`: linking is in free alone.
[[gnu::always_inline]] inline void cut(Address block, Address remainder, Address end) {
  if (remainder == end) return;
  header(block) = remainder;
  header(remainder) = end;
  free(remainder + 16);
}

}  // namespace heaplet::small

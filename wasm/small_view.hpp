// What a walker reads of the `small` heap: its blocks, their flags and footers, its free lists. Not in any module.
#pragma once

#include "small.hpp"

namespace heaplet::small {

/// The list heads in memory, from that of 16 B to that of 4 GiB.
constexpr Address first_list = 4 * 262;
constexpr unsigned lists = (last_list - first_list) / 4 + 1;
inline Address list_at(unsigned number) { return first_list + 4 * number; }

inline Address end_of(Address block) { return header(block) & -2; }
inline bool is_sentinel(Address block) { return end_of(block) == 0; }
inline bool previous_is_free(Address block) { return header(block) & 1; }
inline bool is_free(Address block) { return previous_is_free(end_of(block)); }
/// The start of the free block that ends at `end`.
inline Address start_of_free(Address end) { return footer(end); }
inline Address payload_of(Address block) { return block + 16; }

}  // namespace heaplet::small

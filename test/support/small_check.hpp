// What holds of the `small` heap beyond the invariants that src/check.hpp walks for every heap: the words beside its
// lists, its pages, its top.
#pragma once

#include <map>
#include <string>

#include "test/support/small_view.hpp"

namespace heaplet::small {

/// The words of the lists that no block is in.
inline Fault words_beside_lists(Address start, Address end) {
  for (Address at = start; at < end; at += 4) {
    const bool list = at >= list_at(0) + 16 && at <= last_list() + 16;
    if (!list && word(at, 0)) return {"a word beside the lists is not 0", at};
  }
  return {};
}

#if HEAPLET_IN_PROGRAM

inline Fault check_state(const View& view) {
  uint64_t above = linear::memory->bytes();  // the newest pool comes first, and lies highest
  Fault found;
  view.each_pool([&](heaplet::Word first, heaplet::Word bytes) {
    const uint64_t end = uint64_t{first} + bytes + View::granule;
    if (first % View::granule) found = {"a pool begins at no granule", first};
    if (end > above) found = {"pools in disorder", first};
    above = first;
    return true;
  });
  for (unsigned list = 0; list < list_count; ++list)
    if (view.head(list) && !(linear::marks() & linear::bit(list + first_number)))
      found = {"a list that has a block is not marked", list};
  return found ? found : words_beside_lists(linear::heads, linear::heads + linear::heads_bytes);
}

#else

inline Fault check_state(const View& view) {
  if (header(0) || word(0, 8)) return {"the words below null's links are not 0", 0};
  if (!header(first_block)) return {};  // not yet begun
  const linear::Memory& memory = *linear::memory;
  uint64_t end = 0;  // of the last pool
  Fault found;
  view.each_pool([&](heaplet::Word first, heaplet::Word bytes) {
    end = uint64_t{first} + bytes + View::granule;
    for (uint64_t page = first / linear::page; page < end / linear::page; ++page)
      if (!memory.owns(Address(page))) found = {"somebody else's page in a pool", first};
    if (end % linear::page) found = {"a sentinel inside a page", first + bytes};
    return true;
  });
#if HEAPLET_COALESCE_POOLS
  if (top() != Address(end - View::granule)) return {"top is not the last sentinel", top()};
#endif
  return found ? found : words_beside_lists(1048, first_block + 12);
}

#endif

struct Walk {
  std::string fault;                     // empty: the heap is sound
  std::map<Address, linear::Word> used;  // payload -> usable bytes
};

inline Walk walk() {
  Walk result;
  const View view;
  Fault found = heaplet::check(view);
  if (!found) found = check_state(view);
  for (unsigned i = 0; i < list_count && !found; ++i)
    if (const Address block = next(list_at(i)); block && previous(block) != list_at(i))
      found = {"a list's first block does not lead to its head", block};
  if (found)
    result.fault = std::string(found.what) + " at " + std::to_string(found.where);
  else
    each_block(view, [&](const BlockInfo& block) {
      if (block.use == Use::used) result.used[Address(block.payload)] = linear::Word(block.size - 4);
    });
  return result;
}

}  // namespace heaplet::small

// What holds of the `small` heap beyond the invariants that src/check.hpp walks for every heap: the words in low
// memory that it writes nulls through, its pages, its top.
#pragma once

#include <map>
#include <string>

#include "test/support/small_view.hpp"

namespace heaplet::small {

struct Walk {
  std::string fault;                     // empty: the heap is sound
  std::map<Address, linear::Word> used;  // payload -> usable bytes
};

inline Walk walk() {
  Walk result;
  auto fault = [&](const char* what, heaplet::Word where) {
    result.fault = std::string(what) + " at " + std::to_string(where);
    return result;
  };
  if (header(0) || word(0, 8)) return fault("the words below null's links are not 0", 0);
  const View view;
  if (const Fault found = heaplet::check(view)) return fault(found.what, found.where);
  if (!header(first_block)) return result;  // not yet begun

  const linear::Memory& memory = *linear::memory;
  uint64_t end = 0;  // of the last pool
  view.each_pool([&](heaplet::Word first, heaplet::Word bytes) {
    end = uint64_t{first} + bytes + View::granule;
    for (uint64_t page = first / linear::page; page < end / linear::page; ++page)
      if (!memory.owns(Address(page))) fault("somebody else's page in a pool", first);
    if (end % linear::page) fault("a sentinel inside a page", first + bytes);
    return true;
  });
#if HEAPLET_COALESCE_POOLS
  if (top() != Address(end - View::granule)) return fault("top is not the last sentinel", top());
#endif
  for (Address at = 1048; at < first_block + 12; at += 4) {
    const bool list = at >= first_list + 16 && at <= last_list + 16;
    if (!list && word(at, 0)) return fault("a word beside the lists is not 0", at);
  }
  each_block(view, [&](const BlockInfo& block) {
    if (block.use == Use::used) result.used[Address(block.payload)] = linear::Word(block.size - 4);
  });
  return result;
}

}  // namespace heaplet::small

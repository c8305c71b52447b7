// How the walker finds the pools of a `small` heap that has an emulated memory to itself.
#pragma once

#include "src/check.hpp"
#include "wasm/small/view.hpp"

#if !HEAPLET_IN_PROGRAM  // whose pools lead to one another

namespace heaplet::small {

class View : public BlockView {
 public:
  /// Pools begin at `first_block` and at the first page of the heap's after each sentinel.
  template <class Pool>
  bool each_pool(Pool pool) const {
    linear::Memory& memory = *linear::memory;
    if (!header(first_block)) return true;  // not yet begun
    for (uint64_t start = first_block; start < memory.bytes();) {
      const Word end = end_of_pool(Address(start));
      if (!pool(Word(start), Word(end - start))) return false;
      start = uint64_t{end} + granule;
      while (start < memory.bytes() && !memory.owns(Address(start / linear::page))) start += linear::page;
    }
    return true;
  }

 private:
  /// The sentinel that a pool's blocks lead to; where they lead nowhere, the end of memory.
  static Word end_of_pool(Address block) {
    while (end_of(block) > block && is_readable(end_of(block))) block = end_of(block);
    return is_sentinel(block) ? block : Word(linear::memory->bytes() - granule);
  }
};

}  // namespace heaplet::small

#endif

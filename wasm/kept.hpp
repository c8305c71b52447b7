// Blocks that a caller keeps: who frees a block with its size in hand, as Rust does, has lists of its own, and takes from
// them and puts on them without a call. The heap knows nothing of them but where they are.
#pragma once

#include "../src/source.hpp"

namespace heaplet {

//   lists[0] -> block -> block -> null        linked by their first words; the caller knows what each list is for
//   lists[1] -> null
//   ...
struct CallerLists {
  void** lists;
  Word count;
  Word* bytes;  ///< the caller's own count of what they hold, 16 a block of list 1, 32 of list 2 ...
};

static constinit CallerLists caller{};

/// The memory of a heap with such a caller.
template <class Memory>
struct MemoryUnderLists : Memory {
  /// All of it comes back, before what is free is merged: before memory grows, and before a request is refused.
  template <class Heap>
  void recall(Heap& heap) const {
    for (Word list = 0; list < caller.count; ++list)
      while (void* const block = caller.lists[list]) {
        caller.lists[list] = *static_cast<void**>(block);
        heap.deallocate(block);
      }
    if (caller.count) *caller.bytes = 0;
  }
};

}  // namespace heaplet

/// Says where the caller's lists are: before there may be a block in one.
extern "C" void heaplet_keep(void** lists, size_t count, size_t* bytes) {
  heaplet::caller = {lists, count, bytes};
}

// Blocks that a caller keeps: who frees a block with its size in hand, as Rust does, has lists of its own, and takes from
// them and puts on them without a call. The heap knows nothing of them but where they are.
#pragma once

#include "../src/block.hpp"
#include "../src/quick_lists.hpp"
#include "../src/source.hpp"

namespace heaplet {

//   lists[0] -> block -> block -> null        linked by their first words; the caller knows what each list is for
//   lists[1] -> null
//   ...
struct CallerLists {
  void** lists;
  Word count;
  /// What more may wait in them, by the caller's own count: each block takes how far its list is from the first, in bytes. The caller
  /// begins with none, so that no block waits which the heap could not call back.
  intptr_t* room;

  /// The same while none waits: so 512 KiB may, as they were asked for.
  static constexpr intptr_t most = 512 * 1024 / granule * sizeof(void*);

  /// The largest request with a list: its block, with a header, is the largest of the quick lists.
  static constexpr Word largest = 1024 - granule;

  /// The largest request with the list that a request has.
  static constexpr Word rounded(Word size) {
    return size > largest ? size : (size + granule - 1) & ~Word{granule - 1};
  }

  template <class Visit>
  void each(Visit visit) const {
    for (Word list = 0; list < count; ++list)
      for (const void* block = lists[list]; block; block = *static_cast<void* const*>(block)) visit(block);
  }

  /// A list that is empty gets blocks, which are linked by their first words.
  void refill(Word distance, void* blocks, Word count) const {
    lists[distance / sizeof(void*)] = blocks;
    *room -= intptr_t(count * distance);
  }

  /// A block of a list that is a granule or two from one which is empty: of blocks with headers, which say how large they are. Who
  /// frees it puts it on the empty list. So that none sinks from list to list it is not much larger than those that belong there.
  void* take_larger(Word distance) const {
    for (Word larger = distance + sizeof(void*); larger <= distance + 2 * sizeof(void*);
         larger += sizeof(void*)) {
      if (larger >= count * sizeof(void*)) break;
      void*& head = lists[larger / sizeof(void*)];
      void* const block = head;
      if (!block || Block::of_payload(block)->size() > (distance / sizeof(void*) + 3) * granule) continue;
      head = *static_cast<void**>(block);
      *room += intptr_t(larger);
      return block;
    }
    return nullptr;
  }
};

static constinit CallerLists caller{};

/// A profile for a heap with such a caller. `fast` is what it was: its lists hold what C frees. `lean` has no quick lists then, for
/// the caller's are in their place; but lists of ranges, by which large blocks are as quick. What Rust makes grow step by step
/// is twice as large at each.
constexpr Config kept(Config config) {
  if (config.slab_limit != 0) return config;
  config.quick_lists = config.quick_blocks = 0;
  config.caller_limit = CallerLists::largest + granule;
  config.range_limit = profiles::fast.range_limit;
  config.range_bytes = profiles::fast.range_bytes;
  return config;
}

/// The memory of a heap with such a caller.
template <class Memory>
struct MemoryUnderLists : Memory {
  /// All of it comes back, before what is free is merged: before memory grows, and before a request is refused.
  template <class Heap>
  void recall(Heap& heap) const {
    if constexpr (requires { heap.merge_lists(nullptr, 0); }) {
      heap.merge_lists(reinterpret_cast<Waiting**>(caller.lists), caller.count);
    } else {
      for (Word list = 0; list < caller.count; ++list)
        while (void* const block = caller.lists[list]) {
          caller.lists[list] = *static_cast<void**>(block);
          heap.deallocate(block);
        }
    }
    if (caller.count) *caller.room = CallerLists::most;
  }
};

}  // namespace heaplet

/// Says where the caller's lists are. They have room from the first time on.
extern "C" void heaplet_keep(void** lists, size_t count, intptr_t* room) {
  if (!heaplet::caller.count) *room = heaplet::CallerLists::most;
  heaplet::caller = {lists, count, room};
}

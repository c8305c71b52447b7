// SmallHeap: `small` in a program, with Heap's interface, so that malloc.cpp works over either.
#pragma once

#define HEAPLET_IN_PROGRAM 1
#include "../../src/bits.hpp"
#include "malloc.hpp"
#include "view.hpp"

namespace heaplet {

/// All state is in `linear` and there is one heap: the class only turns pointers into addresses and back.
class SmallHeap {
 public:
  void* allocate(Word bytes) { return pointer(small::malloc(small::Word(bytes))); }
  void* allocate(Word bytes, Word alignment) {
    return pointer(small::aligned_alloc(small::Word(alignment), small::Word(bytes)));
  }

  void deallocate(void* payload) { small::free(address(payload)); }

  bool resize_in_place(void* payload, Word bytes) {
    return small::resize_in_place(address(payload), small::Word(bytes));
  }

  /// As Heap's.
  static constexpr Word largest_cached = 0;
  void* allocate_or_extend(void* payload, Word bytes) {
    return small::extend_last(address(payload), small::Word(bytes)) ? nullptr : allocate(bytes);
  }

  void clear(void* payload, Word bytes) { __builtin_memset(payload, 0, bytes); }

  Word usable_size(const void* payload) const { return small::malloc_usable_size(address(payload)); }

  /// The size of the free block at the end of the newest pool; 0 if there is none.
  Word free_at_end() const {
    const small::Address sentinel = small::top();
    return sentinel && small::header(sentinel) & 1 ? sentinel - small::footer(sentinel) : 0;
  }

 private:
  static void* pointer(small::Address payload) { return reinterpret_cast<void*>(payload); }
  static small::Address address(const void* payload) { return reinterpret_cast<small::Address>(payload); }
};

inline small::View view(const SmallHeap&) { return {}; }

}  // namespace heaplet

// A small heap for tests, over an array that is all there from the start: what it gives and takes is looked at by the walker.
#pragma once

#include "src/view.hpp"
#include "test/support/array_source.hpp"
#include "test/support/expect.hpp"

namespace heaplet {

/// Sizes are those of blocks, in granules.
template <Config config>
struct ArrayHeap {
  ArrayHeap() { array.initial = array.end = array.limit = sizeof memory; }
  void* must(Word granules) {
    void* const block = heap.allocate(usable_bytes(granules * granule));
    EXPECT(block);
    EXPECT_SOUND(view(heap));
    return block;
  }
  void free(void* block) {
    heap.deallocate(block);
    EXPECT_SOUND(view(heap));
  }

  alignas(granule) static inline unsigned char memory[512 * granule];
  Array array{.start = memory, .page = granule};
  Heap<config, ArraySource> heap{ArraySource(array)};
};

}  // namespace heaplet

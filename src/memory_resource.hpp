// std::pmr over a Tlsf or a Heap: containers of one type, whatever memory they use.
#pragma once

#include <memory_resource>

#include "allocator.hpp"

namespace heaplet {

/// A std::pmr::memory_resource (C++20 [mem.res.class]) that draws from a heap, which must outlive it. Every operation
/// is O(1). Throws std::bad_alloc when there is no memory. Equal only to itself.
///
///     heaplet::Tlsf<heaplet::profiles::fast> heap;
///     heaplet::memory_resource resource(heap);
///     std::pmr::vector<int> numbers(&resource);
template <Allocates Memory>
class memory_resource final : public std::pmr::memory_resource {
 public:
  explicit memory_resource(Memory& memory) noexcept : memory_(memory) {}

 private:
  void* do_allocate(size_t bytes, size_t alignment) override {
    void* const block = memory_.allocate(bytes, alignment);
    if (!block) throw_bad_alloc();
    return block;
  }
  void do_deallocate(void* block, size_t, size_t) override { memory_.deallocate(block); }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

  Memory& memory_;
};

}  // namespace heaplet

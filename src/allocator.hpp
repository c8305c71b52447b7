// A C++ allocator for containers over a Tlsf or a Heap. One of the two files here that need a standard library.
#pragma once

#include <cstdlib>
#include <new>
#include <type_traits>

#include "bits.hpp"

namespace heaplet {

/// What containers need: allocate and deallocate as Tlsf and Heap have them.
template <class Memory>
concept Allocates = requires(Memory memory, void* block, Word bytes, Word alignment) {
  { memory.allocate(bytes, alignment) };
  { memory.deallocate(block) };
};

/// How C++ says that there is no memory; where exceptions are off, the program ends.
[[noreturn]] inline void throw_bad_alloc() {
#ifdef __cpp_exceptions
  throw std::bad_alloc();
#else
  std::abort();
#endif
}

/// Meets the requirements of C++20 [allocator.requirements]. It is a pointer to a heap, which must outlive every
/// container that uses it; equal if the heap is the same. A container that is moved or swapped takes it along.
///
///     heaplet::Tlsf<heaplet::profiles::fast> heap;
///     std::vector<int, heaplet::allocator<int, decltype(heap)>> numbers(heap);
template <class T, Allocates Memory>
class allocator {
 public:
  using value_type = T;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;

  allocator(Memory& memory) noexcept : memory_(&memory) {}
  template <class U>
  allocator(const allocator<U, Memory>& other) noexcept : memory_(other.memory()) {}

  /// Room for `count` objects. O(1). Throws std::bad_alloc when there is none, or their bytes overflow.
  T* allocate(size_t count) {
    const Checked bytes = checked_multiply(count, sizeof(T));
    void* const block = bytes.overflow ? nullptr : memory_->allocate(bytes.value, alignof(T));
    if (!block) throw_bad_alloc();
    return static_cast<T*>(block);
  }

  void deallocate(T* block, size_t) noexcept { memory_->deallocate(block); }

  Memory* memory() const noexcept { return memory_; }

  template <class U>
  bool operator==(const allocator<U, Memory>& other) const noexcept {
    return memory_ == other.memory();
  }

 private:
  Memory* memory_;
};

}  // namespace heaplet

// The C malloc family over one heap: the exported module, and the object that replaces a libc's malloc.
//
// Edge cases follow C23 and POSIX.1-2024 where they speak, and DESIGN.md's table where those leave a choice:
// a size of 0 gets a block of its own, aligned_alloc takes any size, realloc never frees.
#include "../src/heap.hpp"
#include "memory_grow.hpp"

#if HEAPLET_ERRNO  // linked with a libc
#include <errno.h>
#endif

#ifndef HEAPLET_COALESCE_POOLS
#define HEAPLET_COALESCE_POOLS 0
#endif

namespace {

using heaplet::Word;

constexpr heaplet::Config config = [] {
  heaplet::Config chosen = heaplet::profiles::HEAPLET_PROFILE;
  chosen.coalesce_pools = HEAPLET_COALESCE_POOLS;
  return chosen;
}();

constinit heaplet::Heap<config, heaplet::MemoryGrow> heap;

#if HEAPLET_ERRNO
void* bad_argument() {
  errno = EINVAL;
  return nullptr;
}
void* or_no_memory(void* block) {
  if (!block) errno = ENOMEM;
  return block;
}
constexpr int invalid = EINVAL, no_memory = ENOMEM;
#else
void* bad_argument() { return nullptr; }
void* or_no_memory(void* block) { return block; }
constexpr int invalid = 22, no_memory = 12;
#endif

}  // namespace

extern "C" {

#if HEAPLET_START
// Run when the module is instantiated: an imported memory may hold anything where the heap's state lies, and what
// somebody grows before the first call is not ours.
void heaplet_start() {
  __builtin_memset(static_cast<void*>(&heap), 0, sizeof heap);
  heap.begin();
}
#endif

[[gnu::noinline]] void* malloc(size_t size) { return or_no_memory(heap.allocate(size)); }

[[gnu::noinline]] void free(void* block) { heap.deallocate(block); }

void* calloc(size_t count, size_t size) {
  const heaplet::Checked bytes = heaplet::checked_multiply(count, size);
  void* const block = bytes.overflow ? nullptr : heap.allocate(bytes.value);
  if (block) __builtin_memset(block, 0, bytes.value);
  return or_no_memory(block);
}

// By malloc and free, like any program: their code is there once.
void* realloc(void* block, size_t size) {
  if (!block) return malloc(size);
  if (heap.resize_in_place(block, size)) return block;
  void* const moved = malloc(size);
  if (!moved) return nullptr;
  __builtin_memcpy(moved, block, heap.usable_size(block));
  free(block);
  return moved;
}

void* reallocarray(void* block, size_t count, size_t size) {
  const heaplet::Checked bytes = heaplet::checked_multiply(count, size);
  return bytes.overflow ? or_no_memory(nullptr) : realloc(block, bytes.value);
}

void* aligned_alloc(size_t alignment, size_t size) {
  if (!heaplet::is_power_of_two(alignment)) return bad_argument();
  return or_no_memory(heap.allocate(size, alignment));
}

void* memalign(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }

int posix_memalign(void** result, size_t alignment, size_t size) {
  if (!heaplet::is_power_of_two(alignment) || alignment < sizeof(void*)) return invalid;
  void* const block = heap.allocate(size, alignment);
  if (!block) return no_memory;
  *result = block;
  return 0;
}

size_t malloc_usable_size(void* block) { return heap.usable_size(block); }

}  // extern "C"

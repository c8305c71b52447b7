// C++'s operator new and delete on heaplet: include this in one source file of a program. A delete then says how long its
// object is, as containers do too, and heaplet need not look for that. (GCC does so by itself; clang before 19 wants
// -fsized-deallocation.) Without it new and delete call malloc and free, as the C++ library has them. `hardened` knows by these
// operators alone what must be given back by delete, by delete[] and by free.
#pragma once

#include <heaplet.h>
#include <new>

#ifndef __cpp_exceptions
#include <cstdlib>
#endif

// `hardened` has them, and no other profile.
extern "C" {
[[gnu::weak]] void* heaplet_made(void* block, int by);
[[gnu::weak]] void heaplet_free_made(void* block, int by, size_t size, size_t alignment);
}

namespace heaplet_new {

/// What `allocate` returns, which is asked again as long as there is a handler to make room; null if there is none.
template <class Allocate>
inline void* attempt(Allocate allocate) {
  for (;;) {
    if (void* const block = allocate()) return block;
    const std::new_handler handler = std::get_new_handler();
    if (!handler) return nullptr;
    handler();
  }
}

/// The same; without memory that is an exception, or where there are none the program's end.
template <class Allocate>
inline void* must(Allocate allocate) {
  if (void* const block = attempt(allocate)) return block;
#ifdef __cpp_exceptions
  throw std::bad_alloc();
#else
  std::abort();
#endif
}

/// The same; without memory that is null, whatever a handler throws.
template <class Allocate>
inline void* may(Allocate allocate) noexcept {
#ifdef __cpp_exceptions
  try {
    return attempt(allocate);
  } catch (...) {
    return nullptr;
  }
#else
  return attempt(allocate);
#endif
}

inline size_t value(std::align_val_t alignment) { return static_cast<size_t>(alignment); }

/// @param by as in heaplet_fault_details
inline void* made(void* block, int by) { return heaplet_made ? heaplet_made(block, by) : block; }

/// Whether `hardened` has given the block back.
inline bool gives(void* block, int by, size_t size = static_cast<size_t>(-1), size_t alignment = 1) {
  if (heaplet_free_made) heaplet_free_made(block, by, size, alignment);
  return heaplet_free_made;
}

}  // namespace heaplet_new

#define HEAPLET_NEW(array, by)                                                                              \
  void* operator new array(size_t size) {                                                                   \
    return heaplet_new::made(heaplet_new::must([=] { return heaplet_malloc(size); }), by);                  \
  }                                                                                                         \
  void* operator new array(size_t size, const std::nothrow_t&) noexcept {                                   \
    return heaplet_new::made(heaplet_new::may([=] { return heaplet_malloc(size); }), by);                   \
  }                                                                                                         \
  void* operator new array(size_t size, std::align_val_t alignment) {                                       \
    const auto allocate = [=] { return heaplet_aligned_alloc(heaplet_new::value(alignment), size); };       \
    return heaplet_new::made(heaplet_new::must(allocate), by);                                              \
  }                                                                                                         \
  void* operator new array(size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {       \
    const auto allocate = [=] { return heaplet_aligned_alloc(heaplet_new::value(alignment), size); };       \
    return heaplet_new::made(heaplet_new::may(allocate), by);                                               \
  }                                                                                                         \
  void operator delete array(void* block) noexcept {                                                        \
    if (!heaplet_new::gives(block, by)) heaplet_free(block);                                                \
  }                                                                                                         \
  void operator delete array(void* block, const std::nothrow_t&) noexcept { operator delete array(block); } \
  void operator delete array(void* block, std::align_val_t) noexcept { operator delete array(block); }      \
  void operator delete array(void* block, std::align_val_t, const std::nothrow_t&) noexcept {               \
    operator delete array(block);                                                                           \
  }                                                                                                         \
  void operator delete array(void* block, size_t size) noexcept {                                           \
    if (!heaplet_new::gives(block, by, size)) heaplet_free_sized(block, size);                              \
  }                                                                                                         \
  void operator delete array(void* block, size_t size, std::align_val_t alignment) noexcept {               \
    const size_t multiple = heaplet_new::value(alignment);                                                  \
    if (!heaplet_new::gives(block, by, size, multiple)) heaplet_free_aligned_sized(block, multiple, size);  \
  }

HEAPLET_NEW(, 1)
HEAPLET_NEW([], 2)

#undef HEAPLET_NEW

// Who is told of allocations. With HEAPLET_TRACING it is Emscripten, of the break too, where a program is built with its tracing
// (`--tracing`, `--memoryprofiler`): the same as by its own malloc. With HEAPLET_STACKS it is stacks.js, which keeps the stack of each,
// and with threads besides stacks_threads.hpp. Without them there is nothing of it.
//
// The functions of heaplet.h are then those of malloc.cpp under other names, and each of them told of here; what they
// call among themselves is not.
#pragma once

#include <stddef.h>
#include <stdint.h>

#if HEAPLET_STACKS && !HEAPLET_THREADS

extern "C" {
// In stacks.js. A block that a realloc has moved was before at `before`, else that is null.
void heaplet_stack_made(const void* block, const void* before);
void heaplet_stack_freed(const void* block);
// All blocks that are in use, one by one; then they are printed by their stacks.
void heaplet_stack_used(const void* block, size_t bytes);
void heaplet_stack_print_used();
}

#elif HEAPLET_TRACING

extern "C" {
// Emscripten's trace.h.
void emscripten_trace_record_allocation(const void* block, int32_t bytes);
void emscripten_trace_record_reallocation(const void* old_block, const void* block, int32_t bytes);
void emscripten_trace_record_free(const void* block);
// In tracing.js: Emscripten's has had two names.
void heaplet_trace_break(uintptr_t before, uintptr_t after);
}

#endif

#if HEAPLET_TRACING || HEAPLET_STACKS

#define heaplet_malloc heaplet_untraced_malloc
#define heaplet_free heaplet_untraced_free
#define heaplet_calloc heaplet_untraced_calloc
#define heaplet_realloc heaplet_untraced_realloc
#define heaplet_reallocarray heaplet_untraced_reallocarray
#define heaplet_realloc_in_place heaplet_untraced_realloc_in_place
#define heaplet_free_sized heaplet_untraced_free_sized
#define heaplet_free_aligned_sized heaplet_untraced_free_aligned_sized
#define heaplet_free_made heaplet_untraced_free_made
#define heaplet_aligned_alloc heaplet_untraced_aligned_alloc
#define heaplet_memalign heaplet_untraced_memalign
#define heaplet_posix_memalign heaplet_untraced_posix_memalign
#define heaplet_aligned_realloc heaplet_untraced_aligned_realloc
#define heaplet_valloc heaplet_untraced_valloc
#define heaplet_pvalloc heaplet_untraced_pvalloc

#if HEAPLET_STACKS && HEAPLET_THREADS
// Nobody may free a block, or make another in its place, between a call and what is told of it. So these are told of too: a fault that
// they find is printed by who has the lock already.
#define heaplet_made heaplet_untraced_made
#define heaplet_malloc_usable_size heaplet_untraced_malloc_usable_size
#endif

namespace traced {

#if HEAPLET_STACKS

#if !HEAPLET_THREADS

/// A call of the family, from its begin to its end.
struct Call {
  /// Tells of a block that there is since now, and before was at `old`, if that is not null. @returns the block
  void* block(void* now, size_t, const void* old = nullptr) const {
    if (now) heaplet_stack_made(now, old);
    return now;
  }

  /// Gives a block back, and tells of it. Only then: if the call finds a fault, it has not freed the block.
  template <class Free>
  void frees(void* block, Free free) const {
    free();
    if (block) heaplet_stack_freed(block);
  }
};

/// One that changes nothing.
struct QuietCall {};

/// Of all blocks in use, one by one; and what has been heard of them, by their stacks.
inline void used(const void* block, size_t bytes) { heaplet_stack_used(block, bytes); }
inline void print_used() { heaplet_stack_print_used(); }

#endif

inline void moved_break(uintptr_t, uintptr_t) {}

#else

struct Call {
  void* block(void* now, size_t bytes, const void* old = nullptr) const {
    if (now && old) emscripten_trace_record_reallocation(old, now, static_cast<int32_t>(bytes));
    if (now && !old) emscripten_trace_record_allocation(now, static_cast<int32_t>(bytes));
    return now;
  }

  template <class Free>
  void frees(void* block, Free free) const {
    if (block) emscripten_trace_record_free(block);
    free();
  }
};

inline void moved_break(uintptr_t before, uintptr_t after) { heaplet_trace_break(before, after); }

#endif

}  // namespace traced

#else

namespace traced {
inline void moved_break(uintptr_t, uintptr_t) {}
}  // namespace traced

#endif

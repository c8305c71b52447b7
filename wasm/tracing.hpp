// What Emscripten is told of allocations and of the break where a program is built with its tracing (`--tracing`,
// `--memoryprofiler`): the same as by its own malloc. Without HEAPLET_TRACING there is nothing of it.
//
// The functions of heaplet.h are then those of malloc.cpp under other names, and each of them told of here; what they
// call among themselves is not.
#pragma once

#include <stddef.h>
#include <stdint.h>

#if HEAPLET_TRACING

extern "C" {
// Emscripten's trace.h.
void emscripten_trace_record_allocation(const void* block, int32_t bytes);
void emscripten_trace_record_reallocation(const void* old_block, const void* block, int32_t bytes);
void emscripten_trace_record_free(const void* block);
// In tracing.js: Emscripten's has had two names.
void heaplet_trace_break(uintptr_t before, uintptr_t after);
}

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

namespace traced {

/// Tells of a block that there is since now, and before was at `old`, if that is not null. @returns the block
inline void* block(void* now, size_t bytes, const void* old = nullptr) {
  if (now && old) emscripten_trace_record_reallocation(old, now, static_cast<int32_t>(bytes));
  if (now && !old) emscripten_trace_record_allocation(now, static_cast<int32_t>(bytes));
  return now;
}

/// Tells of a block that is about to go.
inline void* freed(void* block) {
  if (block) emscripten_trace_record_free(block);
  return block;
}

inline void moved_break(uintptr_t before, uintptr_t after) { heaplet_trace_break(before, after); }

}  // namespace traced

#else

namespace traced {
inline void moved_break(uintptr_t, uintptr_t) {}
}  // namespace traced

#endif

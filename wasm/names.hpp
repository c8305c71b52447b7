// Every name of the C family but its own: weak, so that a program may define some of them itself, and the libc's
// object stays out of the link because none of its names is missing.
#pragma once

#define HEAPLET_NAME(name, function) \
  extern "C" __typeof(heaplet_##function) name __attribute__((weak, alias("heaplet_" #function)));

// C23, POSIX and glibc.
HEAPLET_NAME(malloc, malloc)
HEAPLET_NAME(free, free)
HEAPLET_NAME(calloc, calloc)
HEAPLET_NAME(realloc, realloc)
HEAPLET_NAME(reallocarray, reallocarray)
HEAPLET_NAME(free_sized, free_sized)
HEAPLET_NAME(free_aligned_sized, free_aligned_sized)
HEAPLET_NAME(aligned_alloc, aligned_alloc)
HEAPLET_NAME(memalign, memalign)
HEAPLET_NAME(posix_memalign, posix_memalign)
HEAPLET_NAME(valloc, valloc)
HEAPLET_NAME(pvalloc, pvalloc)
HEAPLET_NAME(malloc_usable_size, malloc_usable_size)
#ifdef __wasm__  // glibc's has ints
HEAPLET_NAME(mallinfo, mallinfo)
#endif
HEAPLET_NAME(mallinfo2, mallinfo)
HEAPLET_NAME(malloc_trim, malloc_trim)
#ifndef __wasm__
HEAPLET_NAME(mallopt, mallopt)
#endif

#if __STDC_HOSTED__ && defined(__wasm__)

// dlmalloc's and emmalloc's additions, which some programs use where these are the default.
HEAPLET_NAME(realloc_in_place, realloc_in_place)
HEAPLET_NAME(aligned_realloc, aligned_realloc)
HEAPLET_NAME(malloc_footprint, malloc_footprint)
HEAPLET_NAME(malloc_max_footprint, malloc_footprint)
HEAPLET_NAME(malloc_footprint_limit, malloc_footprint_limit)
HEAPLET_NAME(malloc_set_footprint_limit, malloc_set_footprint_limit)
HEAPLET_NAME(mallopt, mallopt)
HEAPLET_NAME(independent_calloc, independent_calloc)
HEAPLET_NAME(independent_comalloc, independent_comalloc)
HEAPLET_NAME(bulk_free, bulk_free)

// What musl calls inside, so that a program may replace malloc for itself alone.
HEAPLET_NAME(__libc_malloc, malloc)
HEAPLET_NAME(__libc_free, free)
HEAPLET_NAME(__libc_calloc, calloc)
HEAPLET_NAME(__libc_realloc, realloc)
HEAPLET_NAME(__libc_memalign, memalign)

#endif

#ifdef __EMSCRIPTEN__

// What Emscripten's runtime and its sanitizers call.
#if HEAPLET_THREADS && !HEAPLET_SMALL && !HEAPLET_STACKS
// Before 4.0 it calls them, for the memory of a thread's variables, when those of a former thread are still in their place, and
// when they have been freed.
extern "C" {
[[gnu::weak]] void* emscripten_builtin_memalign(size_t alignment, size_t size) {
  return or_no_memory(heap.allocate_apart(size, alignment));
}
[[gnu::weak]] void* emscripten_builtin_malloc(size_t size) {
  return or_no_memory(heap.allocate_apart(size, heaplet::granule));
}
[[gnu::weak]] void* emscripten_builtin_calloc(size_t count, size_t size) {
  const Checked bytes = heaplet::checked_multiply(count, size);
  void* const block = bytes.overflow ? or_no_memory(nullptr) : emscripten_builtin_malloc(bytes.value);
  if (block) __builtin_memset(block, 0, bytes.value);
  return block;
}
[[gnu::weak]] void emscripten_builtin_free(void* block) { heap.deallocate_apart(block); }
}
#else
HEAPLET_NAME(emscripten_builtin_malloc, malloc)
HEAPLET_NAME(emscripten_builtin_free, free)
HEAPLET_NAME(emscripten_builtin_calloc, calloc)
HEAPLET_NAME(emscripten_builtin_memalign, memalign)
#endif
HEAPLET_NAME(emscripten_builtin_realloc, realloc)

// emmalloc.h.
HEAPLET_NAME(emmalloc_malloc, malloc)
HEAPLET_NAME(emmalloc_free, free)
HEAPLET_NAME(emmalloc_calloc, calloc)
HEAPLET_NAME(emmalloc_realloc, realloc)
HEAPLET_NAME(emmalloc_realloc_try, realloc_in_place)
HEAPLET_NAME(emmalloc_realloc_uninitialized, realloc)
HEAPLET_NAME(emmalloc_memalign, memalign)
HEAPLET_NAME(emmalloc_aligned_alloc, aligned_alloc)
HEAPLET_NAME(emmalloc_aligned_realloc, aligned_realloc)
HEAPLET_NAME(emmalloc_aligned_realloc_uninitialized, aligned_realloc)
HEAPLET_NAME(emmalloc_posix_memalign, posix_memalign)
HEAPLET_NAME(emmalloc_usable_size, malloc_usable_size)
HEAPLET_NAME(emmalloc_mallinfo, mallinfo)
HEAPLET_NAME(emmalloc_trim, malloc_trim)
HEAPLET_NAME(emmalloc_dynamic_heap_size, malloc_footprint)

#endif

#undef HEAPLET_NAME

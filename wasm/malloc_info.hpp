// The part of the C family that looks at the whole heap.
#pragma once

#include "../src/stats.hpp"
#include "../src/view.hpp"

extern "C" {

struct heaplet_mallinfo heaplet_mallinfo(void) {
  const heaplet::Stats stats = heaplet::stats(heaplet::view(heap));
  return {.arena = stats.pool_bytes,
          .ordblks = stats.free_blocks,
          .smblks = stats.cached_blocks,
          .hblks = 0,
          .hblkhd = 0,
          .usmblks = 0,
          .fsmblks = stats.cached_bytes,
          .uordblks = stats.used_bytes,
          .fordblks = stats.free_bytes + stats.cached_bytes,
          .keepcost = heap.free_at_end()};
}

size_t heaplet_malloc_footprint(void) { return heap.pool_bytes(); }

int heaplet_malloc_trim(size_t) { return 0; }

int heaplet_mallopt(int, int) { return 0; }

#if __STDC_HOSTED__

void heaplet_malloc_stats(void) {
  const heaplet::Stats stats = heaplet::stats(heaplet::view(heap));
  dprintf(
      2, "heaplet: %zu bytes in %zu pools, %zu in %zu used blocks, %zu in %zu free blocks, the largest %zu\n",
      stats.pool_bytes, stats.pools, stats.used_bytes, stats.used_blocks,
      stats.free_bytes + stats.cached_bytes, stats.free_blocks + stats.cached_blocks, stats.largest_free);
}

#endif

#ifdef __EMSCRIPTEN__

size_t emscripten_get_heap_max(void);  // Emscripten's heap.h: the bytes that memory may grow to

/* 0 if every invariant of the heap holds. Walks it. */
int emmalloc_validate_memory_regions(void) { return heaplet::check(heaplet::view(heap)) ? 1 : 0; }

/* Bytes that no used block takes. Walks the heap. */
size_t emmalloc_free_dynamic_memory(void) { return heaplet_mallinfo().fordblks; }

/* Bytes that sbrk could still give. */
size_t emmalloc_unclaimed_heap_memory(void) { return emscripten_get_heap_max() - ProgramMemory::end(); }

#endif

}  // extern "C"

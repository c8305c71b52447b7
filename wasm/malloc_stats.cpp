// malloc_stats, and what else prints: an object of its own. A linker that takes an object from a library also takes what
// that asks for, and then printf and the streams are in every program, called or not.
#include "heaplet.h"

extern "C" {

int dprintf(int file, const char* format, ...);  // POSIX.1-2008

void heaplet_malloc_stats(void) {
  const struct heaplet_mallinfo info = heaplet_mallinfo();
  dprintf(2, "heaplet: %zu bytes in pools, %zu used, %zu in %zu free blocks\n", info.arena, info.uordblks,
          info.fordblks, info.ordblks + info.smblks);
}

[[gnu::weak, gnu::alias("heaplet_malloc_stats")]] void malloc_stats(void);

#ifdef __EMSCRIPTEN__

// emmalloc.h's two dumps.

void heaplet_each_block(void (*print)(const void* block, size_t bytes, bool is_used));
size_t emmalloc_compute_free_dynamic_memory_fragmentation_map(size_t counts[32]);

/* Every block: its address, its bytes with its header, and whether it is used. */
[[gnu::weak]] void emmalloc_dump_memory_regions(void) {
  heaplet_each_block([](const void* block, size_t bytes, bool is_used) {
    dprintf(2, "heaplet: %p %zu %s\n", block, bytes, is_used ? "used" : "free");
  });
}

/* How many free blocks there are of each power of two. */
[[gnu::weak]] void emmalloc_dump_free_dynamic_memory_fragmentation_map(void) {
  size_t counts[32];
  const size_t all = emmalloc_compute_free_dynamic_memory_fragmentation_map(counts);
  dprintf(2, "heaplet: %zu free blocks\n", all);
  for (unsigned i = 0; i < 32; ++i)
    if (counts[i]) dprintf(2, "heaplet: %zu of %zu bytes or more\n", counts[i], size_t{1} << i);
}

#endif

}  // extern "C"

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

size_t heaplet_blocks_behind(size_t behind, size_t (*found)[3], size_t most);
size_t emmalloc_compute_free_dynamic_memory_fragmentation_map(size_t counts[32]);

/* Every block: its address, its bytes with its header and what `hardened` has behind it, and whether it is used. Walks the
 * heap once for each 512 of them. Nobody waits while it prints: what becomes of blocks meanwhile may be in it or not. */
[[gnu::weak]] void emmalloc_dump_memory_regions(void) {
  constexpr size_t most = 512;
  size_t blocks[most][3];
  for (size_t behind = 0; const size_t count = heaplet_blocks_behind(behind, blocks, most);) {
    for (size_t i = 0; i < count; ++i)
      dprintf(2, "heaplet: %#zx %zu %s\n", blocks[i][0], blocks[i][1], blocks[i][2] ? "used" : "free");
    behind = blocks[count - 1][0];
  }
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

// malloc_stats: an object of its own, because it prints. A linker that takes an object from a library also takes what
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

}  // extern "C"

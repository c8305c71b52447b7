// What is free, as Emscripten's users compute it from mallinfo and the break: the same before the heap begins, and when
// everything has been freed again; also where somebody else takes memory in between.
#include "check.h"

#include <heaplet.h>

static size_t free_bytes(void) {
  return emscripten_get_heap_size() - the_break() + heaplet_mallinfo().fordblks;
}

// What holds at any time.
static struct heaplet_mallinfo sound(void) {
  const struct heaplet_mallinfo info = heaplet_mallinfo();
  CHECK(info.arena == info.uordblks + info.fordblks);
#ifdef COUNTS
  CHECK(info.usmblks == heaplet_usage().peak_bytes && info.usmblks >= info.uordblks);
#else
  CHECK(info.usmblks == info.arena);
#endif
  CHECK(info.arena == heaplet_malloc_footprint());
  CHECK(info.keepcost <= info.fordblks && info.fsmblks <= info.fordblks);
  CHECK(info.hblks == 0 && info.hblkhd == 0);
  return info;
}

int main(void) {
  enum { bytes = 1 << 20, pieces = 20 };
  const size_t all = emscripten_get_heap_size(), before = free_bytes();
  const uintptr_t start = the_break();
  CHECK(sound().arena == 0 && before == all - start);

  void* volatile large = malloc(bytes);
  CHECK(large);
  CHECK(free_bytes() <= before - bytes && free_bytes() >= before - bytes - bytes / 16);
  CHECK(sound().arena == the_break() - start);
  free(large);
  CHECK(emscripten_get_heap_size() == all && free_bytes() == before);
  CHECK(sound().uordblks == 0);

  // With pools of their own between what somebody else takes, and small blocks that wait to be merged.
  static void* blocks[pieces];
  size_t others = 0;
  for (int i = 0; i < pieces; ++i) {
    CHECK((blocks[i] = malloc(i % 2 ? 300 : 400000)));
    CHECK(sbrk(1600) != REFUSED);
    others += 1600;
    sound();
  }
  CHECK(sound().arena == the_break() - start - others);
  for (int i = 0; i < pieces; ++i) free(blocks[i]);
  CHECK(free_bytes() == before - others + (emscripten_get_heap_size() - all));
  CHECK(sound().uordblks == 0);
  return 0;
}

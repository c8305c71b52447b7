// A memory that ends, at 128 MiB: what is refused has changed nothing, and what fits afterwards is there.
#include "check.h"

int main(void) {
  enum { most = 64, bytes = 10 << 20 };
  static char* blocks[most];
  char* const small = malloc(100);
  memset(small, 5, 100);
  // Far too much.
  for (int mebibytes = 256; mebibytes <= 1400; mebibytes += 572) {
    const uintptr_t before = the_break();
    const size_t size = emscripten_get_heap_size();
    errno = 0;
    void* volatile const large = malloc((size_t)mebibytes << 20);
    CHECK(!large && errno == ENOMEM);
    CHECK(the_break() == before && emscripten_get_heap_size() == size);
  }
  int count = 0;
  for (;; ++count) {
    CHECK(count < most);
    const uintptr_t before = the_break();
    const size_t size = emscripten_get_heap_size();
    errno = 0;
    if ((blocks[count] = malloc(bytes))) {
      memset(blocks[count], count, 100);
      continue;
    }
    CHECK(errno == ENOMEM && the_break() == before && emscripten_get_heap_size() == size);
    break;
  }
  CHECK(count >= 11 && is_full(small, 100, 5));
  for (int i = 0; i < count; ++i) CHECK(is_full(blocks[i], 100, (unsigned char)i));
  free(blocks[3]);
  CHECK((blocks[3] = malloc(bytes)));
  for (int i = 0; i < count; ++i) free(blocks[i]);
  // All of it is one block again, but for what lies before the first of them.
  void* volatile const all = malloc((size_t)(count - 1) * bytes);
  CHECK(all);
  return 0;
}

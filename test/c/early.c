// Somebody grows the memory before the program's first malloc: those pages are theirs for good.
#include <stdlib.h>
#include <string.h>

int main(void) {
  enum { pages = 3, page = 65536, blocks = 40, bytes = 30000 };
  const size_t first = __builtin_wasm_memory_grow(0, pages);
  if (first == (size_t)-1) return 1;
  unsigned char* const theirs = (unsigned char*)(first * page);
  memset(theirs, 0xf0, pages * page);
  for (int i = 0; i < blocks; ++i) {
    void* const block = malloc(bytes);
    if (!block) return 2;
    memset(block, 0x11, bytes);
  }
  for (size_t at = 0; at < pages * page; ++at)
    if (theirs[at] != 0xf0) return 3;
  return 0;
}

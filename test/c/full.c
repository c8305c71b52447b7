// A small heap in a memory that is full: what it has serves every small request, where a request for more aborts.
#include <stdlib.h>
#include <unistd.h>

#include <emscripten/heap.h>

int main(void) {
  sbrk(emscripten_get_heap_size() - (size_t)sbrk(0) - 20480);
  for (size_t bytes = 8; bytes <= 1024; bytes += 8) {
    void* volatile block = malloc(bytes);  // volatile: else nothing is allocated
    if (!block) return 1;
    free(block);
  }
  return 0;
}

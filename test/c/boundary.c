// Takes the memory that Emscripten gave the program to the last 128 KiB, where a request for more than is there aborts.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <emscripten/heap.h>

int main(void) {
  size_t blocks = 0;
  while (emscripten_get_heap_size() - (size_t)sbrk(0) > 131072) {
    if (!malloc(10000)) return 1;
    ++blocks;
  }
  printf("%zu blocks\n", blocks);
  return blocks > 100 ? 0 : 2;
}

// A side module: a shared library that allocates by the main module's malloc.
#include <stdlib.h>
#include <string.h>

char* make(int bytes) {
  char* const block = malloc(bytes);
  return block ? memset(block, 7, bytes) : block;
}

void drop(char* block) { free(block); }

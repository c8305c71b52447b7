// A program that leaks, with each function of the malloc family: it prints how many blocks and bytes it has not freed.
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __EMSCRIPTEN__  // some versions have none
#define reallocarray(block, count, size) realloc(block, (count) * (size))
#endif

#define APART __attribute__((noinline))

static size_t blocks;
static size_t bytes;
void* volatile kept;

static void* keep(void* block) {
  kept = block;
  blocks++;
  bytes += malloc_usable_size(block);
  return block;
}

APART void planted_leak(void) { keep(malloc(40)); }

APART void startup(void) { memset(keep(calloc(1000, 300)), 1, 300000); }

APART void honest(int round) {
  char* text = malloc(100);
  kept = text;
  text = realloc(text, 200 + round);
  kept = text;
  free(text);
}

APART void others(void) {
  void* block = NULL;
  kept = block = aligned_alloc(256, 512);
  free(block);
  if (posix_memalign(&block, 128, 1000) == 0) keep(block);
  kept = block = reallocarray(NULL, 10, 10);
  keep(reallocarray(block, 10, 1000));
}

APART void one_round(int round) {
  planted_leak();
  honest(round);
}

int main(void) {
  startup();
  for (int round = 0; round < 1000; round++) one_round(round);
  others();
  printf("%zu %zu\n", blocks, bytes);
  return 0;
}

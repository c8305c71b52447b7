// What emmalloc.h tells of a heap, and its two dumps, which go to stderr.
#include "check.h"

#include <heaplet.h>

void emmalloc_dump_memory_regions(void);
void emmalloc_dump_free_dynamic_memory_fragmentation_map(void);
int emmalloc_validate_memory_regions(void);
int emmalloc_trim(size_t);
size_t emmalloc_dynamic_heap_size(void);
size_t emmalloc_free_dynamic_memory(void);
size_t emmalloc_unclaimed_heap_memory(void);
size_t emmalloc_compute_free_dynamic_memory_fragmentation_map(size_t[32]);

int main(void) {
  const size_t mebibyte = 1 << 20, unclaimed = emmalloc_unclaimed_heap_memory();
  CHECK(emmalloc_dynamic_heap_size() == 0 && emmalloc_free_dynamic_memory() == 0);
  CHECK(unclaimed == emscripten_get_heap_max() - the_break());
  void *const a = malloc(32 * mebibyte), *const b = malloc(4 * mebibyte), *const c = malloc(8 * mebibyte),
              *const d = malloc(16384), *const e = malloc(2 * mebibyte);
  CHECK(a && b && c && d && e);
  const size_t used = 46 * mebibyte + 16384;
  CHECK(emmalloc_dynamic_heap_size() >= used && emmalloc_dynamic_heap_size() < used + 4 * mebibyte);
  CHECK(emmalloc_unclaimed_heap_memory() == unclaimed - emmalloc_dynamic_heap_size());
  const size_t before = emmalloc_free_dynamic_memory();
  free(b);
  free(d);
  CHECK(emmalloc_validate_memory_regions() == 0);
  const size_t freed = emmalloc_free_dynamic_memory() - before;
  CHECK(freed >= 4 * mebibyte + 16384 && freed < 4 * mebibyte + mebibyte / 4);
  size_t counts[32];
  const size_t all = emmalloc_compute_free_dynamic_memory_fragmentation_map(counts);
  CHECK(counts[22] == 1 && counts[14] >= 1 && all >= 2);  // what is left at the end may be as large as d
  // Nothing is given back.
  const uintptr_t end = the_break();
  CHECK(emmalloc_trim(0) == 0 && emmalloc_trim(100000) == 0 && the_break() == end);
  fprintf(stderr, "%p %p\n", a, d);
  emmalloc_dump_memory_regions();
  emmalloc_dump_free_dynamic_memory_fragmentation_map();
  CHECK(emmalloc_validate_memory_regions() == 0);
  return 0;
}

/* What a library that counts says of a program, by heaplet.h; and what its host sees meanwhile. */
#include <heaplet.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef __EMSCRIPTEN__
#include <emscripten.h>
// clang-format off: it knows no === of JavaScript
EM_JS(size_t, seen_by_host, (int number), {
  return (typeof wasmExports == 'undefined' ? Module['asm'] : wasmExports)['heaplet_usage_figure'](number);
});
// clang-format on
#else
__attribute__((import_module("host"), import_name("seen"))) size_t seen_by_host(int number);
#endif

#define CHECK(condition)                                       \
  if (!(condition)) {                                          \
    fprintf(stderr, "usage.c:%d: %s\n", __LINE__, #condition); \
    return 1;                                                  \
  }

/* With lists for each thread what those keep counts as used. */
#ifdef __EMSCRIPTEN_PTHREADS__
#define IS(counted, used) ((counted) >= (used))
#else
#define IS(counted, used) ((counted) == (used))
#endif

static void* volatile kept[100];

int main(void) {
  const struct heaplet_usage before = heaplet_usage();
  for (int i = 0; i < 100; ++i) kept[i] = malloc(100 + i * 50);
  const struct heaplet_usage full = heaplet_usage();
  CHECK(IS(full.used_blocks, before.used_blocks + 100));
  CHECK(full.used_bytes >= before.used_bytes + 257500);
  CHECK(full.peak_bytes >= full.used_bytes && full.peak_blocks >= full.used_blocks);
  CHECK(full.largest_request >= 5050);
  CHECK(full.footprint == heaplet_malloc_footprint());
  CHECK(IS(full.used_bytes, heaplet_mallinfo().uordblks));
  for (int i = 0; i < 100; ++i) free(kept[i]);
  const struct heaplet_usage after = heaplet_usage();
  CHECK(IS(after.used_bytes, before.used_bytes) && IS(after.used_blocks, before.used_blocks));
  CHECK(after.used_bytes < full.used_bytes && after.used_blocks < full.used_blocks);
  CHECK(after.peak_bytes == full.peak_bytes && heaplet_mallinfo().usmblks == full.peak_bytes);
  /* Too much for any memory here, but no more than C may ask for. */
  CHECK(!(kept[0] = malloc((size_t)-1 / 2 - 100000)));
  const struct heaplet_usage refused = heaplet_usage();
  CHECK(refused.refusals > after.refusals && refused.growths == after.growths);
  CHECK(refused.largest_request == (size_t)-1 / 2 - 100000);
  /* What C may not ask for says nothing about the heap. */
  CHECK(!(kept[0] = malloc((size_t)-1)));
  CHECK(heaplet_usage().largest_request == refused.largest_request);
  const size_t* const figures = (const size_t*)&refused;
  for (unsigned i = 0; i < sizeof refused / sizeof *figures; ++i) {
    CHECK(heaplet_usage_figure(i) == figures[i]);
    CHECK(seen_by_host(i) == figures[i]);
  }
  CHECK(heaplet_usage_figure(8) == 0);
  return 0;
}

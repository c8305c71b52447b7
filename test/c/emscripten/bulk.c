// dlmalloc's calls for many blocks at a time, and what it says of its footprint. By hand, for no header has them.
#include "check.h"

void** independent_calloc(size_t, size_t, void**);
void** independent_comalloc(size_t, size_t*, void**);
size_t bulk_free(void**, size_t);
size_t malloc_footprint(void);
size_t malloc_max_footprint(void);
size_t malloc_footprint_limit(void);
size_t malloc_set_footprint_limit(size_t);
int emmalloc_validate_memory_regions(void);

enum { count = 50 };

static void fill(void** blocks, size_t bytes, size_t more) {
  for (int i = 0; i < count; ++i) memset(blocks[i], 1 + i, bytes + (size_t)i * more);
}

static void are_whole(void** blocks, size_t bytes, size_t more) {
  for (int i = 0; i < count; ++i) CHECK(is_full(blocks[i], bytes + (size_t)i * more, (unsigned char)(1 + i)));
}

int main(void) {
  const size_t sizes_of_cells[] = {0, 1, 7, 40, 3000};
  for (int i = 0; i < 5; ++i) {
    const size_t bytes = sizes_of_cells[i];
    void* blocks[count];
    memset(blocks, 0xff, sizeof blocks);
    CHECK(independent_calloc(count, bytes, blocks) == blocks);
    for (int j = 0; j < count; ++j) CHECK(is_full(blocks[j], bytes, 0));
    fill(blocks, bytes, 0);
    // The array is a block of its own where none is given.
    void** const others = independent_calloc(count, bytes, NULL);
    for (int j = 0; j < count; ++j) CHECK(is_full(others[j], bytes, 0));
    fill(others, bytes, 0);
    are_whole(blocks, bytes, 0);
    are_whole(others, bytes, 0);
    free(blocks[7]);
    blocks[7] = NULL;
    CHECK(bulk_free(blocks, count) == 0);
    for (int j = 0; j < count; ++j) CHECK(blocks[j] == NULL);
    for (int j = 0; j < count; ++j) free(others[j]);
    free(others);
  }
  size_t sizes[count];
  for (size_t i = 0; i < count; ++i) sizes[i] = i * 9;
  void** const mixed = independent_comalloc(count, sizes, NULL);
  fill(mixed, 0, 9);
  are_whole(mixed, 0, 9);
  mixed[40] = realloc(mixed[40], 5000);  // any of them is a block like others
  CHECK(mixed[40] && is_full(mixed[40], 360, 41));
  bulk_free(mixed, count);
  free(mixed);
  void* none[1];
  CHECK(independent_calloc(0, 10, none) == none);
  void** const empty = independent_calloc(0, 10, NULL);
  CHECK(empty);
  free(empty);
  CHECK(bulk_free(NULL, 0) == 0);

  // All or none.
  const size_t footprint = malloc_footprint();
  void* kept[3] = {kept, kept, kept};
  size_t too_much[3] = {100, 200, (size_t)-1 / 2};
  errno = 0;
  CHECK(independent_comalloc(3, too_much, kept) == NULL && errno == ENOMEM);
  CHECK(kept[0] == kept && kept[1] == kept && kept[2] == kept);
  CHECK(independent_comalloc(3, too_much, NULL) == NULL);
  CHECK(independent_calloc((size_t)-1 / 2, 8, NULL) == NULL && errno == ENOMEM);
  CHECK(malloc_footprint() == footprint && emmalloc_validate_memory_regions() == 0);

  CHECK(malloc_max_footprint() == footprint && footprint > 0);
  CHECK(malloc_footprint_limit() == SIZE_MAX && malloc_set_footprint_limit(1 << 20) == SIZE_MAX);
  return 0;
}

// What every malloc has to do: blocks that are apart, keep their bytes, and are used again when they are freed.
#include "check.h"

size_t malloc_usable_size(void*);
int emmalloc_validate_memory_regions(void);

static void basics(void) {
  void* const nothing = malloc(0);
  CHECK(nothing && nothing != malloc(0));
  CHECK(malloc_usable_size(malloc(1)) >= 1 && malloc_usable_size(NULL) == 0);
  free(nothing);
  void* const first = malloc(100);
  free(first);
  void* const second = malloc(100);
#ifndef WAITS  // what was freed, before it is used again
  CHECK(second == first);
#endif
  void *const third = malloc(10), *const fourth = malloc(10);
  CHECK(third != fourth && emmalloc_validate_memory_regions() == 0);
  free(second);
  free(third);
  free(fourth);
  CHECK(emmalloc_validate_memory_regions() == 0);
}

static void clears(void) {
  char* const dirty = malloc(1000);
  memset(dirty, 77, 1000);
  free(dirty);
  char* const clean = calloc(10, 100);
#ifndef WAITS
  CHECK(clean == dirty);
#endif
  CHECK(is_full(clean, 1000, 0));
  free(clean);
  errno = 0;
  CHECK(calloc((size_t)-1 / 2, 3) == NULL && errno == ENOMEM);
}

static void resizes(void) {
  char* const block = malloc(100);
  memset(block, 1, 100);
  CHECK(realloc(block, 1) == block && *block == 1);
  CHECK(realloc(block, 100) == block);  // there still is room
  char* const wall = malloc(1);
  memset(block, 2, 100);
  char* const moved = realloc(block, 1000);
  CHECK(moved && is_full(moved, 100, 2));
  CHECK(wall < moved || wall > moved + 1000);
  free(moved);
  free(wall);
  char* grown = realloc(NULL, 10);
  *grown = 123;
  for (int bytes = 5; bytes < 5000; ++bytes) {
    grown = realloc(grown, (size_t)bytes);
    CHECK(grown && *grown == 123);
  }
  free(grown);
}

// Pairs of blocks, of which the second must lie apart from the first, at any alignment; powers of two alone are one.
static void aligns(void) {
  for (size_t i = 0; i < 35; ++i)
    for (size_t j = 0; j < 35; ++j) {
      const uintptr_t first = (uintptr_t)aligned_alloc(i, 100), second = (uintptr_t)aligned_alloc(j, 100);
      if (i == 0 || i & (i - 1)) CHECK(!first);
      if (j == 0 || j & (j - 1)) CHECK(!second);
      if (first) CHECK(first % i == 0);
      if (second) CHECK(second % j == 0 && (second >= first + 100 || second + 100 <= first));
      free((void*)first);
      free((void*)second);
    }
  void* kept = &kept;
  CHECK(posix_memalign(&kept, 3, 64) == EINVAL && kept == &kept);
  CHECK(posix_memalign(&kept, 1024, 64) == 0 && (uintptr_t)kept % 1024 == 0);
  free(kept);
  // A block that is cut out of another's end, with the rest freed: what lies behind it stays whole.
  void *const before = malloc(20), *const dirty = malloc(30);
  memset(dirty, 0xff, 30);
  free(dirty);
  void* const aligned = aligned_alloc(32, 20);
  CHECK(aligned && emmalloc_validate_memory_regions() == 0);
  free(aligned);
  free(before);
  CHECK(emmalloc_validate_memory_regions() == 0);
}

// Many sizes at a time, freed in another order, over and over: what two times took does for twenty, but for a tenth.
static void comes_and_goes(void) {
  enum { count = 400, turns = 20 };
  static unsigned char* blocks[count];
  const uintptr_t start = the_break();
  size_t size = 0;
  for (int turn = 0; turn < turns; ++turn) {
    for (int i = 0; i < count; ++i) {
      const size_t bytes = i < count / 2 ? (size_t)(11 * i) % 1024 : (size_t)i * 512;
      CHECK((blocks[i] = malloc(bytes)));
      memset(blocks[i], i, bytes);
      if (i > 10 && i % 4 == 1) free(blocks[i - 10]), blocks[i - 10] = NULL;
    }
    for (int i = count - 1; i >= 0; --i) {
      if (!blocks[i]) continue;
      CHECK(blocks[i][0] == (unsigned char)i || i == 0);
      free(blocks[i]);
    }
    if (turn == 1) size = the_break() - start;
  }
  CHECK(the_break() - start <= size + size / 10);
}

// Random calls; each block's first byte is compared at each.
static void at_random(void) {
  enum { count = 128, calls = 12345 };
  static struct {
    char* start;
    char value;
  } blocks[count];
  srandom(4711);
  for (int call = 0; call < calls; ++call) {
    const unsigned chance = (unsigned)random();
    const int at = chance % count;
    const size_t bytes =
        1 + ((unsigned)random() & 65535u) / (chance & 1024 ? 1u : 1u << (chance / 2048 % 16));
    char* const block = blocks[at].start;
    if (block) CHECK(*block == blocks[at].value);
    if (block && chance & 128) {
      free(block);
      blocks[at].start = NULL;
    } else {
      char* const next = block ? realloc(block, bytes) : chance & 256 ? malloc(bytes) : calloc(bytes, 1);
      CHECK(next);
      if (block) CHECK(*next == blocks[at].value);
      *(blocks[at].start = next) = blocks[at].value = (char)random();
    }
  }
  for (int i = 0; i < count; ++i) free(blocks[i].start);
  CHECK(emmalloc_validate_memory_regions() == 0);
}

int main(void) {
  basics();
  sbrk(3);
  void* const behind = malloc(10);
  CHECK(behind && behind != sbrk(0));
  free(behind);
  clears();
  resizes();
  aligns();
  comes_and_goes();
  at_random();
  return 0;
}

/* heaplet_pool.h by a program of C that needs no libc: natively under sanitizers, on wasm and on a Cortex-M4F. */
#include "pool.h"

#include <stdint.h>

#include "pool/heaplet_pool.h"

static const char* failure;
static int failed_line;

#define EXPECT(condition)     \
  do {                        \
    if (!(condition)) {       \
      failure = #condition;   \
      failed_line = __LINE__; \
      return;                 \
    }                         \
  } while (0)

#define WORD sizeof(void*)
#define GRANULE (4 * WORD)

/* Room for a pool that any of the builds makes, at an address that is a multiple of whatever is asked for. */
#define BUFFER 32768
static _Alignas(4096) unsigned char buffer[BUFFER + 4096]; /* no two of them touch each other */
static _Alignas(4096) unsigned char other[BUFFER + 4096];
static _Alignas(4096) unsigned char saved[BUFFER];

static uintptr_t address(const void* place) { return (uintptr_t)place; }

static void fill(void* to, unsigned char value, size_t bytes) {
  volatile unsigned char* at = to;
  while (bytes--) *at++ = value;
}

static int holds(const void* from, unsigned char value, size_t bytes) {
  const unsigned char* at = from;
  while (bytes--)
    if (*at++ != value) return 0;
  return 1;
}

static void copy(void* to, const void* from, size_t bytes) {
  volatile unsigned char* at = to;
  const unsigned char* source = from;
  while (bytes--) *at++ = *source++;
}

static int is_sound(const heaplet_pool* pool) {
  const struct heaplet_pool_stats stats = heaplet_pool_stats(pool);
  return !heaplet_pool_check(pool) && stats.region_bytes == stats.used_bytes + stats.free_bytes;
}

static void too_small_is_refused_and_not_touched(void) {
  const size_t least = heaplet_pool_least_bytes();
  EXPECT(least <= BUFFER);
  for (size_t offset = 0; offset < 2 * GRANULE; offset++) {
    unsigned char* const start = buffer + offset;
    size_t bytes = 0;
    fill(buffer, 0xa5, least + 4 * GRANULE);
    while (!heaplet_pool_create(start, bytes)) {
      EXPECT(holds(buffer, 0xa5, least + 4 * GRANULE));
      bytes++;
      EXPECT(bytes <= least);
    }
    /* Nothing is written before or behind it, and there is a block in it. */
    heaplet_pool* const pool = heaplet_pool_create(start, bytes);
    void* const block = heaplet_pool_malloc(pool, 1);
    EXPECT(block && is_sound(pool) && !heaplet_pool_malloc(pool, 0));
    fill(block, 0, heaplet_pool_usable_size(pool, block));
    heaplet_pool_free(pool, block);
    EXPECT(is_sound(pool) && heaplet_pool_malloc(pool, 1) == block);
    EXPECT(holds(buffer, 0xa5, offset) && holds(start + bytes, 0xa5, GRANULE));
  }
}

static void nonsense_is_refused(void) {
  EXPECT(!heaplet_pool_create(0, BUFFER));
  EXPECT(!heaplet_pool_create(0, SIZE_MAX));
  EXPECT(!heaplet_pool_create(buffer, SIZE_MAX));
  EXPECT(!heaplet_pool_create(buffer, (size_t)-address(buffer) + 1));
  EXPECT(!heaplet_pool_create(buffer, 0));

  EXPECT(!heaplet_pool_malloc(0, 10) && !heaplet_pool_calloc(0, 1, 10));
  EXPECT(!heaplet_pool_aligned_alloc(0, 64, 10) && !heaplet_pool_realloc(0, 0, 10));
  EXPECT(!heaplet_pool_aligned_realloc(0, 0, 64, 10) && !heaplet_pool_realloc_in_place(0, 0, 10));
  EXPECT(heaplet_pool_usable_size(0, 0) == 0 && heaplet_pool_add(0, buffer, BUFFER) == 0);
  EXPECT(heaplet_pool_stats(0).regions == 0 && heaplet_pool_check(0));
  heaplet_pool_free(0, 0);

  heaplet_pool* const pool = heaplet_pool_create(buffer, BUFFER);
  EXPECT(heaplet_pool_add(pool, 0, 4096) == 0 && heaplet_pool_add(pool, other, SIZE_MAX) == 0);
  EXPECT(heaplet_pool_add(pool, other, GRANULE) == 0 && heaplet_pool_add(pool, other, 0) == 0);
  /* The pool has some of it: its state, its blocks, and what lies around both. */
  EXPECT(heaplet_pool_add(pool, buffer, BUFFER) == 0 && heaplet_pool_add(pool, buffer, 2 * GRANULE) == 0);
  EXPECT(heaplet_pool_add(pool, buffer + BUFFER - 1, 4096) == 0);
  EXPECT(heaplet_pool_add(pool, (unsigned char*)pool + WORD, 8) == 0);
  void* const block = heaplet_pool_malloc(pool, 100);
  const size_t bad[] = {0, 3, 24, SIZE_MAX, SIZE_MAX / 2};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    EXPECT(!heaplet_pool_aligned_alloc(pool, bad[i], 10));
    EXPECT(!heaplet_pool_aligned_realloc(pool, block, bad[i], 10));
    EXPECT(!heaplet_pool_aligned_realloc(pool, 0, bad[i], 10));
  }
  EXPECT(!heaplet_pool_aligned_alloc(pool, SIZE_MAX / 2 + 1, 10));
  for (size_t size = SIZE_MAX; size > SIZE_MAX - 70 * GRANULE; size--) {
    EXPECT(!heaplet_pool_malloc(pool, size) && !heaplet_pool_realloc(pool, block, size));
    EXPECT(!heaplet_pool_aligned_alloc(pool, 4096, size) &&
           !heaplet_pool_realloc_in_place(pool, block, size));
  }
  EXPECT(!heaplet_pool_malloc(pool, SIZE_MAX / 2) && !heaplet_pool_malloc(pool, BUFFER));
  EXPECT(!heaplet_pool_calloc(pool, SIZE_MAX / 2, 3) && !heaplet_pool_calloc(pool, 3, SIZE_MAX / 2));
  EXPECT(!heaplet_pool_calloc(pool, SIZE_MAX / 16 + 2, 16) && !heaplet_pool_realloc_in_place(pool, 0, 8));
  heaplet_pool_free(pool, 0);
  heaplet_pool_free(pool, block);
  EXPECT(is_sound(pool) && heaplet_pool_stats(pool).used_blocks == 0);
}

static void blocks_are_aligned_and_as_large_as_asked(void) {
  heaplet_pool* const pool = heaplet_pool_create(buffer + 1, BUFFER - 1);
  for (size_t size = 0; size < 600; size++) {
    unsigned char* const block = heaplet_pool_malloc(pool, size);
    EXPECT(block && address(block) % GRANULE == 0 && heaplet_pool_usable_size(pool, block) >= size);
    fill(block, 1, heaplet_pool_usable_size(pool, block));
    unsigned char* const zeros = heaplet_pool_calloc(pool, 3, size);
    EXPECT(zeros && holds(zeros, 0, 3 * size));
    for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
      void* const aligned = heaplet_pool_aligned_alloc(pool, alignment, size);
      EXPECT(aligned && address(aligned) % alignment == 0);
      fill(aligned, 2, heaplet_pool_usable_size(pool, aligned));
      heaplet_pool_free(pool, aligned);
    }
    EXPECT(holds(block, 1, heaplet_pool_usable_size(pool, block)) && holds(zeros, 0, 3 * size));
    heaplet_pool_free(pool, zeros);
    heaplet_pool_free(pool, block);
    EXPECT(is_sound(pool));
  }
}

static void resizes_keep_what_both_sizes_hold(void) {
  heaplet_pool* const pool = heaplet_pool_create(buffer, BUFFER);
  unsigned char* const block = heaplet_pool_realloc(pool, 0, 100);
  fill(block, 7, 100);
  void* const behind = heaplet_pool_malloc(pool, 10);
  EXPECT(!heaplet_pool_realloc_in_place(pool, block, 4000) && holds(block, 7, 100));
  unsigned char* const moved = heaplet_pool_realloc(pool, block, 4000);
  EXPECT(moved && moved != block && holds(moved, 7, 100));
  EXPECT(heaplet_pool_realloc_in_place(pool, moved, 8000) == moved && holds(moved, 7, 100));
  EXPECT(!heaplet_pool_realloc(pool, moved, BUFFER) && holds(moved, 7, 100));
  /* To make a block smaller works in a full pool. */
  while (heaplet_pool_malloc(pool, 0)) continue;
  EXPECT(heaplet_pool_realloc(pool, moved, 50) == moved && holds(moved, 7, 50));
  EXPECT(heaplet_pool_realloc(pool, moved, 0) == moved && heaplet_pool_usable_size(pool, moved) == 3 * WORD);
  EXPECT(is_sound(pool));
  heaplet_pool_free(pool, behind);
}

static void a_resize_gives_an_alignment(void) {
  heaplet_pool* const pool = heaplet_pool_create(buffer, BUFFER);
  for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
    void* const before = heaplet_pool_malloc(pool, 1);
    unsigned char* block = heaplet_pool_malloc(pool, 100);
    fill(block, 9, 100);
    block = heaplet_pool_aligned_realloc(pool, block, alignment, 300);
    EXPECT(block && address(block) % alignment == 0 && holds(block, 9, 100));
    block = heaplet_pool_aligned_realloc(pool, block, alignment, 70);
    EXPECT(block && address(block) % alignment == 0 && holds(block, 9, 70) && is_sound(pool));
    heaplet_pool_free(pool, block);
    heaplet_pool_free(pool, before);
  }
}

/* The reuse that the header promises: in a pool that is full but for one block, whatever was freed before. */
static void what_was_freed_serves_its_size_again(void) {
  for (size_t size = 0; size < 3000; size += 1 + size / 7) {
    heaplet_pool* const pool = heaplet_pool_create(buffer, BUFFER);
    void* const block = heaplet_pool_malloc(pool, size);
    while (heaplet_pool_malloc(pool, 0)) continue;
    for (int again = 0; again < 3; again++) {
      heaplet_pool_free(pool, block);
      EXPECT(heaplet_pool_stats(pool).largest_request >= size);
      EXPECT(heaplet_pool_malloc(pool, size) == block);
    }
    EXPECT(!heaplet_pool_malloc(pool, 0) && is_sound(pool));
  }
}

static void the_largest_request_of_the_statistics_succeeds(void) {
  for (size_t bytes = heaplet_pool_least_bytes(); bytes < BUFFER; bytes += 997) {
    heaplet_pool* const pool = heaplet_pool_create(buffer, bytes);
    const struct heaplet_pool_stats stats = heaplet_pool_stats(pool);
    EXPECT(stats.regions == 1 && stats.free_blocks == 1 && stats.free_bytes == stats.region_bytes);
    void* const block = heaplet_pool_malloc(pool, stats.largest_request);
    EXPECT(block && is_sound(pool));
    heaplet_pool_free(pool, block);
  }
}

static void regions_are_added(void) {
  const size_t first = heaplet_pool_least_bytes() + 2000;
  heaplet_pool* const pool = heaplet_pool_create(buffer, first);
  const size_t before = heaplet_pool_stats(pool).region_bytes;
  const size_t apart = heaplet_pool_add(pool, other + 1, 5000);
  EXPECT(apart > 5000 - 3 * GRANULE && apart <= 5000);
  struct heaplet_pool_stats stats = heaplet_pool_stats(pool);
  EXPECT(stats.regions == 2 && stats.region_bytes == before + apart && is_sound(pool));
  /* Behind the newest one: they are one then, and nothing of either is lost. */
  const size_t joined = heaplet_pool_add(pool, other + 5001, 7000);
  stats = heaplet_pool_stats(pool);
  EXPECT(joined > 0 && stats.regions == 2 && stats.region_bytes == before + apart + joined);
  EXPECT(apart + joined > 12000 - 3 * GRANULE && is_sound(pool));
  void* const large = heaplet_pool_malloc(pool, 7000); /* in neither piece alone */
  EXPECT(large && address(large) > address(other) && address(large) < address(other + BUFFER));
  /* By odd pieces too; what they are too long is not forgotten. */
  size_t all = 12000;
  for (size_t more = 4 * GRANULE - 1; more > GRANULE; more -= 7) {
    const size_t came = heaplet_pool_add(pool, other + 1 + all, more);
    EXPECT(came > more - GRANULE && came < more + GRANULE && came % GRANULE == 0);
    all += more;
  }
  stats = heaplet_pool_stats(pool);
  EXPECT(stats.regions == 2 && stats.region_bytes > before + all - 3 * GRANULE && is_sound(pool));
  EXPECT(heaplet_pool_add(pool, other + 1 + all, 0) == 0);
  EXPECT(heaplet_pool_add(pool, other, 4000) == 0 && heaplet_pool_add(pool, other + all, 9000) == 0);
  EXPECT(heaplet_pool_add(pool, buffer + first, 4000) > 0 && is_sound(pool));
  EXPECT(heaplet_pool_stats(pool).regions == 3);
  heaplet_pool_free(pool, large);
  EXPECT(heaplet_pool_stats(pool).used_blocks == 0 && heaplet_pool_stats(pool).free_blocks == 3);
}

static void pools_need_nothing_of_each_other(void) {
  enum { count = 3, each = BUFFER / count };
  heaplet_pool* pools[count];
  void* blocks[count];
  for (size_t i = 0; i < count; i++) {
    pools[i] = heaplet_pool_create(buffer + i * each, each);
    blocks[i] = heaplet_pool_malloc(pools[i], 100);
    EXPECT(blocks[i] && address(blocks[i]) - address(buffer + i * each) < each);
    fill(blocks[i], (unsigned char)i, 100);
  }
  while (heaplet_pool_malloc(pools[1], 16)) continue;
  for (size_t i = 0; i < count; i++) EXPECT(holds(blocks[i], (unsigned char)i, 100) && is_sound(pools[i]));
  EXPECT(heaplet_pool_malloc(pools[0], 16) && heaplet_pool_malloc(pools[2], 16));
}

static void a_pool_is_its_bytes(void) {
  heaplet_pool* const pool = heaplet_pool_create(buffer, BUFFER);
  unsigned char* const kept = heaplet_pool_malloc(pool, 500);
  fill(kept, 5, 500);
  heaplet_pool_free(pool, heaplet_pool_malloc(pool, 3000));
  copy(saved, buffer, BUFFER);
  void* const next = heaplet_pool_malloc(pool, 700);
  heaplet_pool_free(pool, kept);
  fill(buffer, 0xff, BUFFER);
  copy(buffer, saved, BUFFER);
  EXPECT(is_sound(pool) && holds(kept, 5, 500) && heaplet_pool_malloc(pool, 700) == next);
}

static void the_check_sees_what_is_written_past_a_block(void) {
  heaplet_pool* const pool = heaplet_pool_create(buffer, BUFFER);
  unsigned char* const block = heaplet_pool_malloc(pool, 100);
  EXPECT(heaplet_pool_malloc(pool, 100) && !heaplet_pool_check(pool));
  fill(block, 0x33, heaplet_pool_usable_size(pool, block) + WORD);
  EXPECT(heaplet_pool_check(pool));
}

static uint32_t state;
static uint32_t below(uint32_t count) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return (uint32_t)(((uint64_t)state * count) >> 32);
}

/* Any calls in any order, each block filled with a byte of its own. */
static void any_history(void) {
  enum { slots = 48, steps = 6000 };
  static struct {
    unsigned char* block;
    size_t bytes;
  } held[slots];
  for (uint32_t seed = 1; seed <= 3; seed++) {
    state = seed * 2654435761u;
    heaplet_pool* const pool = heaplet_pool_create(buffer + below(64), 9000 + below(9000));
    heaplet_pool_add(pool, other + below(64), 8000);
    for (int slot = 0; slot < slots; slot++) held[slot].block = 0;
    for (int step = 0; step < steps; step++) {
      const uint32_t slot = below(slots);
      const unsigned char own = (unsigned char)(slot + 1);
      const size_t bytes = below(8) ? below(300) : below(4000);
      unsigned char* const old = held[slot].block;
      if (old) EXPECT(holds(old, own, held[slot].bytes));
      if (!old) {
        const size_t alignment = (size_t)1 << below(10);
        unsigned char* const block = below(2)   ? heaplet_pool_malloc(pool, bytes)
                                     : below(2) ? heaplet_pool_calloc(pool, 1, bytes)
                                                : heaplet_pool_aligned_alloc(pool, alignment, bytes);
        if (!block) continue;
        held[slot].block = block;
        held[slot].bytes = bytes;
      } else if (below(3) == 0) {
        unsigned char* const block = heaplet_pool_realloc(pool, old, bytes);
        EXPECT(block || bytes > held[slot].bytes);
        if (!block) continue;
        EXPECT(holds(block, own, bytes < held[slot].bytes ? bytes : held[slot].bytes));
        held[slot].block = block;
        held[slot].bytes = bytes;
      } else {
        heaplet_pool_free(pool, old);
        held[slot].block = 0;
      }
      if (held[slot].block) fill(held[slot].block, own, bytes);
      if (step % 64 == 0) EXPECT(is_sound(pool));
    }
    for (int slot = 0; slot < slots; slot++) heaplet_pool_free(pool, held[slot].block);
    EXPECT(is_sound(pool) && heaplet_pool_stats(pool).free_blocks == heaplet_pool_stats(pool).regions);
  }
}

static const struct {
  const char* name;
  void (*run)(void);
} tests[] = {
#define TEST(name) {#name, name}
    TEST(too_small_is_refused_and_not_touched),
    TEST(nonsense_is_refused),
    TEST(blocks_are_aligned_and_as_large_as_asked),
    TEST(resizes_keep_what_both_sizes_hold),
    TEST(a_resize_gives_an_alignment),
    TEST(what_was_freed_serves_its_size_again),
    TEST(the_largest_request_of_the_statistics_succeeds),
    TEST(regions_are_added),
    TEST(pools_need_nothing_of_each_other),
    TEST(a_pool_is_its_bytes),
    TEST(the_check_sees_what_is_written_past_a_block),
    TEST(any_history),
};

const char* pool_test(unsigned index, const char** what, int* line) {
  if (index >= sizeof tests / sizeof *tests) return 0;
  failure = 0;
  tests[index].run();
  *what = failure;
  *line = failed_line;
  return tests[index].name;
}

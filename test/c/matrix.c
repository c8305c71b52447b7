// The C family on the platform that it is linked for: every function x sizes x alignments x errno. One program for all:
// natively it calls heaplet by name, on wasm by the names that the libc's malloc had.
//
//   matrix            memory may grow: everything but exhaustion
//   matrix limited    memory has a maximum that is soon reached, or cannot grow at all
//
// Prints what is wrong and returns the number of faults, at most 100.
#include "matrix.h"

const size_t sizes[] = {0,   1,   7,    8,    12,   13,   16,    28,    29,    31,    32,    60,
                        100, 127, 1000, 1023, 1024, 4000, 10000, 65536, 65537, 99999, 262144};
const size_t sizes_count = sizeof sizes / sizeof *sizes;

int faults;

void fault(const char* file, int line, const char* what, const char* with, size_t a, size_t b) {
  printf("%s:%d: %s (%s %zu, %zu)\n", file, line, what, with, a, b);
  if (++faults == 100) exit(100);
}

static int aligned(const void* block, size_t alignment) { return (uintptr_t)block % alignment == 0; }

// Every way to get a block, as one kind of function.
static void* by_malloc(size_t alignment, size_t size) { return (void)alignment, malloc(size); }
static void* by_calloc(size_t alignment, size_t size) { return (void)alignment, calloc(1, size); }
static void* by_realloc(size_t alignment, size_t size) { return (void)alignment, realloc(NULL, size); }
static void* by_reallocarray(size_t alignment, size_t size) {
  return (void)alignment, reallocarray(NULL, 1, size);
}
static void* by_memalign(size_t alignment, size_t size) { return memalign(alignment, size); }
static void* by_aligned_alloc(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }
static void* by_posix_memalign(size_t alignment, size_t size) {
  void* block = NULL;
  const int status = posix_memalign(&block, alignment, size);
  // Its status stands for errno, which is not its to change.
  if (status) CHECK(errno == untouched && block == NULL, alignment, size), errno = status;
  return block;
}
static void* by_valloc(size_t alignment, size_t size) { return (void)alignment, valloc(size); }
static void* by_pvalloc(size_t alignment, size_t size) { return (void)alignment, pvalloc(size); }

static const struct way {
  const char* name;
  void* (*get)(size_t alignment, size_t size);
  int takes_alignment;
  size_t alignment;  // of what it gives
} ways[] = {
    {"malloc", by_malloc, 0, least_alignment},
    {"calloc", by_calloc, 0, least_alignment},
    {"realloc", by_realloc, 0, least_alignment},
    {"reallocarray", by_reallocarray, 0, least_alignment},
    {"memalign", by_memalign, 1, least_alignment},
    {"aligned_alloc", by_aligned_alloc, 1, least_alignment},
    {"posix_memalign", by_posix_memalign, 1, least_alignment},
    {"valloc", by_valloc, 0, 65536},
    {"pvalloc", by_pvalloc, 0, 65536},
};
#define each_way(way) for (const struct way* way = ways; way != ways + sizeof ways / sizeof *ways; ++way)

static void gives(const struct way* way, size_t alignment, size_t size) {
  errno = untouched;
  unsigned char* const blocks[] = {way->get(alignment, size), way->get(alignment, size)};
  CHECK_NAMED(way->name, errno == untouched, alignment, size);
  CHECK_NAMED(way->name, blocks[0] && blocks[1] && blocks[0] != blocks[1], alignment, size);
  const size_t least = alignment > way->alignment ? alignment : way->alignment;
  for (int i = 0; i < 2; ++i) {
    CHECK_NAMED(way->name, aligned(blocks[i], least), alignment, size);
    const size_t usable = malloc_usable_size(blocks[i]);
    CHECK_NAMED(way->name, usable >= size, alignment, size);
    if (way->get == by_pvalloc) CHECK_NAMED(way->name, usable >= 65536, alignment, size);
    if (way->get == by_calloc)
      for (size_t at = 0; at < size; ++at) CHECK_NAMED(way->name, blocks[i][at] == 0, alignment, at);
    memset(blocks[i], 0xa0 + i, usable);
  }
  for (int i = 0; i < 2; ++i) {
    const size_t usable = malloc_usable_size(blocks[i]);
    for (size_t at = 0; at < usable; ++at) CHECK_NAMED(way->name, blocks[i][at] == 0xa0 + i, alignment, at);
    if (size % 3 == 0)
      free(blocks[i]);
    else if (way->takes_alignment)
      free_aligned_sized(blocks[i], alignment, size);
    else
      free_sized(blocks[i], way->get == by_pvalloc ? malloc_usable_size(blocks[i]) : size);
  }
  CHECK_NAMED(way->name, errno == untouched, alignment, size);
}

static void refuses(const struct way* way, size_t alignment, size_t size, int why) {
  errno = untouched;
  CHECK_NAMED(way->name, way->get(alignment, size) == NULL, alignment, size);
  CHECK_NAMED(way->name, errno == why, alignment, size);
}

static void everything_that_is_given(void) {
  each_way(way) {
    const size_t most = way->takes_alignment ? 65536 : sizeof(void*);
    for (size_t alignment = sizeof(void*); alignment <= most; alignment *= 2)
      for (size_t i = 0; i < sizes_count; ++i) gives(way, alignment, sizes[i]);
  }
  // Not POSIX's, but C's: alignments below a pointer's, and sizes that are no multiple of the alignment.
  gives(&ways[5], 1, 7);
  gives(&ways[5], 2, 3);
  gives(&ways[5], 64, 65);
}

static void everything_that_is_refused(void) {
  each_way(way) {
    for (size_t less = 0; less <= 128; ++less) refuses(way, 16, SIZE_MAX - less, ENOMEM);
    refuses(way, 16, SIZE_MAX - 65536, ENOMEM);
    if (!way->takes_alignment) continue;
    const size_t bad[] = {0, 3, 6, 12, 24, 100, 65535, SIZE_MAX, SIZE_MAX / 2};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) refuses(way, bad[i], 16, EINVAL);
    const size_t huge = SIZE_MAX / 2 + 1;
    refuses(way, huge, huge, ENOMEM);
    refuses(way, huge, SIZE_MAX - 4096, ENOMEM);
  }
  refuses(&ways[6], 1, 16, EINVAL);  // POSIX wants a multiple of sizeof(void*)
  refuses(&ways[6], 2, 16, EINVAL);

  unsigned char* const block = filled(1000, 1);
  errno = untouched;
  const size_t half = SIZE_MAX / 65536 + 1;
  CHECK(calloc(half, 65537) == NULL && errno == ENOMEM, half, 65537);
  errno = untouched;
  CHECK(reallocarray(block, half, 65537) == NULL && errno == ENOMEM, half, 65537);
  errno = untouched;
  CHECK(realloc(block, SIZE_MAX - 8) == NULL && errno == ENOMEM, 0, 0);
  errno = untouched;
  CHECK(realloc_in_place(block, SIZE_MAX - 8) == NULL && errno == untouched, 0, 0);
  CHECK(is_filled(block, 1000, 1), 0, 0);
  free(block);
}

static void null_and_nothing(void) {
  errno = untouched;
  free(NULL);
  free_sized(NULL, 0);
  free_aligned_sized(NULL, 16, 0);
  CHECK(malloc_usable_size(NULL) == 0 && errno == untouched, 0, 0);
  unsigned char* const block = malloc(100);
  unsigned char* const none = realloc(block, 0);         // never frees
  CHECK(none && malloc_usable_size(none) <= 128, 0, 0);  // in `hardened` none, as asked for
  free(none);
}

static void resizing(void) {
  for (size_t i = 0; i < sizes_count; ++i)
    for (size_t j = 0; j < sizes_count; ++j) {
      unsigned char* const before = filled(sizes[i], 7);
      void* const neighbour = malloc(24);
      errno = untouched;
      unsigned char* const block = j % 2 ? realloc(before, sizes[j]) : reallocarray(before, 1, sizes[j]);
      const size_t kept = sizes[i] < sizes[j] ? sizes[i] : sizes[j];
      CHECK(block && errno == untouched && aligned(block, least_alignment), sizes[i], sizes[j]);
      CHECK(malloc_usable_size(block) >= sizes[j] && is_filled(block, kept, 7), sizes[i], sizes[j]);
      unsigned char* const same = realloc_in_place(block, kept);  // may always become smaller
      CHECK(same == block && is_filled(block, kept, 7), sizes[i], sizes[j]);
      free(block);
      free(neighbour);
    }
}

static void aligned_resizing(void) {
  for (size_t alignment = 1; alignment <= 65536; alignment *= 4) {
    unsigned char* block = aligned_realloc(NULL, alignment, 100);
    CHECK(block && aligned(block, alignment), alignment, 0);
    fill(block, 100, 5);
    block = aligned_realloc(block, alignment * 2, 3000);  // may not stay where it is
    CHECK(block && aligned(block, alignment * 2) && is_filled(block, 100, 5), alignment, 0);
    block = aligned_realloc(block, alignment, 50);
    CHECK(block && aligned(block, alignment) && is_filled(block, 50, 5), alignment, 0);
    errno = untouched;
    CHECK(aligned_realloc(block, alignment * 3, 10) == NULL && errno == EINVAL, alignment, 0);
    CHECK(aligned_realloc(block, alignment, SIZE_MAX) == NULL && errno == ENOMEM, alignment, 0);
    CHECK(is_filled(block, 50, 5), alignment, 0);
    free(block);
  }
}

static void statistics(void) {
  void* const block = malloc(5000);
  const struct mallinfo2 before = mallinfo2();
  void* const more = malloc(7000);
  const struct mallinfo2 after = mallinfo2();
  CHECK(after.uordblks >= before.uordblks + 7000 && after.uordblks <= before.uordblks + 7500, 0, 0);
  CHECK(after.arena == after.uordblks + after.fordblks, after.arena, after.uordblks + after.fordblks);
  CHECK(malloc_footprint() == after.arena, malloc_footprint(), after.arena);
  CHECK(malloc_trim(0) == 0 && mallopt(-1, 0) == 0, 0, 0);
  free(more);
  CHECK(mallinfo2().uordblks == before.uordblks, mallinfo2().uordblks, before.uordblks);
  free(block);
}

// Somebody else takes memory between two growths: ours is not where theirs is.
static void foreign_memory(void) {
  enum { count = 12, bytes = 200000 };
  unsigned char *ours[count], *theirs[count];
  size_t lengths[count], taken = 0;
  for (int i = 0; i < count; ++i) {
    ours[i] = filled(bytes, (unsigned char)i);
    theirs[i] = take_foreign(i, &lengths[i]);
    if (theirs[i]) memset(theirs[i], 0xf0 + i, lengths[i]), ++taken;
  }
  CHECK(taken == count, taken, count);
  for (int i = 0; i < count; ++i) {
    CHECK(is_filled(ours[i], bytes, (unsigned char)i), i, 0);
    free(ours[i]);
  }
  unsigned char* const large = filled(count * bytes / 2, 3);
  for (int i = 0; i < count; ++i)
    for (size_t at = 0; theirs[i] && at < lengths[i]; ++at) CHECK(theirs[i][at] == 0xf0 + i, i, at);
  free(large);
}

// Takes all there is, then gives it back: what failed was all that changed.
static void exhaustion(void) {
  enum { most = 4000, bytes = 50000 };
  static unsigned char* blocks[most];
  int count = 0;
  errno = untouched;
  while (count < most && (blocks[count] = malloc(bytes)))
    fill(blocks[count], bytes, (unsigned char)(count % 251)), ++count;
  CHECK(count > 10 && count < most && errno == ENOMEM, count, errno);
  each_way(way) refuses(way, 64, 60000, ENOMEM);
  errno = untouched;
  CHECK(realloc(blocks[0], 120000) == NULL && errno == ENOMEM, 0, 0);
  for (int i = 0; i < count; ++i) CHECK(is_filled(blocks[i], bytes, (unsigned char)(i % 251)), i, 0);
  free(blocks[count / 2]);
  blocks[count / 2] = malloc(bytes);
  CHECK(blocks[count / 2] != NULL, count, 0);
  for (int i = 0; i < count; ++i) free(blocks[i]);
  const size_t half = (size_t)count / 2 * bytes;  // somebody else's memory may divide it
  void* const large = malloc(half);
  CHECK(large != NULL, half, 0);
  free(large);
}

// In full memory a block can only grow into its neighbour, which was freed and waits to be merged: the heap finds that out
// when nothing else serves. The block has grown, so errno is as it was.
static void growing_in_full_memory(void) {
  struct link {
    struct link* next;
  } *all = NULL, *block;
  while ((block = malloc(50000))) block->next = all, all = block;
  block = all, all = all->next, free(block);
  while ((block = malloc(200))) block->next = all, all = block;
  for (int way = 0; way < 2; ++way) {
    // Three that lie side by side, the newest last; and none is too large for that.
    struct link* last = all;
    while (last->next->next && (uintptr_t)last - (uintptr_t)last->next->next > 2 * 224) last = last->next;
    struct link *const neighbour = last->next, *const grown = neighbour->next;
    CHECK(grown, way, 0);
    if (!grown) break;
    struct link* const next = grown->next;
    free(neighbour);
    errno = untouched;
    block = way ? aligned_realloc(grown, least_alignment, 300) : realloc(grown, 300);
    CHECK(block == grown && errno == untouched, way, errno);
    last->next = block ? block : grown;
    last->next->next = next;
  }
  while (all) block = all->next, free(all), all = block;
}

// Random work over all of it, every block filled from end to end and checked.
static void mixture(void) {
  enum { live = 300, steps = 40000 };
  static struct {
    unsigned char* block;
    size_t size;
  } slots[live];
  unsigned state = 12345;
  for (int step = 0; step < steps; ++step) {
    state = state * 1664525u + 1013904223u;
    const unsigned at = (state >> 8) % live, seed = at * 7 + 1;
    const size_t size = (state >> 16) % (state >> 30 ? 300 : 9000);
    if (slots[at].block) CHECK(is_filled(slots[at].block, slots[at].size, (unsigned char)seed), step, at);
    const struct way* const way = &ways[step % 7];
    if (slots[at].block && state & 1) {
      unsigned char* const moved = realloc(slots[at].block, size);
      if (moved) slots[at].block = moved;
    } else {
      free(slots[at].block);
      slots[at].block = way->get(sizeof(void*) << (step % 7), size);
    }
    CHECK_NAMED(way->name, slots[at].block != NULL, step, size);
    if (!slots[at].block) continue;
    slots[at].size = size;
    fill(slots[at].block, size, (unsigned char)seed);
  }
  for (int i = 0; i < live; ++i) free(slots[i].block);
}

int main(int count, char** arguments) {
  const int limited = count > 1 && strcmp(arguments[1], "limited") == 0;
  everything_that_is_given();
  everything_that_is_refused();
  null_and_nothing();
  resizing();
  aligned_resizing();
  statistics();
  mixture();
  other_names();
  if (limited)
    exhaustion(), growing_in_full_memory();
  else
    foreign_memory();
  printf("%d faults\n", faults);
  return faults;
}

/* A module without a libc whose instances share a memory: each is a thread, with a stack and variables of its own. What went wrong is a
 * line's number. With -DMAY_WAIT=0 or 1 the program says itself whether a thread may sleep. */
#include <stdatomic.h>
#include <stddef.h>

#include "heaplet.h"

#define EXPORT(name) __attribute__((export_name(#name)))
#define CHECK(condition)               \
  do {                                 \
    if (!(condition)) return __LINE__; \
  } while (0)

enum { slots = 200, shared_slots = 64, many = 20000 };

struct owned {
  unsigned char* block;
  size_t bytes;
  unsigned char fill;
};

/* What one thread has taken another one frees: the first bytes of each block say how many it has. */
static _Atomic(size_t*) shared[shared_slots];

static _Thread_local unsigned calls; /* a variable of the thread's beside the heap's */

static int is_intact(const size_t* block) {
  for (size_t i = 1; i < block[0] / sizeof(size_t); ++i)
    if (block[i] != (block[0] ^ i)) return 0;
  return 1;
}

static int hand_on(unsigned random) {
  const size_t bytes = 8 + (random >> 8) % (random & 1 ? 900 : 6000);
  size_t* const block = heaplet_malloc(bytes);
  CHECK(block);
  block[0] = bytes;
  for (size_t i = 1; i < bytes / sizeof(size_t); ++i) block[i] = bytes ^ i;
  size_t* const other = atomic_exchange(&shared[random % shared_slots], block);
  if (other) CHECK(is_intact(other));
  heaplet_free(other);
  return 0;
}

EXPORT(work) int work(unsigned seed, int rounds) {
  struct owned mine[slots] = {{0}};
  unsigned random = seed * 2654435761u + 1;
  for (int i = 0; i < rounds; ++i, ++calls) {
    random = random * 1103515245 + 12345;
    struct owned* const one = &mine[(random >> 16) % slots];
    const unsigned choice = (random >> 8) & 7;
    if (choice == 0) {
      const int failed = hand_on(random * 69069);
      if (failed) return failed;
      continue;
    }
    const size_t kept = one->block ? one->bytes : 0;
    for (size_t j = 0; j < kept; ++j) CHECK(one->block[j] == one->fill);
    const size_t bytes = (random >> 20) % (random & 64 ? 200 : 3000);
    if (choice < 3) {
      one->block = heaplet_realloc(one->block, bytes);
      for (size_t j = 0; j < kept && j < bytes; ++j) CHECK(one->block[j] == one->fill);
    } else {
      heaplet_free(one->block);
      one->block = choice == 3 ? heaplet_aligned_alloc(64, bytes) : heaplet_malloc(bytes);
      CHECK(choice != 3 || (size_t)one->block % 64 == 0);
    }
    CHECK(one->block && heaplet_malloc_usable_size(one->block) >= bytes);
    one->bytes = bytes;
    one->fill = (unsigned char)random;
    for (size_t j = 0; j < bytes; ++j) one->block[j] = one->fill;
  }
  for (int i = 0; i < slots; ++i) heaplet_free(mine[i].block);
  CHECK(calls == (unsigned)rounds);
  heaplet_thread_flush(); /* nobody hears of this thread's end */
  return 0;
}

/* After all threads have ended: nothing is left but what was there `before`, and what is free is in order. */
EXPORT(used) size_t used(void) { return heaplet_mallinfo().uordblks; }
int is_sound(void) __attribute__((weak));
EXPORT(all_is_well) int all_is_well(size_t before) {
  for (int i = 0; i < shared_slots; ++i) heaplet_free(shared[i]), shared[i] = 0;
  heaplet_thread_flush();
  const struct heaplet_mallinfo info = heaplet_mallinfo();
  CHECK(info.uordblks == before && info.uordblks + info.fordblks == info.arena);
  if (is_sound) CHECK(is_sound());
  return 0;
}

#ifdef MAY_WAIT
static atomic_int asked;
int heaplet_may_wait(void) {
  ++asked;
  return MAY_WAIT;
}
EXPORT(times_asked) int times_asked(void) { return asked; }
#endif

/* One thread has the lock for nearly all of the time, for it counts what there is; another one wants it. */
static _Atomic int is_counting, ends;
EXPORT(count) int count(void) {
  for (int i = 0; i < many; ++i) CHECK(heaplet_malloc(16));
  for (; !ends; is_counting = 1) CHECK(heaplet_mallinfo().uordblks >= many * 16);
  return 0;
}
EXPORT(want) int want(int times) {
  while (!is_counting) continue;
  for (int i = 0; i < times; ++i) {
    void* const block = heaplet_malloc(5000);
    CHECK(block);
    heaplet_free(block);
  }
  ends = 1;
  return 0;
}

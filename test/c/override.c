/* Run with libheaplet-override.so: the family's promises, by the names of C, on any thread. */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                \
  do {                                  \
    if (!(condition)) __builtin_trap(); \
  } while (0)

/* A thread each: what one allocates is not what another frees. */
static _Thread_local void* volatile kept;

static void family(void) {
  errno = 7;
  char* a = kept = malloc(0);
  CHECK(a && (uintptr_t)a % 32 == 0); /* glibc aligns to 16 */
  CHECK(malloc_usable_size(a) == 24);
  a = kept = realloc(a, 5000);
  CHECK(a && malloc_usable_size(a) >= 5000);
  memset(a, 3, 5000);
  a = kept = realloc(a, 200000);
  for (int i = 0; i < 5000; ++i) CHECK(a[i] == 3);
  free(a);
  a = kept = calloc(1000, 1000);
  for (int i = 0; i < 1000000; ++i) CHECK(a[i] == 0);
  memset(a, 1, 1000000);
  free(a);
  a = kept = calloc(1000, 1000);
  for (int i = 0; i < 1000000; ++i) CHECK(a[i] == 0);
  free(a);
  CHECK(errno == 7);
  void* aligned = 0;
  CHECK(posix_memalign(&aligned, 3, 10) == EINVAL && !aligned);
  CHECK(posix_memalign(&aligned, 4096, 10) == 0 && (uintptr_t)aligned % 4096 == 0);
  free(aligned);
  for (size_t alignment = 1; alignment < 1 << 20; alignment *= 2) {
    kept = aligned_alloc(alignment, 100);
    CHECK(kept && (uintptr_t)kept % alignment == 0);
    free(kept);
    kept = memalign(alignment, 3000);
    CHECK(kept && (uintptr_t)kept % alignment == 0);
    free(kept);
  }
  free(kept = valloc(1));
  CHECK(kept && (uintptr_t)kept % 4096 == 0);
  free(kept = pvalloc(1));
  CHECK(kept && (uintptr_t)kept % 4096 == 0);
  CHECK(errno == 7);
  CHECK(!(kept = aligned_alloc(3, 100)) && errno == EINVAL);
  errno = 0;
  CHECK(!(kept = malloc(PTRDIFF_MAX + (size_t)1)) && errno == ENOMEM);
  errno = 0;
  CHECK(!(kept = calloc(SIZE_MAX / 2, 3)) && errno == ENOMEM);
  errno = 0;
  CHECK(!(kept = reallocarray(0, SIZE_MAX / 2, 3)) && errno == ENOMEM);
  errno = 0;
  CHECK(!(kept = malloc((size_t)1 << 62)) && errno == ENOMEM);
  free(0);
}

static void* thread(void* given) {
  free(given);
  family();
  return malloc(100);
}

int main(void) {
  family();
  for (int round = 0; round < 20; ++round) {
    pthread_t all[8];
    for (int i = 0; i < 8; ++i) CHECK(pthread_create(&all[i], 0, thread, malloc(300)) == 0);
    for (int i = 0; i < 8; ++i) {
      void* given;
      pthread_join(all[i], &given);
      CHECK(given);
      free(given);
    }
  }
  const struct mallinfo2 info = mallinfo2();
  CHECK(info.arena > 1000000 && info.uordblks + info.fordblks == info.arena);
  CHECK(info.uordblks < 200000);
  return 0;
}

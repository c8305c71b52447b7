/* Threads that allocate, hand blocks to each other and end, by the names of C; then the heap says that it is sound and that
 * nothing is left. `threads N`: so many rounds. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heaplet.h"

#define CHECK(condition)                                                               \
  do {                                                                                 \
    if (!(condition)) fprintf(stderr, "line %d: %s\n", __LINE__, #condition), abort(); \
  } while (0)

#ifdef __EMSCRIPTEN__
int emmalloc_validate_memory_regions(void);
#else
static int emmalloc_validate_memory_regions(void) { return 0; } /* the statistics walk too */
#endif

enum { threads = 4, slots = 300, shared_slots = 64 };

struct owned {
  unsigned char* block;
  size_t bytes;
  unsigned char fill;
};
static struct owned shared[shared_slots];
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;

static void verify(const struct owned* owned, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) CHECK(owned->block[i] == owned->fill);
}

static void give_back(struct owned* owned) {
  verify(owned, owned->bytes);
  free(owned->block);
  owned->block = 0;
}

static void* work(void* seed) {
  struct owned mine[slots] = {{0}};
  unsigned random = (unsigned)(size_t)seed * 2654435761u + 1;
  errno = 7;
  for (int i = 0; i < 30000; ++i) {
    random = random * 1103515245 + 12345;
    struct owned* const one = &mine[(random >> 16) % slots];
    const unsigned choice = (random >> 8) & 15;
    size_t bytes = (random >> 20) % ((random & 64) ? 200 : 3000);
    if (!one->block) {
      one->fill = choice < 3 ? 0 : (unsigned char)random;
      one->block = choice < 3 ? calloc(bytes, 1) : choice < 5 ? aligned_alloc(64, bytes) : malloc(bytes);
      CHECK(one->block && malloc_usable_size(one->block) >= bytes);
      CHECK(choice < 3 || choice >= 5 || (size_t)one->block % 64 == 0);
      if (choice >= 3) memset(one->block, one->fill, bytes);
      one->bytes = bytes;
      verify(one, bytes);
    } else if (choice < 5) {
      one->block = realloc(one->block, bytes);
      CHECK(one->block);
      verify(one, bytes < one->bytes ? bytes : one->bytes);
      one->bytes = bytes;
      memset(one->block, one->fill, bytes);
    } else if (choice < 8) {
      const struct owned before = *one;
      pthread_mutex_lock(&shared_lock);
      *one = shared[random % shared_slots];
      shared[random % shared_slots] = before;
      pthread_mutex_unlock(&shared_lock);
    } else
      give_back(one);
  }
  for (int i = 0; i < slots; ++i) {
    if (i == slots / 2) heaplet_thread_flush();
    if (mine[i].block) give_back(&mine[i]);
  }
  CHECK(errno == 7);
  return 0;
}

/* Frees in a thread's end, whenever the heap has heard of that. */
static pthread_key_t keys[2];
static void at_end(void* block) {
  free(block);
  void* const more = malloc(40);
  CHECK(more);
  free(more);
}
static void* short_life(void* first) {
  if (first) pthread_setspecific(keys[0], malloc(100));
  void* block[200];
  for (int i = 0; i < 200; ++i) block[i] = malloc(8 + i * 5 % 900);
  if (!first) pthread_setspecific(keys[1], malloc(100));
  for (int i = 0; i < 200; ++i) free(block[i]);
  return 0;
}

int main(int count, char** arguments) {
  const int rounds = count > 1 ? atoi(arguments[1]) : 3;
  pthread_t thread[threads];
  CHECK(pthread_key_create(&keys[0], at_end) == 0);
  free(malloc(1));
  CHECK(pthread_key_create(&keys[1], at_end) == 0);
  size_t after_first = 0;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < threads; ++i)
      CHECK(pthread_create(&thread[i], 0, work, (void*)(size_t)(round * threads + i)) == 0);
    for (int i = 0; i < threads; ++i) CHECK(pthread_join(thread[i], 0) == 0);
    for (int i = 0; i < shared_slots; ++i)
      if (shared[i].block) give_back(&shared[i]);
  }
  for (int i = 0; i < 80; ++i) {
    CHECK(pthread_create(&thread[0], 0, short_life, (void*)(size_t)(i & 1)) == 0);
    CHECK(pthread_join(thread[0], 0) == 0);
    /* Threads that come and go leave what they had to the next ones. */
    if (i == 9) after_first = heaplet_mallinfo().arena;
    CHECK(i < 10 || heaplet_mallinfo().arena <= after_first + (1 << 17));
  }
  CHECK(emmalloc_validate_memory_regions() == 0);
  const struct heaplet_mallinfo info = heaplet_mallinfo();
  CHECK(info.uordblks + info.fordblks == info.arena);
  printf("%zu\n", info.uordblks);
  return 0;
}

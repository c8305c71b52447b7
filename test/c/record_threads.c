// Four threads that hand blocks to each other, and one of them leaks. A block's size tells by its remainder which thread has
// asked for it. Prints of each thread what it has done, and at the end what was not freed.
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define APART __attribute__((noinline))

enum { threads = 4, boxes = 16, rounds = 5000, leaks = 500, smallest = 4000 };

static _Atomic(void*) box[boxes];
static struct {
  unsigned mallocs, reallocs, frees, kept;
  size_t bytes, kept_bytes;
} done[threads];
void* volatile kept;

static size_t size_for(unsigned thread, unsigned random) {
  return smallest + random % 500 * threads + thread;
}

APART static void* taken(unsigned thread, size_t size) {
  void* const block = malloc(size);
  if (!block) abort();
  done[thread].mallocs++;
  done[thread].bytes += size;
  return block;
}

APART static void given(unsigned thread, void* block) {
  if (!block) return;
  free(block);
  done[thread].frees++;
}

APART void planted_leak(unsigned thread) {
  void* const block = taken(thread, smallest + thread);
  kept = block;
  done[thread].kept++;
  done[thread].kept_bytes += malloc_usable_size(block);
}

static void* work(void* argument) {
  const unsigned thread = (unsigned)(size_t)argument;
  unsigned random = thread + 1;
  for (unsigned i = 0; i < rounds; i++) {
    random = random * 1103515245 + 12345;
    void* block = taken(thread, size_for(thread, random >> 16));
    if (i % 4 == 0) {
      const size_t size = size_for(thread, random >> 12) + 3000;
      block = realloc(block, size);
      if (!block) abort();
      done[thread].reallocs++;
      done[thread].bytes += size;
    }
    given(thread, atomic_exchange(&box[(random >> 8) % boxes], block));
    if (thread == 2 && i % (rounds / leaks) == 0) planted_leak(thread);
  }
  return NULL;
}

int main(void) {
  pthread_t all[threads];
  for (size_t i = 0; i < threads; i++)
    if (pthread_create(&all[i], NULL, work, (void*)i)) abort();
  for (unsigned i = 0; i < threads; i++) pthread_join(all[i], NULL);
  unsigned left = 0;
  for (unsigned i = 0; i < boxes; i++)
    if (box[i]) free(box[i]), left++;
  for (unsigned i = 0; i < threads; i++)
    printf("thread %u %u %u %zu %u %zu\n", done[i].mallocs, done[i].reallocs, done[i].frees, done[i].bytes,
           done[i].kept, done[i].kept_bytes);
  printf("main %u\n", left);
  return 0;
}

/* A worker that is terminated from outside, which nobody hears of. `ended inside`: in the middle of malloc, with the lock. Then another
 * one still gets what it keeps itself, and waits for ever where it needs the lock. `ended outside`: nothing but what it kept
 * is lost. POSIX threads, or Wasm Workers. */
#include <emscripten.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heaplet.h"

#define CHECK(condition)                                      \
  do {                                                        \
    if (!(condition)) {                                       \
      fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
      EM_ASM({ process.exit(1); });                           \
    }                                                         \
  } while (0)

int emmalloc_validate_memory_regions(void);

enum { kept = 50, tick = 20 };

static atomic_int ends_inside, is_there, is_ready, goes_on;
static atomic_int took_small, took_large; /* what the other worker has got since */
static int expected;                      /* how many of them: then nothing more may come */

static _Thread_local int is_victim;

int __real_emscripten_resize_heap(size_t bytes);
int __wrap_emscripten_resize_heap(size_t bytes) {
  /* The heap has the lock, and memory has just grown. */
  for (is_there |= is_victim; is_victim;) continue;
  return __real_emscripten_resize_heap(bytes);
}

static void keep_some(void) {
  void* block[kept];
  for (int i = 0; i < kept; ++i) CHECK((block[i] = malloc(40)));
  for (int i = 0; i < kept; ++i) free(block[i]);
}

static void victim(void) {
  keep_some();
  while (!is_ready) continue;
  is_victim = ends_inside;
  if (ends_inside) free(malloc(60 << 20));
  for (is_there = 1;;) continue;
}

static void other(void) {
  keep_some();
  is_ready = 1;
  while (!is_there) continue;
  const size_t before = ends_inside ? 0 : heaplet_mallinfo().uordblks;
  while (!goes_on) continue;
  keep_some();
  took_small = 1;
  void* const large = malloc(100000);
  CHECK(large);
  free(large);
  CHECK(emmalloc_validate_memory_regions() == 0);
  CHECK(heaplet_mallinfo().uordblks <= before + 4096);
  took_large = 1;
}

#ifdef __EMSCRIPTEN_PTHREADS__
#include <pthread.h>

static void* of(void* work) {
  ((void (*)(void))work)();
  return 0;
}
static pthread_t workers[2];
static void start(int number, void (*work)(void)) {
  CHECK(pthread_create(&workers[number], 0, of, (void*)work) == 0);
}
static void terminate_first(void) {
  EM_ASM({ (PThread.pthreads[$0].worker || PThread.pthreads[$0]).terminate(); }, workers[0]);
}

#else
#include <emscripten/wasm_worker.h>

static emscripten_wasm_worker_t workers[2];
static void start(int number, void (*work)(void)) {
  workers[number] = emscripten_malloc_wasm_worker(65536);
  emscripten_wasm_worker_post_function_v(workers[number], work);
}
static void terminate_first(void) { emscripten_terminate_wasm_worker(workers[0]); }

#endif

/* Asks itself again, a tick later, until all is known. */
static void look(void* unused) {
  static int ticks, after;
  if (!goes_on && is_there && is_ready && ++ticks == 5) {
    ticks = 0;
    goes_on = 1;
  } else if (!goes_on && is_there && is_ready && ticks == 1) {
    terminate_first();
  } else if (goes_on && ((took_small + took_large >= expected && ++after == 50) || ++ticks == 1000)) {
    printf("small %d large %d\n", took_small, took_large);
    fflush(stdout);
    EM_ASM({ process.exit(0); });
  }
  emscripten_async_call(look, unused, tick);
}

int main(int count, char** arguments) {
  CHECK(count == 3);
  ends_inside = strcmp(arguments[1], "inside") == 0;
  expected = atoi(arguments[2]);
  start(1, other); /* first: this takes the lock */
  start(0, victim);
  look(0);
  emscripten_exit_with_live_runtime();
}

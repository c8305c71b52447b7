/* A page's own thread asks for memory while a worker has the lock and is in no hurry to give it back: it may not sleep, and where it
 * tries all the same the browser ends it. */
#include <emscripten.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define HOLDS_FOR 300 /* ms */
#include "slow_growth.h"

static atomic_int is_done;

static void* grow(void* unused) {
  is_slow = 1;
  free(malloc(60 << 20));
  is_done = 1;
  return unused;
}

int main(void) {
  pthread_t worker;
  if (pthread_create(&worker, 0, grow, 0)) abort();
  while (!has_lock) continue;
  is_asked = 1;
  void* const block = malloc(100000);
  const int waited = gives_back;
  free(block);
  while (!is_done) continue; /* to join it would be to block, which Emscripten warns of */
  puts(block && waited ? "got it after a while" : "was not kept from it");
  return 0;
}

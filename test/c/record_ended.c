// A thread that allocates for ever, to be terminated from outside; and one that allocates often while the main thread waits.
#include <emscripten.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_uint done;
static void* volatile kept;

static void pair(void) {
  kept = malloc(100);
  free(kept);
  done++;
}

static void* works_for_ever(void* argument) {
  for (;;) pair();
  return argument;
}

static void* works(void* argument) {
  for (size_t i = 0; i < (size_t)argument; i++) pair();
  return argument;
}

EMSCRIPTEN_KEEPALIVE unsigned pairs(void) { return done; }

EMSCRIPTEN_KEEPALIVE int begin_for_ever(void) {
  pthread_t thread;
  return pthread_create(&thread, NULL, works_for_ever, NULL);
}

EMSCRIPTEN_KEEPALIVE int wait_for(size_t count) {
  pthread_t thread;
  const int error = pthread_create(&thread, NULL, works, (void*)count);
  return error ? error : pthread_join(thread, NULL);
}

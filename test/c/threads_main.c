/* The main thread takes and frees blocks while others do, although it may not sleep: the test says of it that it may not, as a
 * browser does. That it never does is checked where it would. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_t main_thread;
int __real__emscripten_thread_supports_atomics_wait(void);
int __wrap__emscripten_thread_supports_atomics_wait(void) {
  return pthread_self() != main_thread && __real__emscripten_thread_supports_atomics_wait();
}

static atomic_int running;
static void* work(void* seed) {
  void* block[64] = {0};
  unsigned random = (unsigned)(size_t)seed;
  for (int i = 0; i < 300000; ++i) {
    random = random * 1103515245 + 12345;
    void** const one = &block[(random >> 16) % 64];
    free(*one);
    *one = malloc(1100 + (random >> 20)); /* too large for a thread's lists */
  }
  for (int i = 0; i < 64; ++i) free(block[i]);
  --running;
  return 0;
}

int main(void) {
  main_thread = pthread_self();
  pthread_t thread[3];
  running = 3;
  for (int i = 0; i < 3; ++i)
    if (pthread_create(&thread[i], 0, work, (void*)(size_t)(i + 1))) abort();
  int taken = 0;
  for (int i = 0; i < 20000 || (running && i < 3000000); ++i, ++taken) {
    void* volatile block = malloc(2000);
    if (!block) abort();
    free(block);
  }
  printf("main took %d blocks\n", taken);
  for (int i = 0; i < 3; ++i) pthread_join(thread[i], 0);
  return 0;
}

// A thread finds a fault while the main thread wants memory again and again: it is told, and the program ends.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_int begun;

static void* gives_back_twice(void* unused) {
  begun = 1;
  char* const block = malloc(100);
  free(block);
  volatile uintptr_t hidden = (uintptr_t)block;  // or the compiler tells
  free((char*)hidden);
  puts("not found");
  return unused;
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, gives_back_twice, NULL)) return 1;
  while (!begun) {
  }
  // Long after the fault it still gets blocks, and only then comes to what others ask of it.
  for (int i = 0; i < 3000000; i++) {
    char* const block = malloc(100);
    if (!block) return 2;
    *(volatile char*)block = 1;
    free(block);
  }
  puts("the main thread has had its blocks");
  pthread_join(thread, NULL);
  return 3;
}

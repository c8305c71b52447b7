// A thread finds a fault, or says what is in the heap, while the main thread wants memory again and again: it is told, and the program
// ends. What a thread writes the main one writes for it.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <emscripten/emmalloc.h>
#include <heaplet.h>

#ifndef ROUNDS
#define ROUNDS 3000000
#endif

// Nothing of it may the compiler see.
void* (*volatile take)(size_t) = malloc;
void (*volatile give)(void*) = free;

#ifdef OWN_FAULT
// It asks for a block, prints it, and gives it back.
void heaplet_fault(int kind, const void* block, size_t size, const struct heaplet_fault_details* more) {
  (void)block;
  char* const text = take(200);
  snprintf(text, 200, "my fault %d: %d bytes, #%d\n", kind, (int)size, (int)more->number);
  fputs(text, stderr);
  give(text);
  abort();
}
#endif

static atomic_int begun;

static void* gives_back_twice(void* unused) {
  begun = 1;
  char* const block = take(100);
  give(block), give(block);
  puts("not found");
  return unused;
}

static void* dumps(void* unused) {
  begun = 1;
  emmalloc_dump_memory_regions();
  return unused;
}

static void* validates(void* unused) {
  begun = 1;
  char* const block = take(100);
  block[100] ^= 32;
  if (emmalloc_validate_memory_regions() != 1) puts("not found");
  return unused;
}

int main(int count, char** arguments) {
  void* (*does)(void*) = gives_back_twice;
  if (count > 1 && strcmp(arguments[1], "dump") == 0) does = dumps;
  if (count > 1 && strcmp(arguments[1], "validate") == 0) does = validates;
  // More than are noted at once, and half of them free again.
  for (int i = 0; i < 3000; i++) {
    void* const block = take(3000);
    if (i % 2 == 0) give(block);
  }
  pthread_t thread;
  if (pthread_create(&thread, NULL, does, NULL)) return 1;
  while (!begun) {
  }
  // Long after that it still gets blocks, and only then comes to what others ask of it.
  for (int i = 0; i < ROUNDS; i++) {
    char* const block = take(100);
    if (!block) return 2;
    *(volatile char*)block = 1;
    give(block);
  }
  puts("the main thread has had its blocks");
  pthread_join(thread, NULL);
  return does == gives_back_twice ? 3 : 0;
}

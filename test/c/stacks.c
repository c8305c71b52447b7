// What stacks.test.mjs looks for in the stacks that are kept: one mistake, or a word on a block, for each name.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heaplet.h>

// Nothing of it may the compiler see.
void* (*volatile take)(size_t) = malloc;
void* (*volatile resize)(void*, size_t) = realloc;
void (*volatile give)(void*) = free;

static void* make(size_t size) { return take(size); }
static void drop(void* block) { give(block); }
static void* enlarge(void* block, size_t size) { return resize(block, size); }

/* A block that a realloc has moved is freed once more, and the one that it has become. */
static void moved(void) {
  void* const a = make(40);
  make(40);
  enlarge(a, 5000);
  drop(a);
}
static void moved_to(void) {
  void* const a = make(40);
  make(40);
  void* const b = enlarge(a, 5000);
  drop(b), drop(b);
}
static void shrunk(void) {
  void* const a = make(400);
  drop(enlarge(a, 300)), drop(a);
}
/* What has come and gone at a place does not stay with it. */
static void reused(void) {
  void *const a = make(1 << 20), *const b = (drop(a), take(1 << 20));
  puts(a == b ? "reused" : "not reused");
  heaplet_print_stacks(b);
}
static void many(void) {
  char* const a = make(40);
  for (int i = 0; i < 2000; ++i) make(40);
  a[40] ^= 32;
  drop(a);
}
static void others(void) {
  heaplet_print_stacks(calloc(3, 40));
  heaplet_print_stacks(aligned_alloc(64, 64));
  int none;
  heaplet_print_stacks(&none);
}

/* A fault that is found by the next one who asks for a block of that size, and again. */
static void again(void) {
  static char* made[300];
  for (int i = 0; i < 300; ++i) made[i] = make(1000);
  for (int i = 0; i < 300; ++i) drop(made[i]);
  for (int i = 0; i < 300; ++i) made[i][20] = 1;
  for (int i = 0; i < 300; ++i) make(1000);
}

static void leaks(void) {
  heaplet_print_leaks();
  for (int i = 0; i < 3; ++i) make(40);
  char* const a = make(1000);
  give(a), take(200);
  heaplet_print_leaks();
}

#define CASE(name) \
  if (strcmp(arguments[1], #name) == 0) name();

int main(int count, char** arguments) {
  if (count < 2) return 2;
  CASE(moved)
  CASE(moved_to)
  CASE(shrunk)
  CASE(reused)
  CASE(many)
  CASE(others)
  CASE(again)
  CASE(leaks)
  return 0;
}

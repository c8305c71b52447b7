// What stacks_threads.test.mjs looks for in the stacks of all threads: one mistake, or a word on blocks, for each name.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heaplet.h>

size_t malloc_usable_size(void* block);

#ifdef OWN_FAULT
// As docs/debugging.md says it.
void heaplet_fault(int kind, const void* at, size_t size, const struct heaplet_fault_details* more) {
  (void)kind, (void)size, (void)more;
  heaplet_print_stacks(at);
  abort();
}
#endif

// Nothing of it may the compiler see.
void* (*volatile take)(size_t) = malloc;
void* (*volatile resize)(void*, size_t) = realloc;
void (*volatile give)(void*) = free;

static void* make(size_t size) { return take(size); }
static void drop(void* block) { give(block); }

static char* block;
static _Atomic int turn;
static _Atomic int begun;

/* Threads that live at the same time, and do what they do one after the other. (A page's own thread may not sleep.) */
static void wait_for(int mine) {
  while (turn != mine) {
  }
}

static void* makes(void* size) {
  ++begun;
  wait_for(1);
  block = make((size_t)size);
  make(40); /* so it must move to grow */
  turn = 2;
  wait_for(9);
  return NULL;
}
static void* drops(void* unused) {
  ++begun;
  wait_for(2);
  drop(block);
  turn = 3;
  wait_for(9);
  return unused;
}
static void* drops_again(void* unused) {
  ++begun;
  wait_for(3);
  drop(block);
  turn = 9;
  return unused;
}
static void* moves(void* unused) {
  ++begun;
  wait_for(2);
  resize(block, 5000);
  turn = 3;
  wait_for(9);
  return unused;
}
static void* grows(void* unused) {
  ++begun;
  wait_for(2);
  /* Memory grows: the others' JavaScript has been there before. Then new stacks are learned there. */
  memset(make(40 << 20), 1, 40 << 20);
  drop(block);
  turn = 3;
  wait_for(9);
  return unused;
}
static void* writes(void* unused) {
  ++begun;
  wait_for(2);
  block[20000] ^= 32;
  turn = 3;
  wait_for(9);
  return unused;
}

static void three(size_t size, void* (*first)(void*), void* (*second)(void*), void* (*third)(void*)) {
  pthread_t threads[3];
  pthread_create(&threads[0], NULL, first, (void*)size);
  pthread_create(&threads[1], NULL, second, NULL);
  pthread_create(&threads[2], NULL, third, NULL);
  /* What they take for themselves when they begin does not come between. */
  while (begun != 3) {
  }
  turn = 1;
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
}

static void double_free(void) { three(40, makes, drops, drops_again); }
static void large(void) { three(300000, makes, drops, drops_again); }
static void moved(void) { three(40, makes, moves, drops_again); }
static void grown(void) { three(40, makes, grows, drops_again); }
static void overflow(void) { three(20000, makes, writes, drops_again); }

static void* makes_and_ends(void* size) {
  block = make((size_t)size);
  return NULL;
}
static void* ends(void* unused) { return unused; }

static void alone(void* (*function)(void*), void* argument) {
  pthread_t thread;
  pthread_create(&thread, NULL, function, argument);
  pthread_join(thread, NULL);
}

/* The thread that has allocated it has ended, and others have come. */
static void ended(void) {
  alone(makes_and_ends, (void*)40);
  for (int i = 0; i < 20; i++) alone(ends, NULL);
  drop(block), drop(block);
}

static void* faults(void* unused) {
  char* const own = make(40);
  turn = 1;
  while (turn < 1000) {
  }
  own[40] ^= 32;
  drop(own);
  return unused;
}
/* The main thread does not come to its events: it is in the heap all the time. */
static void busy(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, faults, NULL);
  wait_for(1);
  for (;; turn++) drop(make(40));
}

static void* leaks_here(void* unused) {
  for (int i = 0; i < 3; i++) make(40);
  drop(make(1000));
  return unused;
}
static void leaks(void) {
  leaks_here(NULL);
  alone(leaks_here, NULL);
  alone(leaks_here, NULL);
  make(200);
  heaplet_print_leaks();
}

enum { most_taken = 2000 };
static void* given[most_taken];
static void* taken[most_taken];
static size_t count_given;
static _Atomic int all_given;

static void* gives_all(void* unused) {
  wait_for(1);
  const size_t count = count_given;
  for (size_t i = 0; i < count; i++) drop(given[i]);
  all_given = 1;
  return unused;
}
/* In a memory that is full a thread takes what another one gives back, as soon as that is free. (Such large blocks do not wait.) */
static void instead(void) {
  size_t got = 0;
  pthread_t thread;
  pthread_create(&thread, NULL, gives_all, NULL);
  while (count_given < most_taken && (given[count_given] = make(20000))) count_given++;
  turn = 1;
  while (got < count_given) {
    const int is_last = all_given;
    taken[got] = take(20000);
    if (taken[got])
      got++;
    else if (is_last)
      break;
  }
  pthread_join(thread, NULL);
  printf("%d\n", (int)got);
  for (size_t i = 0; i < got; i++) heaplet_print_stacks(taken[i]);
}

/* More blocks than are kept. */
static void* fills(void* unused) {
  for (int i = 0; i < 2000; i++) make(40);
  return unused;
}
static void many(void) {
  block = make(40);
  alone(fills, NULL);
  heaplet_print_stacks(make(40));
  block[40] ^= 32;
  drop(block);
}

/* More than what there is room for in a memory that does not grow: the program has the rest of it. */
static void full(void) {
  block = make(40);
  static void* made[200000];
  for (int i = 0; i < 200000; i++)
    if (!(made[i] = make(20))) puts("no memory");
  heaplet_print_stacks(made[199999]);
  block[40] ^= 32;
  drop(block);
}

/* A fault that is found by the next one who asks for a block of that size, and again. */
static void again(void) {
  static char* made[300];
  for (int i = 0; i < 300; i++) made[i] = make(1000);
  for (int i = 0; i < 300; i++) drop(made[i]);
  for (int i = 0; i < 300; i++) made[i][20] = 1;
  for (int i = 0; i < 300; i++) make(1000);
}

/* A fault that is found where nothing is kept of the call. */
static void* measures(void* unused) {
  block = make(40);
  drop(block);
  malloc_usable_size(block);
  return unused;
}
static void usable(void) { alone(measures, NULL); }

#define CASE(name) \
  if (strcmp(arguments[1], #name) == 0) name();

int main(int count, char** arguments) {
  if (count < 2) return 2;
  CASE(double_free)
  CASE(large)
  CASE(moved)
  CASE(grown)
  CASE(overflow)
  CASE(ended)
  CASE(busy)
  CASE(leaks)
  CASE(instead)
  CASE(many)
  CASE(full)
  CASE(again)
  CASE(usable)
  return 0;
}

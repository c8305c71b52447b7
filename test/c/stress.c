// Random work on the malloc family, with somebody else who takes memory in between, under a shadow: every block and all
// of somebody else's bytes are filled, and compared before they go. Prints what was found wrong.
//
//     stress [seed [growing]]
//
// Where memory may grow nothing is refused.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heaplet.h"

enum { slots = 400, pieces = 60, steps = 150000 };

typedef struct {
  unsigned char* start;
  size_t bytes;
  unsigned char tag;
} Piece;

static Piece ours[slots], theirs[pieces];
static unsigned state, refused;

static unsigned below(unsigned limit) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % limit;
}

static void fail(const char* what) {
  printf("%s\n", what);
  exit(1);
}

static Piece filled(void* start, size_t bytes) {
  const Piece piece = {start, bytes, (unsigned char)below(256)};
  memset(start, piece.tag, bytes);
  return piece;
}

static void compare(Piece piece, size_t bytes, const char* what) {
  for (size_t i = 0; i < bytes; ++i)
    if (piece.start[i] != piece.tag) fail(what);
}

// Emscripten's break is moved by any number of bytes, wasm's memory by pages. What is refused is no matter.
static void take(Piece* piece) {
  const size_t bytes = 1 + below(below(3) ? 40 : 100000);
#ifdef __EMSCRIPTEN__
  void* const start = sbrk(bytes);
  if (start != (void*)-1) *piece = filled(start, bytes);
#else
  const size_t pages = bytes / 65536 + 1, before = __builtin_wasm_memory_grow(0, pages);
  if (before != (size_t)-1) *piece = filled((void*)(before * 65536), pages * 65536);
#endif
}

// Before the heap has been called at all.
__attribute__((constructor)) static void take_first(void) {
  state = 7;
  take(&theirs[0]);
}

static void allocate(Piece* piece) {
  const size_t bytes = below(8) ? below(1 + below(3000)) : below(120000);
  const size_t any = _Alignof(max_align_t), alignment = below(6) ? any : (size_t)16 << below(9);
  const int zeroed = below(5) == 0;
  void* const start = alignment > any ? aligned_alloc(alignment, bytes)
                      : zeroed        ? calloc(1, bytes)
                                      : malloc(bytes);
  if (!start) return (void)++refused;
  if ((uintptr_t)start % alignment) fail("a block is not aligned");
  if (alignment == any && zeroed) compare((Piece){start, bytes, 0}, bytes, "calloc's bytes are not 0");
  if (heaplet_malloc_usable_size(start) < bytes) fail("a block is too short");
  *piece = filled(start, bytes);
}

static void resize(Piece* piece) {
  const size_t bytes = below(below(4) ? 3000 : 120000);
  void* const start = realloc(piece->start, bytes);
  if (!start) return (void)++refused;
  piece->start = start;
  compare(*piece, bytes < piece->bytes ? bytes : piece->bytes, "realloc lost bytes");
  *piece = filled(start, bytes);
}

static void release(Piece* piece) {
  free(piece->start);
  *piece = (Piece){0};
}

// The totals are what the blocks add up to, and every invariant holds.
static void totals(void) {
  const struct heaplet_mallinfo info = heaplet_mallinfo();
  size_t used = 0;
  for (int i = 0; i < slots; ++i)
    if (ours[i].start) used += heaplet_malloc_usable_size(ours[i].start);
  if (info.uordblks < used || info.arena != info.uordblks + info.fordblks) fail("the totals are wrong");
  if (info.arena != heaplet_malloc_footprint()) fail("the footprint is wrong");
#ifdef __EMSCRIPTEN__
  int emmalloc_validate_memory_regions(void);
  if (emmalloc_validate_memory_regions()) fail("the heap is broken");
#endif
}

int main(int count, char** arguments) {
  state = count > 1 ? (unsigned)atoi(arguments[1]) : 1;
  for (int step = 0, foreign = 1; step < steps; ++step) {
    Piece* const piece = &ours[below(slots)];
    if (step % 997 == 0) totals();
    if (foreign < pieces && below(2000) == 0) take(&theirs[foreign++]);
    if (!piece->start) {
      allocate(piece);
      continue;
    }
    compare(*piece, piece->bytes, "a block's bytes changed");
    below(3) ? release(piece) : resize(piece);
  }
  for (int i = 0; i < slots; ++i) release(&ours[i]);
  for (int i = 0; i < pieces; ++i) compare(theirs[i], theirs[i].bytes, "somebody else's bytes changed");
  totals();
  void* const large = malloc(heaplet_mallinfo().fordblks / 32);
  if (!large) fail("all was freed, but not joined");
  free(large);
  if (count > 2 && refused) fail("a block was refused, although memory may grow");
  printf("sound, %u refused\n", refused);
}

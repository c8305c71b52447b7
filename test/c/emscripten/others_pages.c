// Somebody grows the memory behind the break: these pages are theirs, and what Emscripten grows for the break is the
// break's.
#include "check.h"

size_t emmalloc_unclaimed_heap_memory(void);
void emscripten_notify_memory_growth(size_t memory);  // tells JavaScript of it

enum { page = 65536, turns = 4, most = 400 };

static struct {
  unsigned char* start;
  size_t bytes;
} theirs[turns];

static void they_take(int turn) {
  const size_t pages = (size_t)turn + 1, first = __builtin_wasm_memory_grow(0, pages);
  CHECK(first != (size_t)-1);
  emscripten_notify_memory_growth(0);
  theirs[turn].start = (unsigned char*)(first * page);
  theirs[turn].bytes = pages * page;
  memset(theirs[turn].start, 0xf0 + turn, theirs[turn].bytes);
}

int main(void) {
  static void* blocks[turns][most];
  const size_t initial = emscripten_get_heap_size();
  for (int turn = 0; turn < turns; ++turn) {
    they_take(turn);  // the first time before any malloc
    // Until memory has grown for us: first all that was there before they came.
    int count = 0;
    for (const size_t size = emscripten_get_heap_size(); emscripten_get_heap_size() == size; ++count) {
      CHECK(count < most && (blocks[turn][count] = malloc(100000)));
      memset(blocks[turn][count], turn, 100000);
    }
    if (turn == 0) CHECK((size_t)count * 100000 > initial / 2);
    // By sbrk too, and brk does not go over theirs.
    const uintptr_t before = the_break();
    void* const piece = sbrk(1000);
    CHECK(piece == (void*)before);
    memset(piece, turn, 1000);
    // Emscripten has made memory larger than we asked for: that is no page of theirs.
    const size_t size = emscripten_get_heap_size();
    CHECK(size - the_break() > page);
    CHECK(sbrk(page) == (void*)(before + 1000) && emscripten_get_heap_size() == size);
  }
  const size_t unclaimed = emmalloc_unclaimed_heap_memory();
  they_take(turns - 1);
  CHECK(emmalloc_unclaimed_heap_memory() == unclaimed - theirs[turns - 1].bytes);
  const uintptr_t before = the_break();
  errno = 0;
  CHECK(brk((void*)emscripten_get_heap_size()) == -1 && errno == ENOMEM && the_break() == before);
  const uintptr_t end = emscripten_get_heap_size();
  CHECK(sbrk((intptr_t)(end - before)) == (void*)end);
  for (int turn = 0; turn < turns; ++turn) {
    CHECK(is_full(theirs[turn].start, theirs[turn].bytes, (unsigned char)(0xf0 + turn)));
    for (int i = 0; blocks[turn][i]; ++i) {
      CHECK(is_full(blocks[turn][i], 100000, (unsigned char)turn));
      free(blocks[turn][i]);
    }
  }
  return 0;
}

// The program break: sbrk and brk give memory that nobody else has, and malloc keeps clear of it.
#include "check.h"

enum { pieces = 500, page = 65536 };

static void* taken[pieces];

// Each piece of memory by one of the two, with blocks of the heap's between them.
static void takes(int by_brk) {
  static void* blocks[pieces];
  for (int i = 0; i < pieces; ++i) {
    const size_t bytes = (size_t)i * 8;
    const uintptr_t before = the_break();
    if (by_brk) {
      taken[i] = (void*)before;
      CHECK(brk((void*)(before + bytes)) == 0);
      CHECK(the_break() == before + bytes);
    } else {
      taken[i] = sbrk((intptr_t)bytes);
      CHECK(taken[i] == (void*)before && the_break() >= before + bytes);
    }
    memset(taken[i], i, bytes);
    blocks[i] = malloc((size_t)i * 5);
    CHECK(blocks[i]);
    memset(blocks[i], ~i, (size_t)i * 5);
  }
  for (int i = 0; i < pieces; ++i) {
    CHECK(is_full(taken[i], (size_t)i * 8, (unsigned char)i));
    CHECK(is_full(blocks[i], (size_t)i * 5, (unsigned char)~i));
    free(blocks[i]);
  }
}

static void keeps_its_alignment(void) {
  const uintptr_t before = the_break();
  CHECK(before % 8 == 0 && sbrk(3) == (void*)before && the_break() == before + 8);
}

// What is refused has changed nothing.
static void refuses(void) {
  const uintptr_t before = the_break();
  const size_t size = emscripten_get_heap_size();
  errno = 0;
  CHECK(sbrk(-1) != (void*)(before - 8) || sizeof(void*) == 8);
  const intptr_t most = (intptr_t)(emscripten_get_heap_max() + page);
  if (sizeof(void*) == 4) {
    CHECK(errno == ENOMEM && the_break() == before);
    errno = 0;
    CHECK(brk((void*)(before - 8)) == -1 && errno == ENOMEM);
  }
  errno = 0;
  if (most > 0) CHECK(sbrk(most) == REFUSED && errno == ENOMEM);
  errno = 0;
  CHECK(brk((void*)-16) == -1 && errno == ENOMEM);
  CHECK(the_break() == before && emscripten_get_heap_size() == size);
}

// Where addresses have 64 bits an increment has a sign.
static void moves_down(void) {
  if (sizeof(void*) == 4) return;
  const uintptr_t before = the_break();
  CHECK(sbrk(4096) == (void*)before);
  CHECK(sbrk(-96) == (void*)(before + 4096) && the_break() == before + 4000);
  CHECK(brk((void*)before) == 0 && the_break() == before);
  CHECK(sbrk(PTRDIFF_MIN) == REFUSED && brk((void*)8) == -1 && the_break() == before);
}

int main(void) {
  keeps_its_alignment();
  takes(0);
  takes(1);
  moves_down();
  refuses();
  return 0;
}

/* Somebody else makes memory grow whenever the heap, or sbrk, does: just before it, and just after. The program says so by standing
 * in for Emscripten's function, so the order is always the same. None gets what is another's. */
#include <emscripten.h>
#include <emscripten/heap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(condition)                                                               \
  do {                                                                                 \
    if (!(condition)) fprintf(stderr, "line %d: %s\n", __LINE__, #condition), abort(); \
  } while (0)

int emmalloc_validate_memory_regions(void);

enum { page = 65536, most = 500 };

/* What was taken, by whomever: each piece is full of its own number. */
static struct {
  unsigned char* start;
  size_t bytes;
} pieces[2 * most];
static int count, theirs;

static void note(void* start, size_t bytes) {
  CHECK(start && start != (void*)-1 && count < 2 * most);
  pieces[count].start = start;
  pieces[count].bytes = bytes;
  memset(start, count * 37 + 1, bytes);
  ++count;
}

static void they_grow(void) {
  const size_t first = __builtin_wasm_memory_grow(0, 1);
  if (first == (size_t)-1 || count == 2 * most) return;
  note((void*)(first * page), page);
  ++theirs;
}

int __real_emscripten_resize_heap(size_t bytes);
int __wrap_emscripten_resize_heap(size_t bytes) {
  they_grow();
  const int resized = __real_emscripten_resize_heap(bytes);
  they_grow();
  return resized;
}

static void verify(int from) {
  for (int i = from; i < count; ++i)
    for (size_t j = 0; j < pieces[i].bytes; ++j) CHECK(pieces[i].start[j] == (unsigned char)(i * 37 + 1));
  CHECK(emmalloc_validate_memory_regions() == 0);
}

int main(void) {
  const size_t initial = emscripten_get_heap_size();
  they_grow(); /* before any malloc: what the program began with is the heap's all the same */
  note(malloc(50), 50);
  CHECK((uintptr_t)pieces[1].start < initial);
  size_t before = emscripten_get_heap_size(), growths = 0;
  for (unsigned i = 0; growths < 6 && i < most; ++i) {
    const size_t bytes = i % 7 ? 100000 + i * 1000 : 700000;
    if (i % 5 == 0)
      note(sbrk((intptr_t)bytes), bytes);
    else
      note(malloc(bytes), bytes);
    /* JavaScript of the program's own sees it too. */
    const size_t seen = (size_t)EM_ASM_INT({ return Module['HEAPU8'].length; });
    CHECK((uintptr_t)pieces[count - 1].start + bytes <= seen);
    if (emscripten_get_heap_size() != before) before = emscripten_get_heap_size(), ++growths;
  }
  CHECK(growths == 6 && theirs >= 6);
  verify(0);
  /* A block that is to grow at the end of memory. */
  unsigned char* block = malloc(1000);
  CHECK(block);
  memset(block, 0x55, 1000);
  for (size_t bytes = 100000; bytes < 30000000; bytes += bytes / 2) {
    block = realloc(block, bytes);
    CHECK(block);
    for (int i = 0; i < 1000; ++i) CHECK(block[i] == 0x55);
    memset(block, 0x55, bytes);
  }
  free(block);
  verify(0);
  /* There is not that much: nobody loses anything. */
  CHECK(!malloc(emscripten_get_heap_max() - 4000000));
  CHECK(sbrk((intptr_t)emscripten_get_heap_max() / 2 + 100000000) == (void*)-1);
  verify(0);
  note(malloc(100000), 100000);
  verify(0);
  printf("%d pages of others\n", theirs);
  return 0;
}

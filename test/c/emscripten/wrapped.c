// A program's own malloc and free over Emscripten's names for those beneath: everybody calls the program's.
#include "check.h"

// By hand: which header has them, if any, differs from version to version.
void* emscripten_builtin_malloc(size_t);
void emscripten_builtin_free(void*);

static int allocated, freed;

void* __attribute__((noinline)) malloc(size_t size) {
  ++allocated;
  return emscripten_builtin_malloc(size);
}

void __attribute__((noinline)) free(void* block) {
  ++freed;
  emscripten_builtin_free(block);
}

int main(void) {
  enum { turns = 20 };
  const uintptr_t start = the_break();
  allocated = freed = 0;
  for (int i = 0; i < turns; ++i) {
    char* volatile const block = malloc(1 << 20);
    CHECK(block);
    memset(block, i, 1 << 20);
    free(block);
  }
  CHECK(allocated == turns && freed == turns);
  free(strdup("the libc's own calls"));
  CHECK(allocated == turns + 1 && freed == turns + 1);
  // One heap: what was freed is used again.
  CHECK(the_break() - start < 4 << 20);
  return 0;
}

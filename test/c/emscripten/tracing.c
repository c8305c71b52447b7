// What a program is told of its allocations: tracing.js has kept a list of the blocks that there are.
#include "check.h"

#include <emscripten.h>

#include <heaplet.h>

// By hand: which header has them, if any, differs from version to version.
void* aligned_alloc(size_t, size_t);
void* memalign(size_t, size_t);
int posix_memalign(void**, size_t, size_t);
void* reallocarray(void*, size_t, size_t);
void* realloc_in_place(void*, size_t);
void* emscripten_builtin_malloc(size_t);
void* emmalloc_malloc(size_t);
void** independent_calloc(size_t, size_t, void**);
size_t bulk_free(void**, size_t);

// Whether the list has a block of so many bytes; -1: none at all.
static void is_listed(const volatile void* block, int bytes) {
  const int listed = EM_ASM_INT({ return Module.blocks.has($0) ? Module.blocks.get($0) : -1; }, block);
  if (listed != bytes) printf("%p: %d bytes, and not %d\n", (void*)block, listed, bytes), exit(1);
}

static int listed(void) {
  return EM_ASM_INT({ return Module.blocks.size; });
}

int main(void) {
  const int before = listed();
  const double grown = EM_ASM_DOUBLE({ return Module.grown; });
  void* volatile blocks[12] = {malloc(100),
                               calloc(3, 50),
                               realloc(NULL, 200),
                               reallocarray(NULL, 5, 50),
                               aligned_alloc(64, 300),
                               memalign(128, 350),
                               NULL,
                               emscripten_builtin_malloc(450),
                               emmalloc_malloc(500),
                               heaplet_malloc(550),
                               strdup("the libc's own calls"),
                               malloc(600000)};
  CHECK(posix_memalign((void**)&blocks[6], 64, 400) == 0);
  const int bytes[12] = {100, 150, 200, 250, 300, 350, 400, 450, 500, 550, 21, 600000};
  for (int i = 0; i < 12; ++i) is_listed(blocks[i], bytes[i]);
  CHECK(listed() == before + 12);

  // In place, and moved; and what fails is not told.
  CHECK(realloc_in_place(blocks[0], 50) == blocks[0]);
  is_listed(blocks[0], 50);
  void* volatile const old = blocks[1];
  blocks[1] = realloc(blocks[1], 90000);
  is_listed(blocks[1], 90000);
  if (blocks[1] != old) is_listed(old, -1);
  CHECK(realloc(blocks[2], (size_t)-100) == NULL && malloc((size_t)-100) == NULL);
  is_listed(blocks[2], 200);
  CHECK(listed() == before + 12);

  void* many[10];
  CHECK(independent_calloc(10, 40, many) == many && listed() == before + 22);
  CHECK(bulk_free(many, 10) == 0 && listed() == before + 12);
  free(NULL);
  heaplet_free_sized(blocks[0], 50);
  for (int i = 1; i < 12; ++i) free(blocks[i]);
  for (int i = 0; i < 12; ++i) is_listed(blocks[i], -1);
  CHECK(listed() == before);
  CHECK(EM_ASM_INT({ return Module.faults; }) == 0);
#if TOLD_OF_BREAK
  CHECK(EM_ASM_DOUBLE({ return Module.grown; }) - grown >= 600000);
  CHECK(EM_ASM_DOUBLE({ return Module.last; }) == (double)the_break());
#else
  (void)grown;
#endif
  return 0;
}

// The parts of the matrix that differ from platform to platform.
#include "matrix.h"

#if defined(__EMSCRIPTEN__)

#include <emscripten.h>
#include <unistd.h>

// By hand: which header has them, if any, differs from version to version.
void* __libc_malloc(size_t);
void __libc_free(void*);
void* __libc_calloc(size_t, size_t);
void* emscripten_builtin_malloc(size_t);
void emscripten_builtin_free(void*);
void* emscripten_builtin_calloc(size_t, size_t);
void* emscripten_builtin_memalign(size_t, size_t);
void emmalloc_free(void*);
int emmalloc_validate_memory_regions(void);
size_t emmalloc_dynamic_heap_size(void);
size_t emmalloc_free_dynamic_memory(void);
size_t emmalloc_unclaimed_heap_memory(void);
size_t emmalloc_compute_free_dynamic_memory_fragmentation_map(size_t[32]);
int emmalloc_trim(size_t);
size_t emmalloc_usable_size(void*);
void* emmalloc_realloc_try(void*, size_t);
struct heaplet_mallinfo emmalloc_mallinfo(void);

// A free block between two used ones is counted among those of its size.
static void fragments(void) {
  size_t before[32], after[32];
  void* const block = malloc(40000);
  void* const wall = malloc(10);
  const size_t all = emmalloc_compute_free_dynamic_memory_fragmentation_map(before);
  free(block);
  const size_t more = emmalloc_compute_free_dynamic_memory_fragmentation_map(after);
  size_t sum = 0;
  for (int i = 0; i < 32; ++i) sum += after[i];
  CHECK(sum == more && more <= all + 1, sum, more);  // it may have joined a free block before it
  CHECK(more == mallinfo2().ordblks + mallinfo2().smblks, more, mallinfo2().ordblks);
  free(wall);
}

unsigned char* take_foreign(int turn, size_t* length) {
  *length = 1 + (size_t)turn * 1236;  // leaves the break on no granule
  void* const taken = sbrk((intptr_t)*length);
  return taken == (void*)-1 ? NULL : taken;
}

void other_names(void) {
  free(emscripten_builtin_malloc(10));
  emscripten_builtin_free(malloc(10));
  emmalloc_free(emscripten_builtin_memalign(64, 10));
  __libc_free(emscripten_builtin_calloc(10, 10));
  free(__libc_malloc(10));
  char* const text = strdup("the libc's own calls");
  CHECK(malloc_usable_size(text) >= 21, 0, 0);
  free(text);
  fragments();
  CHECK(emmalloc_validate_memory_regions() == 0 && emmalloc_trim(0) == 0, 0, 0);
  CHECK(emmalloc_mallinfo().arena == emmalloc_dynamic_heap_size(), 0, 0);
  void* const kept = malloc(1000);
  CHECK(emmalloc_realloc_try(kept, 500) == kept && emmalloc_usable_size(kept) >= 500, 0, 0);
  free(kept);
  CHECK(emmalloc_dynamic_heap_size() >= emmalloc_free_dynamic_memory(), 0, 0);
  const size_t unclaimed = emmalloc_unclaimed_heap_memory();
  void* const taken = sbrk(64);
  CHECK(taken == (void*)-1 || emmalloc_unclaimed_heap_memory() <= unclaimed - 64, unclaimed, 0);
  // JavaScript's views see what was written after any growth.
  volatile int* const word = malloc(400000);
  *word = 4711;
  CHECK(EM_ASM_INT({ return HEAP32[$0 >> 2]; }, word) == 4711, 0, 0);
  free((void*)word);
}

#elif defined(__wasm__)

void* __libc_malloc(size_t);
void __libc_free(void*);
void* __libc_calloc(size_t, size_t);

unsigned char* take_foreign(int turn, size_t* length) {
  *length = (size_t)(1 + turn % 3) * 65536;
  const size_t page = __builtin_wasm_memory_grow(0, *length / 65536);
  return page == (size_t)-1 ? NULL : (unsigned char*)(page * 65536);
}

void other_names(void) {
  free(__libc_malloc(10));
  __libc_free(malloc(10));
  free(__libc_calloc(10, 10));
  char* const text = strdup("the libc's own calls");
  CHECK(malloc_usable_size(text) >= 21, 0, 0);
  free(text);
}

#else

unsigned char* take_native(size_t length);

unsigned char* take_foreign(int turn, size_t* length) {
  *length = 1 + (size_t)turn * 1236;
  return take_native(*length);
}

void other_names(void) {}

#endif

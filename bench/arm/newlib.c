// The C library's own malloc, as an embedded toolchain brings it (newlib's is a dlmalloc, newlib-nano's a first fit):
// over the static pool, by sbrk.
#include <malloc.h>
#include <stddef.h>

static char *at, *limit;

void* _sbrk(ptrdiff_t bytes) {
  if (bytes > limit - at) return (void*)-1;
  char* const before = at;
  at += bytes;
  return before;
}

void heap_start(void* pool, size_t bytes) {
  at = pool;
  limit = at + bytes;
}

void* heap_allocate(size_t bytes, size_t alignment) {
  return alignment > 8 ? memalign(alignment, bytes) : malloc(bytes);
}

void heap_free(void* block, size_t alignment) {
  (void)alignment;
  free(block);
}

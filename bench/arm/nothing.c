// No allocator: what the test itself costs.
#include <stddef.h>

static char block[64] __attribute__((aligned(32)));

void heap_start(void* pool, size_t bytes) {
  (void)pool;
  (void)bytes;
}

void* heap_allocate(size_t bytes, size_t alignment) {
  (void)bytes;
  (void)alignment;
  return block;
}

void heap_free(void* block, size_t alignment) {
  (void)block;
  (void)alignment;
}

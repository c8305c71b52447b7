// An allocator that does nothing: it hands out, in turn, the addresses that a real one did. What a workload takes on it
// is the harness's own time, which no allocator can be faster than. (A block that moves is not even copied.)
#include <stddef.h>

#define EXPORT(name) __attribute__((export_name(#name)))

static void* const* next;

EXPORT(begin) void begin(void* const* addresses) { next = addresses; }

EXPORT(malloc) void* alone_malloc(size_t size) {
  (void)size;
  return *next++;
}

EXPORT(free) void alone_free(void* block) { (void)block; }

EXPORT(realloc) void* alone_realloc(void* block, size_t size) {
  (void)block;
  (void)size;
  return *next++;
}

EXPORT(calloc) void* alone_calloc(size_t count, size_t size) {
  (void)count;
  (void)size;
  return *next++;
}

// Reports what the program asks of its allocator. Linked with -Wl,--wrap=malloc and so on: every call comes
// through here, from SQLite, from the libc and, as these functions are what is exported too, from JavaScript.
#include <stddef.h>
#include <stdint.h>

__attribute__((import_module("trace"), import_name("allocate"))) void report_allocate(void* block,
                                                                                      size_t size);
__attribute__((import_module("trace"), import_name("clear"))) void report_clear(void* block, size_t size);
__attribute__((import_module("trace"), import_name("align"))) void report_align(void* block, size_t size,
                                                                                size_t to);
__attribute__((import_module("trace"), import_name("resize"))) void report_resize(void* block, size_t size,
                                                                                  void* old);
__attribute__((import_module("trace"), import_name("release"))) void report_release(void* block);

void* __real_malloc(size_t size);
void* __real_calloc(size_t count, size_t size);
void* __real_aligned_alloc(size_t alignment, size_t size);
void* __real_realloc(void* block, size_t size);
void __real_free(void* block);

#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(malloc) void* __wrap_malloc(size_t size) {
  void* block = __real_malloc(size);
  if (block) report_allocate(block, size);
  return block;
}

EXPORT(calloc) void* __wrap_calloc(size_t count, size_t size) {
  void* block = __real_calloc(count, size);
  if (block) report_clear(block, count * size);
  return block;
}

EXPORT(aligned_alloc) void* __wrap_aligned_alloc(size_t alignment, size_t size) {
  void* block = __real_aligned_alloc(alignment, size);
  if (block) report_align(block, size, alignment);
  return block;
}

EXPORT(realloc) void* __wrap_realloc(void* block, size_t size) {
  void* moved = __real_realloc(block, size);
  if (moved) report_resize(moved, size, block);
  return moved;
}

EXPORT(free) void __wrap_free(void* block) {
  if (block) report_release(block);
  __real_free(block);
}

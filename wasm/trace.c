// Reports each call of the malloc family to whoever runs the program, whatever malloc it has: the linker's --wrap leads every
// call through here. One function an object (HEAPLET_WRAP names it), so that a program gets those that it calls.
//
// What is reported, as five numbers: which call, the block or 0, the bytes that were asked for, the alignment or where the
// block was before, and how many bytes can be used. The calls' numbers are those of docs/heapcap.md, and 15: a realloc begins, of the
// block that is named.
//
// That a block goes is reported before it does, and that it has come afterwards: another thread may get its place in between.
#include <stddef.h>

// In a program with threads it is trace_threads.c that is told.
#ifndef __EMSCRIPTEN__
__attribute__((import_module("env"), import_name("heaplet_trace")))
#endif
void heaplet_trace(int call, const void* block, size_t size, size_t other, size_t usable);

// Where JavaScript calls malloc, what is exported must be what reports. (The linker would export it as __wrap_malloc.)
#ifdef __EMSCRIPTEN__
#define EXPORT(name) __attribute__((export_name(#name)))
#else
#define EXPORT(name)
#endif

// A malloc need not have it.
__attribute__((weak)) size_t malloc_usable_size(void* block);

enum { traced_malloc, traced_calloc, traced_aligned_alloc, traced_realloc, traced_free, traced_moves = 15 };

static size_t usable(void* block) { return block && malloc_usable_size ? malloc_usable_size(block) : 0; }

__attribute__((unused)) static void* gone(int call, void* block) {
  heaplet_trace(call, block, 0, 0, usable(block));
  return block;
}

__attribute__((unused)) static void* reported(int call, void* block, size_t size, size_t other) {
  heaplet_trace(call, block, size, other, usable(block));
  return block;
}

#define IS_malloc 1
#define IS_calloc 2
#define IS_realloc 3
#define IS_reallocarray 4
#define IS_aligned_alloc 5
#define IS_memalign 6
#define IS_posix_memalign 7
#define IS_free 8
#define IS_heaplet_malloc 9
#define IS_heaplet_calloc 10
#define IS_heaplet_realloc 11
#define IS_heaplet_aligned_alloc 12
#define IS_heaplet_aligned_realloc 13
#define IS_heaplet_free 14
#define JOINED(name) IS_##name
#define NUMBER(name) JOINED(name)

#if NUMBER(HEAPLET_WRAP) == IS_malloc
void* __real_malloc(size_t size);
EXPORT(malloc) void* __wrap_malloc(size_t size) {
  return reported(traced_malloc, __real_malloc(size), size, 0);
}

#elif NUMBER(HEAPLET_WRAP) == IS_calloc
void* __real_calloc(size_t count, size_t size);
EXPORT(calloc) void* __wrap_calloc(size_t count, size_t size) {
  return reported(traced_calloc, __real_calloc(count, size), count * size, 0);
}

#elif NUMBER(HEAPLET_WRAP) == IS_realloc
void* __real_realloc(void* block, size_t size);
EXPORT(realloc) void* __wrap_realloc(void* block, size_t size) {
  gone(traced_moves, block);
  return reported(traced_realloc, __real_realloc(block, size), size, (size_t)block);
}

#elif NUMBER(HEAPLET_WRAP) == IS_reallocarray
void* __real_reallocarray(void* block, size_t count, size_t size);
EXPORT(reallocarray) void* __wrap_reallocarray(void* block, size_t count, size_t size) {
  gone(traced_moves, block);
  return reported(traced_realloc, __real_reallocarray(block, count, size), count * size, (size_t)block);
}

#elif NUMBER(HEAPLET_WRAP) == IS_aligned_alloc
void* __real_aligned_alloc(size_t alignment, size_t size);
EXPORT(aligned_alloc) void* __wrap_aligned_alloc(size_t alignment, size_t size) {
  return reported(traced_aligned_alloc, __real_aligned_alloc(alignment, size), size, alignment);
}

#elif NUMBER(HEAPLET_WRAP) == IS_memalign
void* __real_memalign(size_t alignment, size_t size);
EXPORT(memalign) void* __wrap_memalign(size_t alignment, size_t size) {
  return reported(traced_aligned_alloc, __real_memalign(alignment, size), size, alignment);
}

#elif NUMBER(HEAPLET_WRAP) == IS_posix_memalign
int __real_posix_memalign(void** result, size_t alignment, size_t size);
EXPORT(posix_memalign) int __wrap_posix_memalign(void** result, size_t alignment, size_t size) {
  const int error = __real_posix_memalign(result, alignment, size);
  reported(traced_aligned_alloc, error ? NULL : *result, size, alignment);
  return error;
}

#elif NUMBER(HEAPLET_WRAP) == IS_free
void __real_free(void* block);
EXPORT(free) void __wrap_free(void* block) { __real_free(block ? gone(traced_free, block) : block); }

// Heaplet's own names, by which Rust calls it.

#elif NUMBER(HEAPLET_WRAP) == IS_heaplet_malloc
void* __real_heaplet_malloc(size_t size);
void* __wrap_heaplet_malloc(size_t size) {
  return reported(traced_malloc, __real_heaplet_malloc(size), size, 0);
}

#elif NUMBER(HEAPLET_WRAP) == IS_heaplet_calloc
void* __real_heaplet_calloc(size_t count, size_t size);
void* __wrap_heaplet_calloc(size_t count, size_t size) {
  return reported(traced_calloc, __real_heaplet_calloc(count, size), count * size, 0);
}

#elif NUMBER(HEAPLET_WRAP) == IS_heaplet_realloc
void* __real_heaplet_realloc(void* block, size_t size);
void* __wrap_heaplet_realloc(void* block, size_t size) {
  gone(traced_moves, block);
  return reported(traced_realloc, __real_heaplet_realloc(block, size), size, (size_t)block);
}

#elif NUMBER(HEAPLET_WRAP) == IS_heaplet_aligned_alloc
void* __real_heaplet_aligned_alloc(size_t alignment, size_t size);
void* __wrap_heaplet_aligned_alloc(size_t alignment, size_t size) {
  return reported(traced_aligned_alloc, __real_heaplet_aligned_alloc(alignment, size), size, alignment);
}

#elif NUMBER(HEAPLET_WRAP) == IS_heaplet_aligned_realloc
void* __real_heaplet_aligned_realloc(void* block, size_t alignment, size_t size);
void* __wrap_heaplet_aligned_realloc(void* block, size_t alignment, size_t size) {
  gone(traced_moves, block);
  void* const moved = __real_heaplet_aligned_realloc(block, alignment, size);
  return reported(traced_realloc, moved, size, (size_t)block);
}

#elif NUMBER(HEAPLET_WRAP) == IS_heaplet_free
void __real_heaplet_free(void* block);
void __wrap_heaplet_free(void* block) { __real_heaplet_free(block ? gone(traced_free, block) : block); }
#endif

// What matrix.c needs of its platform: the names to call, and memory that somebody else takes.
#pragma once

#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heaplet.h>

#define mallinfo2 heaplet_mallinfo  // the libcs' headers disagree about the struct

#ifdef __wasm__

// What the libcs' headers lack or have under other names.
void* reallocarray(void*, size_t, size_t);
void* realloc_in_place(void*, size_t);
void* aligned_realloc(void*, size_t, size_t);
void* memalign(size_t, size_t);
void* aligned_alloc(size_t, size_t);
int posix_memalign(void**, size_t, size_t);
void* valloc(size_t);
void* pvalloc(size_t);
void free_sized(void*, size_t);
void free_aligned_sized(void*, size_t, size_t);
size_t malloc_footprint(void);
int malloc_trim(size_t);
int mallopt(int, int);

#else

// Natively the process keeps its own malloc.
#define malloc heaplet_malloc
#define free heaplet_free
#define calloc heaplet_calloc
#define realloc heaplet_realloc
#define reallocarray heaplet_reallocarray
#define realloc_in_place heaplet_realloc_in_place
#define aligned_realloc heaplet_aligned_realloc
#define memalign heaplet_memalign
#define aligned_alloc heaplet_aligned_alloc
#define posix_memalign heaplet_posix_memalign
#define valloc heaplet_valloc
#define pvalloc heaplet_pvalloc
#define free_sized heaplet_free_sized
#define free_aligned_sized heaplet_free_aligned_sized
#define malloc_usable_size heaplet_malloc_usable_size
#define malloc_footprint heaplet_malloc_footprint
#define malloc_trim heaplet_malloc_trim
#define mallopt heaplet_mallopt

#endif

enum { untouched = 12345 };  // no errno
#ifdef __EMSCRIPTEN__
#define least_alignment 8 /* that of small blocks of `fast` */
#else
#define least_alignment (4 * sizeof(void*))
#endif

extern int faults;
void fault(const char* file, int line, const char* what, const char* with, size_t a, size_t b);
#define CHECK_NAMED(name, condition, a, b) \
  ((condition) ? (void)0 : fault(__FILE__, __LINE__, #condition, name, (size_t)(a), (size_t)(b)))
#define CHECK(condition, a, b) CHECK_NAMED("with", condition, a, b)

static inline void fill(unsigned char* block, size_t size, unsigned char seed) {
  for (size_t at = 0; at < size; ++at) block[at] = (unsigned char)(at * 31 + seed);
}

static inline int is_filled(const unsigned char* block, size_t size, unsigned char seed) {
  for (size_t at = 0; at < size; ++at)
    if (block[at] != (unsigned char)(at * 31 + seed)) return 0;
  return 1;
}

static inline unsigned char* filled(size_t size, unsigned char seed) {
  unsigned char* const block = malloc(size);
  if (!block) return CHECK(block, size, seed), NULL;
  fill(block, size, seed);
  return block;
}

/* Memory of somebody else's, between two growths of ours; null if there is none. Each `turn` takes another amount. */
unsigned char* take_foreign(int turn, size_t* length);

/* The names that a toolchain has besides C's. */
void other_names(void);

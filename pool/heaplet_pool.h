/* A heap over your own buffer, in C: the constant-time allocator of heaplet without a platform. No libc, no growth, no state
 * of its own: any number of pools, each with its state at the start of its buffer. For C and C++, on wasm, on a
 * microcontroller and natively.
 *
 *   static unsigned char buffer[16384];
 *   heaplet_pool* pool = heaplet_pool_create(buffer, sizeof buffer);
 *   char* text = heaplet_pool_malloc(pool, 100);
 *   heaplet_pool_free(pool, text);
 *
 * Promises
 *   alignment    every block is aligned to four words: 16 bytes where addresses have 32 bits, 32 where they have 64
 *   complexity   O(1), whatever the pool's history, but for the bytes that calloc and realloc write, for
 *                heaplet_pool_add, which looks at each region, and for statistics and the check, which visit each block
 *   failure      returns null, and nothing has changed: not the pool, not the old block. There is no errno
 *   null         a null pool has no memory: what asks it for some gets null. So only the result of the last call must
 *                be looked at
 *   sizes        0 bytes are a request too: each gets a block of its own. No size overflows, whatever it is
 *   reuse        what was freed serves a request of its own size, however full the pool is and whatever was freed after it,
 *                until something has taken it. A realloc that makes a block smaller never fails
 *   overhead     a word a block; the smallest block takes four and holds three. A request is rounded up by at most an
 *                eighth. The state takes 0.9 KB where addresses have 32 bits, 3.9 KB where they have 64; a
 *                build that wants less of either says so: HEAPLET_POOL_ROWS and HEAPLET_POOL_SECOND_LEVEL
 *   threads      a pool is used by one thread at a time; different pools need nothing of each other
 *   as bytes     all of a pool lies in its buffers: copied away and back, to the same addresses, it is as it was
 *   the end      nothing is to be given back: a buffer whose pool is not used any more is just a buffer. To create a pool
 *                over it again forgets all that was in it
 *
 * What a compiler calls of its own accord, memset and memcpy, must be there, as it must be for any freestanding program.
 */
#ifndef HEAPLET_POOL_H
#define HEAPLET_POOL_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct heaplet_pool heaplet_pool;

/* A pool over `bytes` bytes at `buffer`, which may lie at any address, and belong to the pool from now on. Null if they are
 * fewer than `heaplet_pool_least_bytes()` or a few more where the address is none of a multiple of four words, if the buffer
 * is null, or if it would reach beyond the address space: nothing has been written then. */
heaplet_pool* heaplet_pool_create(void* buffer, size_t bytes);

/* With so many bytes a pool can surely be created, at whatever address; it has one small block. */
size_t heaplet_pool_least_bytes(void);

/* Gives a pool `bytes` bytes more. They join the region that came last if they begin where that ends; else they are a
 * region of their own, which takes eight words. Returns the bytes by which the pool's blocks have grown. 0: the buffer is
 * too small, null, reaches beyond the address space, or the pool has some of it already; it is still yours then. */
size_t heaplet_pool_add(heaplet_pool* pool, void* buffer, size_t bytes);

/* A block of `size` bytes, uninitialised. */
void* heaplet_pool_malloc(heaplet_pool* pool, size_t size);

/* A block of count * size bytes of 0. A product above SIZE_MAX fails. */
void* heaplet_pool_calloc(heaplet_pool* pool, size_t count, size_t size);

/* A block at a multiple of `alignment`. Null also if that is no power of two; `size` need not be a multiple of it. */
void* heaplet_pool_aligned_alloc(heaplet_pool* pool, size_t alignment, size_t size);

/* Gives a block back to its pool; null is fine. What is no block of this pool, or was given back already, is undefined
 * behaviour. */
void heaplet_pool_free(heaplet_pool* pool, void* block);

/* The block with a size of `size` bytes: in place, or moved with what both sizes hold. Null is allocated; a size of 0 gives
 * the smallest block and never frees. A block that moves is aligned as malloc's are. */
void* heaplet_pool_realloc(heaplet_pool* pool, void* block, size_t size);

/* The same to a multiple of `alignment`, for which the block may have to move. Null also if that is no power of two. */
void* heaplet_pool_aligned_realloc(heaplet_pool* pool, void* block, size_t alignment, size_t size);

/* realloc that never moves: the block, or null if it cannot have that size where it is. */
void* heaplet_pool_realloc_in_place(heaplet_pool* pool, void* block, size_t size);

/* The bytes that may be used in a block: at least what was asked for. 0 for null. */
size_t heaplet_pool_usable_size(const heaplet_pool* pool, const void* block);

/* Bytes count headers: region_bytes = used_bytes + free_bytes. */
struct heaplet_pool_stats {
  size_t regions;
  size_t region_bytes; /* of all blocks */
  size_t used_blocks;
  size_t used_bytes;
  size_t free_blocks;
  size_t free_bytes;
  size_t largest_request; /* the largest request that surely succeeds; 0 if none does */
};
struct heaplet_pool_stats heaplet_pool_stats(const heaplet_pool* pool);

/* Looks at every block and every list: null if all is sound, else a sentence that says what is not. A block that was
 * written past its end is found so. For tests; a broken pool may not be used any more. */
const char* heaplet_pool_check(const heaplet_pool* pool);

#ifdef __cplusplus
}
#endif
#endif

// The functions of a pool, empty: what `npm run size` subtracts.
#include "heaplet_pool.h"

extern "C" {
heaplet_pool* heaplet_pool_create(void*, size_t) { return nullptr; }
void* heaplet_pool_malloc(heaplet_pool*, size_t) { return nullptr; }
void heaplet_pool_free(heaplet_pool*, void*) {}
void* heaplet_pool_realloc(heaplet_pool*, void*, size_t) { return nullptr; }
}

// The functions of a heap, empty: what `npm run size` subtracts from every module.
#include <stddef.h>

extern "C" {
void* malloc(size_t) { return nullptr; }
void free(void*) {}
void* realloc(void*, size_t) { return nullptr; }
}

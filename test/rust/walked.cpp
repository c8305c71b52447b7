// The library as the crate carries it, and the walker over its heap.
#include "src/check.hpp"
#include "wasm/malloc.cpp"

/// What is wrong with the heap; null, if nothing is.
extern "C" const char* heaplet_walked(void) { return heaplet::check(heaplet::view(heap)).what; }

/* The heap of bench/harness/workloads.c, in a program of Emscripten's: whichever malloc that has. */
#include <stdint.h>
#include <stdlib.h>

uint8_t* heap_malloc(size_t size) { return malloc(size); }
void heap_free(uint8_t* block) { free(block); }
uint8_t* heap_realloc(uint8_t* block, size_t size) { return realloc(block, size); }
uint8_t* heap_calloc(size_t count, size_t size) { return calloc(count, size); }

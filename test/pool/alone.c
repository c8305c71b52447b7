/* The tests for a host that reads what they say out of memory: two words to write to. */
#include "pool.c"

const char* out[2];

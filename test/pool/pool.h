/* The tests of heaplet_pool.h, for a main that can print. */
#ifndef POOL_TEST_H
#define POOL_TEST_H

/* Runs the test with this number. Returns its name, and in *what what it expected in vain, or null; null after the last. */
const char* pool_test(unsigned index, const char** what, int* line);

#endif

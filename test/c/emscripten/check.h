// What the programs of this folder share: a check that says where it failed, and ends the program with 1.
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <emscripten/heap.h>

#define CHECK(condition) ((condition) ? (void)0 : (printf("line %d: %s\n", __LINE__, #condition), exit(1)))

#define REFUSED ((void*)-1)

static inline uintptr_t the_break(void) { return (uintptr_t)sbrk(0); }

static inline int is_full(const void* start, size_t bytes, unsigned char tag) {
  for (size_t i = 0; i < bytes; ++i)
    if (((const unsigned char*)start)[i] != tag) return 0;
  return 1;
}

// Memory that is given back to the system, by POSIX's madvise: for one file of a program.
#pragma once

#include <errno.h>
#include <sys/mman.h>

#include "../discard.hpp"

/// Private memory without a file is 0 when it is looked at next.
extern "C" void heaplet_discard(void* start, size_t bytes) {
  const int before = errno;
  // It fails where pages are locked, or longer than ours are: then they are made 0 by hand.
  if (madvise(start, bytes, MADV_DONTNEED) != 0) __builtin_memset(start, 0, bytes);
  errno = before;
}

// The memory of libheaplet-override.so, by the name that program_heap.hpp knows.
#pragma once

#include "src/posix/mapped_memory.hpp"
#if HEAPLET_DISCARD
#include "src/posix/discard.hpp"
#endif

namespace heaplet {
using NativeMemory = MappedMemory;
}

// The memory of libheaplet-override.so, by the name that program_heap.hpp knows.
#pragma once

#include "src/posix/mapped_memory.hpp"

namespace heaplet {
using NativeMemory = MappedMemory;
}

// The native side of the matrix: somebody else who takes memory.
#include "native_memory.hpp"

extern "C" unsigned char* take_native(size_t length) {
  return static_cast<unsigned char*>(heaplet::NativeMemory::take(length).start);
}

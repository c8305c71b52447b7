// What wasm gives a heap and C++ has no words for: 32-bit addresses that wrap to nothing, words at an address,
// memory that grows by pages, and wasm globals. `small.hpp` is written against this page alone;
// test/support/linear_memory.hpp offers the same to a native compiler.
#pragma once

#include <stdint.h>

#ifdef HEAPLET_LINEAR_MEMORY
#include HEAPLET_LINEAR_MEMORY
#else

namespace heaplet::linear {

using Word = uint32_t;
using Address = uint32_t;

/** The word at `base + offset`; wasm adds the (non-negative) offset for nothing. */
inline Word& word(Address base, unsigned offset) { return reinterpret_cast<Word*>(base)[offset / 4]; }

/** Memory in pages of 64 KiB: its size now, and more of it (the size before, or -1 if refused). */
inline Word size() { return __builtin_wasm_memory_size(0); }
inline Word grow(Word pages) { return __builtin_wasm_memory_grow(0, pages); }

// By hand, because LLVM puts a test for a length of 0 before each of its own.
inline void copy(Address to, Address from, Word bytes) {
  asm volatile("local.get %0\nlocal.get %1\nlocal.get %2\nmemory.copy 0, 0"
               :
               : "r"(to), "r"(from), "r"(bytes)
               : "memory");
}
inline void clear(Address to, Word bytes) {
  asm volatile("local.get %0\ni32.const 0\nlocal.get %1\nmemory.fill 0" : : "r"(to), "r"(bytes) : "memory");
}

/** `value << count % 64`: wasm takes the count modulo 64; C++ would have us mask it (2 B each). */
inline uint64_t shift_left(int64_t value, Word count) {
  uint64_t result;
  asm("local.get %1\nlocal.get %2\ni64.extend_i32_u\ni64.shl\nlocal.set %0"
      : "=r"(result)
      : "r"(value), "r"(count));
  return result;
}

/** The compiler may not look through it. */
template <class T>
inline T opaque(T value) {
  asm("" : "+r"(value));
  return value;
}

#ifdef HEAPLET_STATE_IN_MEMORY
inline Word& top = *reinterpret_cast<Word*>(1024);
inline uint64_t& bitmap = *reinterpret_cast<uint64_t*>(1032);
#else
extern "C" __attribute__((address_space(1))) Word __stack_pointer;
inline __attribute__((address_space(1))) Word& top = __stack_pointer;
static __attribute__((address_space(1))) uint64_t bitmap;
#endif

}  // namespace heaplet::linear
#endif

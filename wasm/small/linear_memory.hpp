// What wasm offers a heap and C++ has no words for: addresses that are numbers, memory that grows by pages, a
// state outside memory, and instructions that a compiler would not pick. malloc.hpp is written against this
// page alone. HEAPLET_LINEAR_MEMORY names a header that offers the same to a native compiler.
#pragma once

#ifdef HEAPLET_LINEAR_MEMORY
#include HEAPLET_LINEAR_MEMORY
#else

#include <stdint.h>

namespace heaplet::linear {

using Word = uint32_t;
using Address = uint32_t;

/** The word at `base + offset`. An offset costs nothing in wasm, but cannot be negative. */
inline Word& word(Address base, unsigned offset) {
  return reinterpret_cast<Word*>(base)[offset / sizeof(Word)];
}

/** Memory, in pages of 64 KiB. Read anew at each use: that is as short as fetching it from a local. */
inline Word size() {
  Word pages;
  asm volatile("memory.size 0\nlocal.set %0" : "=r"(pages));
  return pages;
}

/** Asks for more pages; refused if there cannot be that many (a negative number always is). */
inline void grow(Word pages) { __builtin_wasm_memory_grow(0, pages); }

/** The lesser of two words, by wasm's only `min`: f64's, which holds every word. 4 B less than by comparison. */
inline Word lesser(Word a, Word b) { return __builtin_wasm_trunc_u_i32_f64(__builtin_wasm_min_f64(a, b)); }

/** `condition ? yes : no` without a branch: LLVM would make one, 3 B longer. */
inline Word choose(Word condition, Word yes, Word no) {
  Word chosen;
  asm("local.get %2\nlocal.get %3\nlocal.get %1\ni32.select\nlocal.set %0"
      : "=r"(chosen)
      : "r"(condition), "r"(yes), "r"(no));
  return chosen;
}

/** The same value, of which the compiler knows nothing. */
template <class Value>
inline Value opaque(Value value) {
  asm volatile("" : "+r"(value));
  return value;
}

}  // namespace heaplet::linear

#if HEAPLET_IN_PROGRAM
#include "linear_program.hpp"
#else

namespace heaplet::linear {

/** memory.copy and memory.fill by hand: LLVM would put a test for 0 bytes before them. */
inline void copy(Address to, Address from, Word bytes) {
  asm volatile("local.get %0\nlocal.get %1\nlocal.get %2\nmemory.copy 0, 0"
               :
               : "r"(to), "r"(from), "r"(bytes)
               : "memory");
}
inline void clear(Address to, Word bytes) {
  asm volatile("local.get %0\ni32.const 0\nlocal.get %1\nmemory.fill 0" : : "r"(to), "r"(bytes) : "memory");
}

/** Low memory is the heap's: nulls may be written through, and the lists are numbered from address 0. */
constexpr bool owns_null = true;
constexpr Address lists() { return 0; }

/** Whatever fits into memory is served. */
inline bool is_too_large(Word) { return false; }

/** There is no bitmap of the lists: 43 B. */
inline void mark(Word) {}

/** Where the heap's top is kept. */
#ifdef HEAPLET_STATE_IN_MEMORY
// Below the lists: what copies the memory copies the heap.
inline Word& top_word = *reinterpret_cast<Word*>(1024);
inline Address top() { return top_word; }
inline void set_top(Address address) { top_word = address; }
#else
// In wasm's stack pointer: it is the one global that the linker gives a value (`-z stack-size`), and the code
// has no stack. By hand, because LLVM would keep a copy of the new value in a local (2 B).
inline Address top() {
  Address address;
  asm volatile(".globaltype __stack_pointer, i32\nglobal.get __stack_pointer\nlocal.set %0" : "=r"(address));
  return address;
}
inline void set_top(Address address) {
  asm volatile(".globaltype __stack_pointer, i32\nlocal.get %0\nglobal.set __stack_pointer" : : "r"(address));
}
#endif

}  // namespace heaplet::linear
#endif
#endif

// What a heap finds in a program that it is linked into, for break.hpp: a place for its state, and the words and
// functions by which memory is taken.
#pragma once

#ifdef __EMSCRIPTEN__
#include "../break_pages.hpp"
#include "../tracing.hpp"
#define HEAPLET_BY_BREAK 1
#else
extern "C" {
extern char __heap_base;  // from the linker: the first byte after data and stack
[[gnu::weak]] extern char
    __heap_end;  // the end of the initial memory; null if the linker is older than LLVM 16
}
#endif

namespace heaplet::linear {

/// Low memory is somebody else's.
constexpr bool owns_null = false;

/// The heads that malloc looks at (see list_of), and the heap's top.
constexpr unsigned first_head = 257, last_head = 318;
inline Word heads[last_head - first_head + 1];
inline Word top_word;

/// In a program C's rule holds: a request is at most PTRDIFF_MAX. A language that has no such rule may have all of memory.
inline bool is_too_large(Word bytes) { return __STDC_HOSTED__ && bytes > PTRDIFF_MAX; }

/// What list_of adds: the block whose `next` would be the head with the number 0.
inline Address lists() { return reinterpret_cast<Address>(heads) - 4 * first_head - 16; }

/// A bit for each list that may have a block, by its number modulo 64: wasm's shifts count no further.
inline uint64_t marked_lists;
inline uint64_t& marks() { return marked_lists; }
inline uint64_t bit(uint64_t number) { return uint64_t{1} << (number & 63); }
inline void mark(Word number) { marks() |= bit(number); }

inline Address top() { return top_word; }
inline void set_top(Address address) { top_word = address; }

/// With threads more memory may lie elsewhere: somebody else has made it grow just then. What says so is no address of a block.
#if HEAPLET_BY_BREAK && HEAPLET_THREADS
constexpr bool break_may_jump = true;
#else
constexpr bool break_may_jump = false;
#endif
constexpr Address jumped = 1;

#if HEAPLET_BY_BREAK
/// Lives as long as memory is taken.
using Taking = BreakHeld;
inline Word& program_break() { return *reinterpret_cast<Word*>(emscripten_get_sbrk_ptr()); }
inline Word move_break(Word to) {
#if HEAPLET_TRACING
  traced::moved_break(program_break(), to);
#endif
  return program_break() = to;
}
#if HEAPLET_THREADS
/// The pages that are the break's, and how it gets more.
inline Word size_of_ours() { return ::limit >> page_shift; }
inline bool resize_heap(Word end) { return more_pages(end); }
#else
inline Word size_of_ours() { return size(); }
inline bool resize_heap(Word end) { return emscripten_resize_heap(end); }
#endif
#else
struct Taking {};
inline Address heap_base() { return reinterpret_cast<Address>(&__heap_base); }
inline Address heap_end() { return reinterpret_cast<Address>(&__heap_end); }
#endif

inline void copy(Address to, Address from, Word bytes) {
  __builtin_memcpy(reinterpret_cast<void*>(to), reinterpret_cast<void*>(from), bytes);
}
inline void clear(Address to, Word bytes) { __builtin_memset(reinterpret_cast<void*>(to), 0, bytes); }

}  // namespace heaplet::linear

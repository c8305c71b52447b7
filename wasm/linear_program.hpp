// The memory of a program that a heap is linked into, for `small_break.hpp`: its state, and how memory is taken.
#pragma once

#ifdef __EMSCRIPTEN__
extern "C" {
uintptr_t* emscripten_get_sbrk_ptr(void);  // Emscripten's heap.h: where the program break is kept
int emscripten_resize_heap(size_t bytes);  // makes memory that large, or returns 0, or aborts the program
}
#else
extern "C" char __heap_base;  // from the linker: the first byte after data and stack
#endif

namespace heaplet::linear {

/// Low memory is somebody else's.
constexpr bool owns_null = false;

inline void copy(Address to, Address from, Word bytes) {
  __builtin_memcpy(&word(to, 0), &word(from, 0), bytes);
}
inline void clear(Address to, Word bytes) { __builtin_memset(&word(to, 0), 0, bytes); }

/// The lists are numbered by a float's bits (see list_of): malloc looks at 258 to 319.
constexpr unsigned first_number = 258;
inline Word heads[319 - first_number + 1];
inline Word top_word;

/// What list_of adds: the block whose `next` would be the head of a list with the number 0.
inline Address lists() { return reinterpret_cast<Address>(heads) - 16 - 4 * first_number; }

inline Address top() { return top_word; }
inline void set_top(Address address) { top_word = address; }

#ifdef __EMSCRIPTEN__

//   0          program break                   memory.size
//   | data ... | taken by sbrk: ours and others' | there already | where Emscripten would have to grow, or to abort
//
// By sbrk's own means and not by sbrk, which is longer: it would compute and compare once more.

/// Where memory begins that nobody has taken, at a granule.
inline Address fresh() { return (*emscripten_get_sbrk_ptr() + 15) & -16; }

/// Makes sure that there are so many pages of memory. To ask for more than is needed could abort a program that has
/// enough, and Emscripten grows memory by a fifth on its own anyway.
inline bool reserve(Word pages) {
  return pages < 65536 && (pages <= size() || emscripten_resize_heap(pages << 16));
}

/// Takes memory up to so many pages, and one sixteenth more if it is there. Never the last page of 4 GiB, behind which
/// the break would be 0. @returns where it ends
inline Address take(Word pages) {
  const Word more = pages + (pages >> 4);
  return *emscripten_get_sbrk_ptr() = (more < size() ? more : pages) << 16;
}

#else

/// Where memory begins that nobody has taken: at first after the program's own.
inline Address fresh() { return top() ? size() << 16 : (reinterpret_cast<Address>(&__heap_base) + 15) & -16; }

inline bool reserve(Word pages) {
  grow(pages - size());
  return size() >= pages;
}

/// Takes all there is, and one sixteenth more if it is to be had.
inline Address take(Word pages) {
  grow(pages + (pages >> 4) - size());
  return size() << 16;
}

#endif

}  // namespace heaplet::linear

// Which pages of the memory are the program break's, where it is our own, and how it gets more of them.
//
//   0          program break      limit                   memory.size
//   | data ... | ours to take ... | grown by somebody else |
//
// The break's is all that the program began with, and what the break has made memory grow by since, which is a fifth more than
// is asked for. Pages behind that are those of whoever has grown the memory: when the break needs more than is left before
// them, it goes on behind them, and what it leaves before them is lost.
//
// (`small` without threads moves the break by itself and takes whatever memory there is: to know more would cost it some 40
// bytes. With threads what others grow is among what it takes, sooner or later: then it knows.)
#pragma once

#include "../src/bits.hpp"
#include "break_lock.hpp"
#include "page.hpp"

extern "C" {
extern char __heap_base;  // from the linker: the first byte after data and stack
int emscripten_resize_heap(
    size_t bytes);  // Emscripten's heap.h: makes memory at least that large, or returns 0
uintptr_t* emscripten_get_sbrk_ptr();
}

namespace {

using heaplet::Word;

// A constant to the linker, though not to C++.
Word program_break = reinterpret_cast<Word>(&__heap_base);

/// What the break may not go below.
Word lowest = reinterpret_cast<Word>(&__heap_base);

/// In 64 bits, for it may be 4 GiB.
inline uint64_t memory_end() { return uint64_t{__builtin_wasm_memory_size(0)} * heaplet::page_bytes; }

/// How far memory is the break's.
constinit uint64_t limit;
inline void note_limit() { limit = memory_end(); }

#if !HEAPLET_SMALL || HEAPLET_THREADS

/// Before anybody else can grow the memory: a program's own JavaScript runs later.
[[gnu::constructor]] void note_first_limit() {
  if (limit == 0) note_limit();
}

/// Where memory begins that is taken when the break moves up by `bytes`: at the break, or behind what somebody else has
/// grown; and all memory's end is the limit then. (With threads it is a guess.)
[[gnu::noinline, clang::minsize]] uint64_t break_for(Word bytes) {
  note_first_limit();
  const uint64_t here = *emscripten_get_sbrk_ptr();
  const bool leaves_out = bytes > 0 && here + bytes > limit && memory_end() != limit;
  return leaves_out ? memory_end() : here;
}

#else

inline uint64_t break_for(Word) {
  note_limit();
  return *emscripten_get_sbrk_ptr();
}

#endif

#if HEAPLET_THREADS

/// Pages up to `end`, which lies behind the limit, or more: a fifth of the memory, and at most 96 MiB, as Emscripten does by
/// itself. Not by Emscripten's function, for that does not say which pages it got, and somebody else may make memory grow at
/// the same time; wasm's instruction says it. If they do not lie at the limit, the break goes on where they do, and what
/// was wanted ends elsewhere: then this is to be asked again.
/// @returns false if there are none
[[gnu::noinline, clang::minsize]] bool more_pages(uint64_t end) {
  if (limit == 0) {  // before that constructor
    note_limit();
    return true;
  }
  const Word least = static_cast<Word>((end - limit - 1) >> heaplet::page_shift) + 1;
  const Word fifth = __builtin_wasm_memory_size(0) / 5;
  constexpr Word limit_of_that = (96u << 20) / heaplet::page_bytes;
  const Word most = fifth < limit_of_that ? fifth : limit_of_that;
  for (Word extra = most > least ? most - least : 0;; extra /= 2) {
    const Word pages = least + extra, first = __builtin_wasm_memory_grow(0, pages);
    if (first != ~Word{0}) {
      const uint64_t start = uint64_t{first} << heaplet::page_shift;
      if (start != limit) *emscripten_get_sbrk_ptr() = lowest = static_cast<Word>(start);
      limit = start + (uint64_t{pages} << heaplet::page_shift);
      emscripten_resize_heap(0);  // it has JavaScript look at the memory anew, and nothing else to do
      return true;
    }
    if (extra == 0) break;
  }
  // Says what is lacking, or ends the program, where it was linked so.
  emscripten_resize_heap(((__builtin_wasm_memory_size(0) + least) << heaplet::page_shift) - 1);
  return false;
}

#endif

}  // namespace

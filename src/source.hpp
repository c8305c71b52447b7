// Where a heap's memory comes from.
#pragma once

#include "bits.hpp"

namespace heaplet {

/// A piece of memory that the heap may keep. `start` is null when there is none.
struct Region {
  void* start;
  Word bytes;
  Word zero_from =
      reinterpret_cast<Word>(start) + bytes;  ///< the address from which on all of it is certainly 0
};

template <class A, class B>
inline constexpr bool same_type = false;
template <class A>
inline constexpr bool same_type<A, A> = true;
template <class A, class B>
concept Same = same_type<A, B>;

/// What Heap asks of its memory: wasm's memory.grow, sbrk, or an array that is handed out in steps.
template <class Source>
concept MemorySource = requires(Source source, Word least, Word more) {
  /// Memory that is there already, from a granule boundary on, asked for once, before any growth. (No region may
  /// begin or end within the address space's first two granules.)
  { source.initial() } -> Same<Region>;
  /// Where a growth by `least` bytes begins, unless somebody else grows the memory first.
  { source.next(least) } -> Same<Word>;
  /// At least `least` bytes from a granule boundary on, and about `more` on top of them if they are to be had; null if
  /// not even `least` is, and then nothing has changed. The source decides because asking for too much may be fatal:
  /// sbrk aborts an Emscripten program that asks beyond its memory's maximum.
  { source.grow(least, more) } -> Same<Region>;
};
// Of such a source the heap also asks, where it has a member is_there(bytes), whether a growth by so many surely succeeds.

}  // namespace heaplet

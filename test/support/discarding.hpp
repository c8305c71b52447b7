// A hook for memory that is given back, as memory.discard would be: it makes pages 0, and counts them. For one file of a program.
#pragma once

#include <string.h>

#include <set>

#include "src/discard.hpp"
#include "test/support/expect.hpp"

namespace heaplet {

/// What the hook was told. Pages that were written to are counted where a test says that they are.
struct Discarding {
  static inline Word page = 0;  ///< 0: nobody counts
  static inline Word calls = 0;
  static inline Word bytes = 0;
  static inline std::set<Word> held;  ///< the numbers of pages that somebody wrote to

  /// Counts from now on, from none.
  static void begin(Word of) {
    page = of;
    calls = bytes = 0;
    held.clear();
  }
  static void written(const void* start, Word length) {
    const Word first = reinterpret_cast<Word>(start);
    if (length == 0) return;
    for (Word at = first / page; at <= (first + length - 1) / page; ++at) held.insert(at);
  }
  static Word held_bytes() { return held.size() * page; }
};

}  // namespace heaplet

extern "C" void heaplet_discard(void* start, size_t bytes) {
  using heaplet::Discarding, heaplet::Word;
  ++Discarding::calls;
  Discarding::bytes += bytes;
  if (const Word page = Discarding::page) {
    const Word first = reinterpret_cast<Word>(start);
    EXPECT(bytes != 0 && first % page == 0 && bytes % page == 0);
    Discarding::held.erase(Discarding::held.lower_bound(first / page),
                           Discarding::held.lower_bound((first + bytes) / page));
  }
  memset(start, 0, bytes);
}

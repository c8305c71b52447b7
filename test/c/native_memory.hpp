// Natively there is no memory.grow: the C family's memory is a reservation of the operating system's, with a break that
// moves through it, and a limit.
#pragma once

#include <sys/mman.h>

#include "src/config.hpp"
#include "src/source.hpp"

namespace heaplet {

struct NativeMemory {
  static constexpr Word page() { return 65536; }
  static Region initial() { return {nullptr, 0}; }
  static Word end() { return round_up(at(), granule); }
  static Word next(Word) { return end(); }

  static Region grow(Word least, Word more) {
    const Word wanted = least + round_down(more, page());
    const Region region = take(wanted < least ? least : wanted);
    return region.start ? region : take(least);
  }

  /// Takes `bytes` from a granule boundary on.
  static Region take(Word bytes) {
    const Word start = end();
    const Word size = round_up(bytes, granule);
    if (size < bytes || start - first() > limit() || size > limit() - (start - first())) return {nullptr, 0};
    at() = start + size;
    return {reinterpret_cast<void*>(start), size};
  }

  static Word& limit() {
    static Word bytes = Word{64} << 20;
    return bytes;
  }

  /// The break.
  static Word& at() {
    static Word address = first();
    return address;
  }

 private:
  static Word first() {
    static void* const start =
        mmap(nullptr, Word{64} << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return reinterpret_cast<Word>(start);
  }
};

}  // namespace heaplet

// Memory of a process: a stretch of addresses that nobody else gets, of which as much is made real as is asked for. POSIX,
// 64 bits: a smaller address space has none to spare.
#pragma once

#include <errno.h>
#include <sys/mman.h>

#include "../config.hpp"
#include "../source.hpp"

#ifndef MAP_NORESERVE  // not everywhere must it be said that what cannot be accessed takes no memory
#define MAP_NORESERVE 0
#endif

namespace heaplet {

//   start                     at_                                  end_
//   | readable and writable   | reserved: nothing may touch it     |
//
// All of a heap lies in one pool so, as long as nobody takes more than a terabyte. Memory that comes is 0.
class MappedMemory {
  static_assert(sizeof(Word) == 8, "MappedMemory needs an address space of 64 bits");

 public:
  /// A multiple of every page that is in use.
  static constexpr Word page() { return 65536; }

  static constexpr Region initial() { return {nullptr, 0, 0}; }

  Word next(Word least) const { return round_up(least, page()) <= end_ - at_ ? at_ : 0; }

  Region grow(Word least, Word more) {
    const int before = errno;
    Region region = take(least, more > step ? more : step);
    if (!region.start) region = take(least, 0);
    if (region.start) errno = before;
    return region;
  }

 private:
  /// Memory comes in steps of at least so many bytes, where there are so many.
  static constexpr Word step = Word{1} << 20;
  static constexpr Word reservation = Word{1} << 40;

  Region take(Word least, Word more) {
    if (least > reservation * 64 || more > reservation * 64) return {nullptr, 0};
    const Word bytes = round_up(least + more, page());
    if (bytes > end_ - at_ && !reserve(bytes)) return {nullptr, 0};
    void* const start = reinterpret_cast<void*>(at_);
    if (mprotect(start, bytes, PROT_READ | PROT_WRITE) != 0) return {nullptr, 0};
    at_ += bytes;
    return {start, bytes, reinterpret_cast<Word>(start)};
  }

  /// A process may be allowed fewer addresses: then as many as it is.
  bool reserve(Word bytes) {
    Word size = bytes > reservation ? bytes : reservation;
    for (;; size = size / 2 > bytes ? round_up(size / 2, page()) : bytes) {
      void* const start =
          mmap(nullptr, size + page(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (start != MAP_FAILED) {
        at_ = round_up(reinterpret_cast<Word>(start), page());
        end_ = at_ + size;
        return true;
      }
      if (size == bytes) return false;
    }
  }

  Word at_ = 0;
  Word end_ = 0;
};

}  // namespace heaplet

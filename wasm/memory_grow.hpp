// Memory from wasm's own instructions: the rest of the initial memory, then memory.grow.
#pragma once

#include "../src/config.hpp"
#include "../src/source.hpp"
#include "page.hpp"

extern "C" char __heap_base;  // from the linker: the first byte after data and stack
#if __STDC_HOSTED__
extern "C"
    [[gnu::weak]] char __heap_end;  // from the linker, LLVM 16 or later: the end of the memory at the start
#endif

namespace heaplet {

struct MemoryGrow {
  static constexpr Word page() { return page_bytes; }

  /// What lies between the program's own data and the end of the memory that it started with: what was grown before
  /// the first malloc is somebody else's. (A module with an imported memory asks as soon as it is instantiated.)
  Region initial() const {
    Word last = end();
#if __STDC_HOSTED__
    if (&__heap_end) last = reinterpret_cast<Word>(&__heap_end);
#endif
    Word start = reinterpret_cast<Word>(&__heap_base);
    // The linker's heap begins at a multiple of 16, which is a granule on wasm32, but half a one on wasm64.
    if constexpr (granule > 16) start = round_up(start, granule);
    // The end of a memory of 4 GiB is 0: the difference is right all the same.
    return {reinterpret_cast<void*>(start), last - start};
  }

  static Word end() { return __builtin_wasm_memory_size(0) * page(); }
  static Word next(Word) { return end(); }

  /// New pages for `least` bytes, which are not 0, and, if they are to be had, whole pages out of `more`.
  Region grow(Word least, Word more) const {
    const Word needed = (least - 1) / page() + 1;
    for (Word extra = more / page();; extra = 0) {
      const Word pages = needed + extra;
      const Word before = __builtin_wasm_memory_grow(0, pages);
      const Word start = before * page();
      // New pages are 0, as WebAssembly's specification says of memory.grow.
      if (before != ~Word{0}) return {reinterpret_cast<void*>(start), pages * page(), start};
      if (extra == 0) return {nullptr, 0};
    }
  }
};

}  // namespace heaplet

// Memory from sbrk: on Emscripten the only way, for its JavaScript views follow sbrk's growth, and others call it too.
#pragma once

#include "../src/config.hpp"
#include "../src/source.hpp"

extern "C" void* sbrk(ptrdiff_t increment);  // POSIX.1-1997; all ones when it is refused

namespace heaplet {

//   0          program break                    memory.size
//   | data ... | taken by sbrk: ours and others' | there already | where Emscripten would have to grow, or to abort
//
struct Sbrk {
  static constexpr Word page() { return 65536; }

  /// Nothing belongs to us before we asked for it.
  static Region initial() { return {nullptr, 0}; }

  static Word end() { return reinterpret_cast<Word>(sbrk(0)); }
  static Word next(Word) { return end(); }

  /// Others may leave the break anywhere, so a region begins at the next granule. It ends with the page in which it
  /// has what is wanted, if that is in memory already. If not, `least` it is: to ask for more than that could abort a
  /// program that has enough, and Emscripten grows the memory by a fifth on its own anyway.
  static Region grow(Word least, Word more) {
    const Word before = end();
    const Word start = round_up(before, granule);
    const Word there =
        __builtin_wasm_memory_size(0) * page() - start;  // also if memory ends at 4 GiB, that is at 0
    const Word wanted = least + round_down(more, page());
    const Word pages = round_up(start + wanted, page()) - start;
    const Word bytes = pages >= least && pages <= there ? pages : round_up(least, granule);
    if (sbrk(start - before + bytes) == reinterpret_cast<void*>(~Word{0})) return {nullptr, 0};
    // Only memory that was not there yet is certainly 0: in the rest the break may have been moved up and down.
    return {reinterpret_cast<void*>(start), bytes, start + (bytes < there ? bytes : there)};
  }
};

}  // namespace heaplet

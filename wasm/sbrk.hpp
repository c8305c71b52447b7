// Memory from sbrk: on Emscripten the only way, for its JavaScript views follow sbrk's growth, and others call it too.
#pragma once

#include "../src/config.hpp"
#include "../src/source.hpp"
#include "break.hpp"

extern "C" void* sbrk(ptrdiff_t increment);  // POSIX.1-1997; all ones when it is refused

namespace heaplet {

//   0          program break                    limit
//   | data ... | taken by sbrk: ours and others' | there already | where Emscripten would have to grow, or to abort
//
struct Sbrk {
  static constexpr Word page() { return page_bytes; }

  /// Nothing belongs to us before we asked for it.
  static Region initial() { return {nullptr, 0}; }

  static Word end() { return reinterpret_cast<Word>(sbrk(0)); }

  /// Of a break that is not our own nobody knows more than where it is.
  [[clang::minsize]] static Word next(Word least) {
    const Word here = end();
    [[maybe_unused]] const BreakHeld held;
    return here == program_break ? static_cast<Word>(break_for(round_up(here, granule) - here + least))
                                 : here;
  }

  /// Others may leave the break anywhere, so a region begins at the next granule. It ends with the page in which it
  /// has what is wanted, if that is in memory already. If not, `least` it is: to ask for more than that could abort a
  /// program that has enough, and Emscripten grows the memory by a fifth on its own anyway.
#if !HEAPLET_THREADS
  [[clang::minsize]] static Region grow(Word least, Word more) {
    least = round_up(least, granule);
    const Word before = next(least);
    const Word start = round_up(before, granule);
    const uint64_t old_end = memory_end();
    const uint64_t there = end_of_memory(before);
    const uint64_t wanted = round_up_page(uint64_t{start} + least + round_down(more, page()));
    const Word bytes = wanted <= there && wanted <= ~Word{0} ? static_cast<Word>(wanted) - start : least;
    if (sbrk(start - before + bytes) != reinterpret_cast<void*>(before)) return {nullptr, 0};
    if constexpr (granule > 16) skipped += start - before;
    // Only memory that was not there yet is certainly 0: in the rest the break may have been moved up and down.
    return {reinterpret_cast<void*>(start), bytes, old_end < start + bytes ? Word(old_end) : start + bytes};
  }
#else
  /// The same where other threads may take memory at any time. Of a break that is our own it is known, as long as that is
  /// locked, where it is and how far memory is there; of another one not even that. What comes may lie elsewhere. That it
  /// is 0 nobody knows: a thread may have moved the break up and down again just before.
  [[clang::minsize]] static Region grow(Word least, Word more) {
    const BreakHeld held;
    const bool own = emscripten_get_sbrk_ptr() == &program_break;
    least = round_up(least, granule);
    const Word before = own ? program_break : end();
    const Word start = round_up(before, granule);
    const uint64_t there = own ? limit : memory_end();
    const uint64_t wanted = round_up_page(uint64_t{start} + least + round_down(more, page()));
    const Word bytes =
        start - before + (wanted <= there && wanted <= ~Word{0} ? static_cast<Word>(wanted) - start : least);
    const Word taken = reinterpret_cast<Word>(own ? move_up(bytes) : sbrk(static_cast<ptrdiff_t>(bytes)));
    if (taken == ~Word{0}) return {nullptr, 0};
    const Word first = round_up(taken, granule);
    if constexpr (granule > 16) skipped += first - taken;
    return {reinterpret_cast<void*>(first), taken + bytes - first};
  }
#endif

  /// So many bytes, wherever in a granule the break is, are in memory behind it: nobody has to grow it for them.
  [[clang::minsize]] static bool is_there(Word bytes) {
    const Word here = end();
    return uint64_t{here} + granule + bytes <= end_of_memory(here);
  }

  /// The bytes behind the break that somebody else has grown, and which it will not give.
  static Word others() {
#if !HEAPLET_SMALL || HEAPLET_THREADS
    if (end() == program_break) return static_cast<Word>(memory_end() - limit);
#endif
    return 0;
  }

  /// The bytes before regions that their alignment cost: every break is a multiple of 8, and a program's first one of 16,
  /// so it is only counted where a granule is longer.
  static inline constinit Word skipped = 0;

 private:
  /// How far memory is there behind a break: of our own we know where others have taken it.
  [[gnu::always_inline]] static uint64_t end_of_memory(Word here) {
    return here == program_break ? limit : memory_end();
  }

  static uint64_t round_up_page(uint64_t address) { return (address + page() - 1) & ~uint64_t{page() - 1}; }
};

}  // namespace heaplet

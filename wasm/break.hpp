// The program break for an Emscripten that links none: its own lies in its libraries of malloc, and `-sMALLOC=none`
// leaves those out. All of it is weak: as soon as a program uses anything of another break, it uses all of that.
#pragma once

#include "../src/bits.hpp"
#include "break_pages.hpp"
#include "tracing.hpp"

namespace {

void* refused() {
  set_errno(no_memory);
  return reinterpret_cast<void*>(~Word{0});
}

/// An end that wraps, or that is no number in JavaScript, which would take it for one that is there already.
inline bool is_beyond(uint64_t end, uint64_t start) {
  const bool never = sizeof(Word) == 8 && (end < start || end >> 53 != 0);
  return end > ~Word{0} || never;
}

inline uint64_t round_to_8(uint64_t address) { return (address + 7) & ~uint64_t{7}; }

#if HEAPLET_THREADS

/// Moves the break up by `bytes`, to a multiple of 8 as Emscripten's own does. It is locked meanwhile, and so it is for what
/// moves it down.
/// @returns where what was taken begins, which is where the break was or where what was left out ends; all ones, and
///   errno is ENOMEM, if that cannot be
[[gnu::noinline, clang::minsize]] void* move_up(Word bytes) {
  Word& at = *emscripten_get_sbrk_ptr();
  for (;;) {
    const uint64_t start = at, after = round_to_8(start + bytes);
    if (is_beyond(after, start)) return refused();
    if (after <= limit) {
      at = static_cast<Word>(after);
      traced::moved_break(static_cast<Word>(start), at);
      return reinterpret_cast<void*>(static_cast<Word>(start));
    }
    if (!more_pages(after)) return refused();
  }
}

#else

/// The same where nobody comes between two of its steps.
[[gnu::noinline, clang::minsize]] void* move_up(Word bytes) {
  const uint64_t start = break_for(bytes);
  const uint64_t after = round_to_8(start + bytes);
  if (is_beyond(after, start)) return refused();
  Word& at = *emscripten_get_sbrk_ptr();
  if (after > limit) {
    if (!emscripten_resize_heap(static_cast<Word>(after))) return refused();
    note_limit();
    if (start != at) lowest = static_cast<Word>(start);
  }
  at = static_cast<Word>(after);
  traced::moved_break(static_cast<Word>(start), at);
  return reinterpret_cast<void*>(static_cast<Word>(start));
}

#endif

/// Moves the break down, but not below what was left out.
void* move_down(Word bytes) {
  Word& at = *emscripten_get_sbrk_ptr();
  const Word before = at;
  if (bytes > before - lowest) return refused();
  at = before - heaplet::round_down(bytes, 8);
  traced::moved_break(before, at);
  return reinterpret_cast<void*>(before);
}

}  // namespace

extern "C" {

/// Where the program break is kept. Emscripten's dynamic linking, its profilers and SAFE_HEAP ask too.
[[gnu::weak]] uintptr_t* emscripten_get_sbrk_ptr() {
#ifdef __PIC__
  // Asked before the linker's addresses are there.
  if (program_break == 0) program_break = reinterpret_cast<Word>(&__heap_base);
#endif
  return &program_break;
}

/// For who wants to be sure of the increment's sign: emmalloc is one.
[[gnu::weak]] void* _sbrk64(int64_t increment) {
  [[maybe_unused]] const BreakHeld held;
  const bool up = increment >= 0;
  const uint64_t bytes = up ? static_cast<uint64_t>(increment) : -static_cast<uint64_t>(increment);
  if (bytes > ~Word{0}) return refused();
  return up ? move_up(static_cast<Word>(bytes)) : move_down(static_cast<Word>(bytes));
}

/// The increment has no sign where addresses have 32 bits, as with Emscripten's own, so that more than 2 GiB can be
/// asked for; where they have 64 it has one.
[[gnu::weak]] void* sbrk(ptrdiff_t increment) {
  if (sizeof(Word) == 8) return _sbrk64(increment);
  [[maybe_unused]] const BreakHeld held;
  return move_up(static_cast<Word>(increment));
}

/// Moves the break to `end`; where addresses have 32 bits only up, for the same reason; and not over what somebody else
/// has grown.
/// @returns 0, or -1 and errno is ENOMEM
[[gnu::weak]] int brk(void* end) {
  [[maybe_unused]] const BreakHeld held;
  const Word wanted = reinterpret_cast<Word>(end);
  const Word here = *emscripten_get_sbrk_ptr();
  const bool up = wanted >= here && break_for(wanted - here) == here;
  const bool down = sizeof(Word) == 8 && wanted < here;
  const void* moved = up ? move_up(wanted - here) : down ? move_down(here - wanted) : refused();
#if HEAPLET_THREADS
  // Somebody has grown memory since that was asked.
  if (up && moved > reinterpret_cast<void*>(here) && moved != reinterpret_cast<void*>(~Word{0})) {
    *emscripten_get_sbrk_ptr() = reinterpret_cast<Word>(moved);
    moved = refused();
  }
#endif
  return moved == reinterpret_cast<void*>(~Word{0}) ? -1 : 0;
}

}  // extern "C"

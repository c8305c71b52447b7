// The program break for an Emscripten that links none: its own lies in its libraries of malloc, and `-sMALLOC=none`
// leaves those out. All of it is weak: as soon as a program uses anything of another break, it uses all of that.
#pragma once

#include "../src/bits.hpp"
#include "break_lock.hpp"
#include "page.hpp"
#include "tracing.hpp"

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

/// In 64 bits, for it may be 4 GiB.
inline uint64_t memory_end() { return uint64_t{__builtin_wasm_memory_size(0)} * heaplet::page_bytes; }

/// How far memory is the break's.
constinit uint64_t limit;
inline void note_limit() { limit = memory_end(); }

#if !HEAPLET_SMALL

//   0          program break      limit                   memory.size
//   | data ... | ours to take ... | grown by somebody else |
//
// The break's is all that the program began with, and what the break has made memory grow by since, of which Emscripten
// makes a fifth more than is asked for. Pages behind that are those of whoever has grown the memory: when the break
// needs more than is left before them, it goes on behind them, and what it leaves before them is lost.
//
// (`small` moves the break by itself and takes whatever memory there is: to know more would cost it some 40 bytes.)

/// What the break may not go below.
Word lowest = reinterpret_cast<Word>(&__heap_base);

/// Before anybody else can grow the memory: a program's own JavaScript runs later.
[[gnu::constructor]] void note_first_limit() {
  if (limit == 0) note_limit();
}

/// Where memory begins that is taken when the break moves up by `bytes`: at the break, or behind what somebody else has
/// grown; and all memory's end is the limit then.
[[gnu::noinline, clang::minsize]] uint64_t break_for(Word bytes) {
  note_first_limit();
  const uint64_t here = *emscripten_get_sbrk_ptr();
  const bool leaves_out = bytes > 0 && here + bytes > limit && memory_end() != limit;
  return leaves_out ? memory_end() : here;
}

#else

Word lowest = reinterpret_cast<Word>(&__heap_base);
inline uint64_t break_for(Word) {
  note_limit();
  return *emscripten_get_sbrk_ptr();
}

#endif

void* refused() {
  set_errno(no_memory);
  return reinterpret_cast<void*>(~Word{0});
}

/// Moves the break up by `bytes`, to a multiple of 8 as Emscripten's own does. With threads it is locked meanwhile, and so
/// it is for what moves it down.
/// @returns where what was taken begins, which is where the break was or where what was left out ends; all ones, and
///   errno is ENOMEM, if that cannot be
[[gnu::noinline, clang::minsize]] void* move_up(Word bytes) {
  const uint64_t start = break_for(bytes);
  const uint64_t after = (start + bytes + 7) & ~uint64_t{7};
  // An end that wraps, or that is no number in JavaScript, which would take it for one that is there already.
  const bool never = sizeof(Word) == 8 && (after < start || after >> 53 != 0);
  if (after > ~Word{0} || never) return refused();
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
  const void* const moved = up ? move_up(wanted - here) : down ? move_down(here - wanted) : refused();
  return moved == reinterpret_cast<void*>(~Word{0}) ? -1 : 0;
}

}  // extern "C"

// sbrk for an Emscripten whose own comes in one library with its malloc (3.1.6 is one): `-sMALLOC=none` leaves out both.
// All of it is weak: as soon as a program uses anything of the libc's sbrk, where there is one, it uses all of it.
#pragma once

#include "../src/bits.hpp"

extern "C" {

extern char __heap_base;                   // from the linker: the first byte after data and stack
int emscripten_resize_heap(size_t bytes);  // Emscripten's heap.h: makes memory that large, or returns 0

/// Where the program break is kept. Emscripten's dynamic linking and profilers ask too.
[[gnu::weak]] uintptr_t* emscripten_get_sbrk_ptr() {
  static uintptr_t program_break = reinterpret_cast<uintptr_t>(&__heap_base);
  return &program_break;
}

/// Moves the break up, to a multiple of 8 as Emscripten's own does. The increment counts as unsigned there too, so
/// that more than 2 GiB can be asked for; memory cannot shrink.
/// @returns the break before; all ones, and errno is ENOMEM, if memory cannot be made that large
[[gnu::weak]] void* sbrk(ptrdiff_t increment) {
  uintptr_t* const program_break = emscripten_get_sbrk_ptr();
  const uintptr_t before = *program_break;
  const uintptr_t after = heaplet::round_up(before + static_cast<uintptr_t>(increment), 8);
  const bool there = after <= uint64_t{__builtin_wasm_memory_size(0)} * 65536;
  if (after < before || (!there && !emscripten_resize_heap(after))) {
    set_errno(no_memory);
    return reinterpret_cast<void*>(~uintptr_t{0});
  }
  *program_break = after;
  return reinterpret_cast<void*>(before);
}

}  // extern "C"

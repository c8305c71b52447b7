// The lock of Emscripten's program break, where it is our own: malloc takes memory there while other threads may call sbrk.
#pragma once

#include "threads.hpp"

namespace {

#if HEAPLET_THREADS

constinit heaplet::Lock<ProgramWait> break_lock;

/// Nobody else moves the break while it lives. Whoever has the heap's lock may ask for it; not the other way round.
class [[nodiscard]] BreakHeld : heaplet::Holding<heaplet::Lock<ProgramWait>> {
 public:
  BreakHeld() : Holding(break_lock) {}
};

#else

struct BreakHeld {};

#endif

}  // namespace

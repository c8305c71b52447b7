// What Emscripten is told of allocations and of the break where a program is built with its tracing: nothing else.
#pragma once

namespace traced {
inline void moved_break(uintptr_t, uintptr_t) {}
}  // namespace traced

// What the C family asks of the libc that it is linked with. In a module that stands alone there is none, and no errno.
#pragma once

#include "profile.hpp"
#include "threads.hpp"

#if (__STDC_HOSTED__ || HEAPLET_LIBRARY) && !HEAPLET_THREADS

#ifdef __wasm_atomics__
#error "heaplet: for a program with threads HEAPLET_THREADS is to be defined"
#endif

namespace {
// Without atomics clang makes this plain data, and marks the object as unfit for shared memory: so the linker of a
// program with -pthread says so, where it would else let threads corrupt the heap.
[[gnu::used]] constinit thread_local char without_threads;
}  // namespace

#endif

#if __STDC_HOSTED__

// By hand and not by the headers, so that one compiler makes the objects for both.
#ifdef __EMSCRIPTEN__
extern "C" int* __errno_location();  // musl's
#else
#include <errno.h>
#endif
extern "C" ptrdiff_t write(int file, const void* bytes, size_t count);  // POSIX.1-2001

namespace {

#ifdef __EMSCRIPTEN__
// ENOMEM and EINVAL as WASI numbers them, and Emscripten after it.
constexpr int no_memory = 48;
constexpr int invalid = 28;
inline int& error() { return *__errno_location(); }
#else
constexpr int no_memory = ENOMEM;
constexpr int invalid = EINVAL;
inline int& error() { return errno; }
#endif

inline void set_errno(int value) { error() = value; }

/// Leaves errno as it was.
class KeepErrno {
 public:
  KeepErrno() : before_(error()) {}
  ~KeepErrno() { error() = before_; }

 private:
  int before_;
};

/// Prints a line to stderr, by one write, so that those of threads do not mix. Without printf: the heap may be in ruins, and what a
/// library's object asks for is linked into every program.
[[maybe_unused]] void say(const char* message) {
  char line[272] = "heaplet: ";
  constexpr size_t begin = sizeof "heaplet: " - 1, most = sizeof line - begin - 1;
  const size_t asked = __builtin_strlen(message);
  const size_t length = asked < most ? asked : most;
  __builtin_memcpy(line + begin, message, length);
  line[begin + length] = '\n';
  write(2, line, begin + length + 1);
}

}  // namespace

#if HEAPLET_HARDENED

#include "../src/fault_text.hpp"

extern "C" {

[[noreturn]] void abort();
#if HEAPLET_STACKS && HEAPLET_THREADS
// In stacks_threads.hpp: says the line, by the thread's own console.
void heaplet_say_fault(const char* line);
#endif

/// What `hardened` says before it traps. On Emscripten it ends by abort, which shows a stack whatever the settings are.
[[gnu::weak]] void heaplet_fault(int kind, const void* block, size_t size,
                                 const heaplet_fault_details* more) {
#ifdef __EMSCRIPTEN__
  // What prints may be the program's, and ask for a block, and so find the same again. (And abort prints.)
  static constinit thread_local bool is_told = false;
  if (is_told) __builtin_trap();
  is_told = true;
#endif
  const heaplet::FaultText text(kind, block, size, *more);
#if HEAPLET_STACKS && HEAPLET_THREADS
  heaplet_say_fault(text.text());
#else
  say(text.text());
#endif
#if HEAPLET_STACKS
  heaplet_print_stacks(block ? block : more->at);
#endif
#ifdef __EMSCRIPTEN__
  abort();
#endif
}

}  // extern "C"

#endif

#else

namespace {

// ENOMEM and EINVAL as nearly everybody numbers them.
constexpr int no_memory = 12;
constexpr int invalid = 22;

inline void set_errno(int) {}
struct KeepErrno {};

}  // namespace

#endif

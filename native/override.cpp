// libheaplet-override.so: the C family in the place of a process's malloc, on POSIX with 64 bits.
//
//     LD_PRELOAD=libheaplet-override.so program
//
// All of malloc.cpp, by the names of C, over mapped memory; and what only a process has: it forks.
#define HEAPLET_NATIVE_MEMORY "native/memory.hpp"
#define HEAPLET_OVERRIDE 1
#include "wasm/malloc.cpp"

namespace {

// A fork copies the heap as it is: nobody may be in the middle of a step. In the child there is one thread.
void before_fork() { heap.lock(); }
void after_fork() { heap.unlock(); }
void after_fork_in_child() {
  heap.forget_others();
  heap.unlock();
}

[[gnu::constructor]] void be_told_of_forks() { pthread_atfork(before_fork, after_fork, after_fork_in_child); }

}  // namespace

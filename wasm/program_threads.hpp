// The one heap of a program with threads: see threads.hpp.
#pragma once

#include "../src/thread_heap.hpp"

namespace {

void thread_ended(void*);

template <heaplet::Config config>
struct ProgramThreads {
  using Wait = ProgramWait;
  using Lists = heaplet::ThreadLists<config>;

  static Lists& lists() { return own; }

  static bool tell_of_end() {
#if HEAPLET_THREADS == 1
    return heaplet::ThreadEnd<ProgramKeys>::tell(thread_ended);
#else
    return false;
#endif
  }

 private:
#ifdef __wasm__
  static inline constinit thread_local Lists own;
#else
  // A library that is loaded with the program: to find where they lie must not allocate.
  [[gnu::tls_model("initial-exec")]] static inline constinit thread_local Lists own;
#endif
};

#if HEAPLET_SMALL

using ThreadsHeap = heaplet::LockedHeap<ProfileHeap, ProgramWait>;

#else

template <heaplet::Config config>
struct ThreadsHeapOf {
  using Type = heaplet::ThreadHeap<config, ProgramMemory, ProgramThreads<config> >;
};
template <heaplet::Config config>
  requires(config.thread_granules == 0)
struct ThreadsHeapOf<config> {
  using Type = heaplet::LockedHeap<ProfileHeap, ProgramWait>;
};
using ThreadsHeap = ThreadsHeapOf<config>::Type;

#endif

constinit ThreadsHeap heap;

[[maybe_unused]] void thread_ended(void*) { heap.close_thread(); }

}  // namespace

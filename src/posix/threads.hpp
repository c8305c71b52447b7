// How a thread of a process waits, and how it is heard that one ends.
#pragma once

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "../lock.hpp"

namespace heaplet {

/// For Lock. Linux has a call for it; elsewhere a thread lets others run, and looks again.
struct PosixWait {
  static constexpr bool may_wait() { return true; }

  // By the system's own call: of what a library has for it a thread may be cancelled, in the middle of a malloc.
  static void pause(const uint32_t* word, uint32_t value) {
    const int before = errno;
#ifdef __linux__
    const long time[2] = {0, pause_ns};  // seconds and nanoseconds, as the call has them
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, time, nullptr, 0);
#else
    if (__atomic_load_n(word, __ATOMIC_RELAXED) == value) sched_yield();
#endif
    errno = before;
  }
};

}  // namespace heaplet

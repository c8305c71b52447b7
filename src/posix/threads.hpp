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

  static void wait(uint32_t* word, uint32_t value) {
    const int before = errno;
#ifdef __linux__
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
#else
    if (__atomic_load_n(word, __ATOMIC_RELAXED) == value) sched_yield();
#endif
    errno = before;
  }

  static void wake([[maybe_unused]] uint32_t* word) {
#ifdef __linux__
    const int before = errno;
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    errno = before;
#endif
  }
};

}  // namespace heaplet

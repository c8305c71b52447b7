// Threads for tests that say themselves which one goes on: each has its lists, and one of them is the calling one.
#pragma once

#include "src/thread_heap.hpp"

namespace heaplet {

struct HandWait {
  static inline bool can_wait = true;
  static inline unsigned pauses = 0;
  /// What happens meanwhile: called when a thread sleeps, or asks whether it may.
  static inline void (*meanwhile)() = nullptr;

  static bool may_wait() {
    if (!can_wait && meanwhile) meanwhile();
    return can_wait;
  }
  static void pause(const uint32_t*, uint32_t) {
    ++pauses;
    if (meanwhile) meanwhile();
  }
};

template <Config config>
struct HandThreads {
  using Wait = HandWait;
  static constexpr unsigned count = 4;
  static inline ThreadLists<config> all[count];
  static inline unsigned current = 0;
  /// Whether a thread's end is heard of, and who asked for it.
  static inline bool tells = true;
  static inline unsigned told = 0;
  /// What telling of an end allocates and frees.
  static inline void (*in_telling)() = nullptr;

  static ThreadLists<config>& lists() { return all[current]; }
  static bool tell_of_end() {
    if (!tells) return false;
    told |= 1u << current;
    if (in_telling) in_telling();
    return true;
  }

  /// No thread has done anything.
  static void forget() {
    for (auto& lists : all) lists = {};
    current = told = 0;
    tells = true;
    in_telling = nullptr;
  }
};

}  // namespace heaplet

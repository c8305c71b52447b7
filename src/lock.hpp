// The lock of a heap that several threads use.
#pragma once

#include "source.hpp"

namespace heaplet {

/// What a lock asks of its platform.
template <class Platform>
concept Waits = requires(const uint32_t* word, uint32_t value) {
  /// This thread may sleep. A browser's main thread and its audio threads may not.
  { Platform::may_wait() } -> Same<bool>;
  /// Sleeps for `pause_ns`, or less: not at all if the word has another value by now.
  Platform::pause(word, value);
};

/// How long a thread sleeps that has found a lock taken.
inline constexpr uint32_t pause_ns = 200'000;

//   0   nobody has it          1   somebody has it
//
// A value of zeros is a lock that nobody has.
//
// Nobody is woken: who cannot have the lock soon sleeps a moment, and looks again. To wake a thread costs whoever gives the lock
// back more than all that is done under it, and where many want it that one would find it taken again. Like this one thread does
// much of its work at once, with what it needs in its processor's cache, while others sleep (backoff: T. E. Anderson, The Performance of
// Spin Lock Alternatives for Shared-Memory Multiprocessors, IEEE TPDS 1, 1990). And a thread that must not be kept never has to
// call the system to give it back.
template <Waits Platform>
class Lock {
 public:
  // Functions of their own: who takes a lock has the time for a call, and there are many who do.
  [[gnu::noinline]] void lock() {
    for (;;) {
      for (unsigned spin = 0; spin < spins || !Platform::may_wait(); ++spin)
        if (__atomic_load_n(&word_, __ATOMIC_RELAXED) == 0 && try_lock()) return;
      Platform::pause(&word_, held);
    }
  }

  [[gnu::noinline]] void unlock() { __atomic_store_n(&word_, 0, __ATOMIC_RELEASE); }

  bool try_lock() {
    uint32_t expected = 0;
    return __atomic_compare_exchange_n(&word_, &expected, held, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
  }

 private:
  static constexpr uint32_t held = 1;

  /// Whoever has it gives it back after some hundred instructions, mostly: it is not worth to sleep at once.
  static constexpr unsigned spins = 60;

  uint32_t word_ = 0;
};

/// Has a lock for as long as it lives.
template <class L>
class [[nodiscard]] Holding {
 public:
  explicit Holding(L& lock) : lock_(lock) { lock_.lock(); }
  ~Holding() { lock_.unlock(); }
  Holding(const Holding&) = delete;

 private:
  L& lock_;
};

}  // namespace heaplet

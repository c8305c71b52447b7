// The lock of a heap that several threads use.
#pragma once

#include "source.hpp"

namespace heaplet {

/// What a lock asks of its platform.
template <class Platform>
concept Waits = requires(uint32_t* word, uint32_t value) {
  /// This thread may sleep. A browser's main thread and its audio threads may not.
  { Platform::may_wait() } -> Same<bool>;
  /// Sleeps until the word is woken, but only if it still has that value; may return earlier.
  Platform::wait(word, value);
  /// Wakes one thread that sleeps on the word, if any does.
  Platform::wake(word);
};

//   0   nobody has it          1   somebody has it          2   ... and others may sleep until it is given back
//
// A value of zeros is a lock that nobody has.
template <Waits Platform>
class Lock {
 public:
  // Functions of their own: who takes a lock has the time for a call, and there are many who do.
  [[gnu::noinline]] void lock() {
    for (unsigned spin = 0; spin < spins || !Platform::may_wait(); ++spin)
      if (__atomic_load_n(&word_, __ATOMIC_RELAXED) == 0 && try_lock()) return;
    // Who has slept does not know whether others still do.
    while (__atomic_exchange_n(&word_, contended, __ATOMIC_ACQUIRE) != 0) Platform::wait(&word_, contended);
  }

  [[gnu::noinline]] void unlock() {
    if (__atomic_exchange_n(&word_, 0, __ATOMIC_RELEASE) == contended) Platform::wake(&word_);
  }

  bool try_lock() {
    uint32_t expected = 0;
    return __atomic_compare_exchange_n(&word_, &expected, held, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
  }

 private:
  static constexpr uint32_t held = 1, contended = 2;

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

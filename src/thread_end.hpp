// How it is heard that a thread ends: by POSIX's keys, for whoever has them.
#pragma once

#include "bits.hpp"

namespace heaplet {

/// Has a function called in each thread that asks for it, when that ends. `Keys` are POSIX's functions:
///
///     static bool create(unsigned& key, void (*ended)(void*));
///     static bool set(unsigned key, const void* value);      // of the calling thread
///
/// `ended` is called in the order of the keys, and a key that another destructor sets again is called again: whatever is freed
/// by other destructors, before or after, must be allowed.
template <class Keys>
class ThreadEnd {
 public:
  /// Two threads may ask for the first time at once: then there are two keys, and the first one of both stays.
  static bool tell(void (*ended)(void*)) {
    unsigned known = __atomic_load_n(&key_, __ATOMIC_ACQUIRE);
    if (known == 0) {
      unsigned fresh;
      if (!Keys::create(fresh, ended)) return false;
      if (__atomic_compare_exchange_n(&key_, &known, fresh + 1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        known = fresh + 1;
    }
    // The value says only that there is one.
    return Keys::set(known - 1, &key_);
  }

 private:
  static inline constinit unsigned key_ = 0;  ///< and 1, so that 0 is none
};

}  // namespace heaplet

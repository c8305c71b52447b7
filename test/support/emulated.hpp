// What the emulated memories of `small` have in common: bytes that grow by pages, and wasm's instructions in C++.
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <memory>

#include "test/support/expect.hpp"

namespace heaplet::linear {

using Word = uint32_t;
using Address = uint32_t;

constexpr uint64_t page = 65536;

/// A memory of up to 4 GiB. `calloc`, because the system then gives pages only as they are touched.
class Pages {
 public:
  Pages(Word initial, Word maximum)
      : bytes_(static_cast<uint8_t*>(calloc(maximum, page)), ::free), pages_(initial), maximum_(maximum) {}

  Word pages() const { return pages_; }
  Word maximum() const { return maximum_; }
  uint64_t bytes() const { return pages_ * page; }

  /// memory.grow: -1 if it is refused.
  Word grow(Word more) {
    const Word before = pages_;
    if (more > maximum_ - before || (refuse && more)) return -1;
    pages_ += more;
    return before;
  }

  bool refuse = false;

 protected:
  uint8_t* raw(uint64_t address) const { return bytes_.get() + address; }
  /// As much as a test may be expected to touch.
  uint64_t dirty_bytes() const { return std::min<uint64_t>(maximum_, 512) * page; }

 private:
  std::unique_ptr<uint8_t, void (*)(void*)> bytes_;
  Word pages_;
  Word maximum_;
};

inline Word lesser(Word a, Word b) { return std::min(a, b); }
inline Word choose(Word condition, Word yes, Word no) { return condition ? yes : no; }
template <class Value>
inline Value opaque(Value value) {
  return value;
}

}  // namespace heaplet::linear

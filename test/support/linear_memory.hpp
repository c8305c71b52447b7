// wasm's memory for a native compiler: what wasm/linear_memory.hpp offers, over an array that grows to 4 GiB and can
// refuse to, with a trap for every access outside of it. Compile with
// -DHEAPLET_LINEAR_MEMORY='"test/support/linear_memory.hpp"'.
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "test/support/expect.hpp"

namespace heaplet::linear {

using Word = uint32_t;
using Address = uint32_t;

constexpr uint64_t page = 65536;
/// What the linker sets the stack pointer to.
constexpr Address initial_top = 1296;

/// A memory and the state beside it. `calloc`, because the system then gives pages only as they are touched.
class Memory {
 public:
  explicit Memory(Word initial = 1, Word maximum = 65536)
      : bytes_(static_cast<uint8_t*>(calloc(maximum, page)), ::free),
        owned_(initial, true),
        maximum_(maximum) {}

  uint64_t bytes() const { return owned_.size() * page; }
  Word pages() const { return owned_.size(); }
  uint8_t* at(uint64_t address, uint64_t length) {
    if (address + length > bytes()) expect::fail(__FILE__, __LINE__, "trap: memory access out of bounds");
    return bytes_.get() + address;
  }

  /// Grows by pages of the heap's, or of somebody else's.
  Word grow(Word more, bool owned) {
    const Word before = pages();
    if (more > maximum_ - before || (refuse && more)) return -1;
    owned_.resize(before + more, owned);
    return before;
  }
  /// Whether a page is the heap's.
  bool owns(Word index) const { return owned_[index]; }

  Address top = initial_top;
  bool refuse = false;

 private:
  std::unique_ptr<uint8_t, void (*)(void*)> bytes_;
  std::vector<bool> owned_;
  Word maximum_;
};

/// The memory that the heap is in.
inline Memory* memory = nullptr;

inline Word& word(Address base, unsigned offset) {
  return *reinterpret_cast<Word*>(memory->at(uint64_t{base} + offset, sizeof(Word)));
}
inline Word size() { return memory->pages(); }
inline void grow(Word pages) { memory->grow(pages, true); }
inline void copy(Address to, Address from, Word bytes) {
  memmove(memory->at(to, bytes), memory->at(from, bytes), bytes);
}
inline void clear(Address to, Word bytes) { memset(memory->at(to, bytes), 0, bytes); }
inline Word lesser(Word a, Word b) { return std::min(a, b); }
inline Word choose(Word condition, Word yes, Word no) { return condition ? yes : no; }
template <class Value>
inline Value opaque(Value value) {
  return value;
}

constexpr bool owns_null = true;
constexpr Address lists() { return 0; }

#ifdef HEAPLET_STATE_IN_MEMORY
inline Address top() { return word(1024, 0); }
inline void set_top(Address address) { word(1024, 0) = address; }
#else
inline Address top() { return memory->top; }
inline void set_top(Address address) { memory->top = address; }
#endif

}  // namespace heaplet::linear

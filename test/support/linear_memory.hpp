// wasm's memory for a native compiler: what wasm/small/linear_memory.hpp offers a heap that has it to itself, with a trap for
// every access outside of it. Compile with -DHEAPLET_LINEAR_MEMORY='"test/support/linear_memory.hpp"'.
#pragma once

#include <vector>

#include "test/support/emulated.hpp"

namespace heaplet::linear {

/// What the linker sets the stack pointer to.
constexpr Address initial_top = 1296;

/// A memory and the state beside it.
class Memory : public Pages {
 public:
  explicit Memory(Word initial = 1, Word maximum = 65536) : Pages(initial, maximum), owned_(initial, true) {}

  uint8_t* at(uint64_t address, uint64_t length) {
    if (address + length > bytes()) expect::fail(__FILE__, __LINE__, "trap: memory access out of bounds");
    return raw(address);
  }

  /// Grows by pages of the heap's, or of somebody else's.
  Word grow(Word more, bool owned) {
    const Word before = Pages::grow(more);
    owned_.resize(pages(), owned);
    return before;
  }
  /// Somebody else takes memory.
  bool take_foreign(Word bytes) { return grow(bytes / page + 1, false) != Word(-1); }
  /// Whether a page is the heap's.
  bool owns(Word index) const { return owned_[index]; }

  /// All that a refusal must not change, but for the pools, which the walker knows.
  std::string state() {
    return std::string(reinterpret_cast<const char*>(raw(0)), initial_top) + std::to_string(top) + ',' +
           std::to_string(pages());
  }

  Address top = initial_top;

 private:
  std::vector<bool> owned_;
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

constexpr bool owns_null = true;
constexpr Address lists() { return 0; }
inline void mark(Word) {}
inline bool is_too_large(Word) { return false; }

#ifdef HEAPLET_STATE_IN_MEMORY
inline Address top() { return word(1024, 0); }
inline void set_top(Address address) { word(1024, 0) = address; }
#else
inline Address top() { return memory->top; }
inline void set_top(Address address) { memory->top = address; }
#endif

}  // namespace heaplet::linear

// A program's memory for a native compiler: what wasm/small/linear_memory.hpp offers a heap that is linked into a program,
// with a trap for every access to what is not the heap's: low memory, the program's data, what others took by sbrk or
// memory.grow. With HEAPLET_BY_BREAK it is Emscripten's, else that of any program.
#pragma once

#include <map>

#include "test/support/emulated.hpp"

namespace heaplet::linear {

constexpr bool owns_null = false;
struct Taking {};

//   0 ... | heads | ... data ... heap_base (at no granule) | taken by the heap and by others ... limit | ... memory.size
constexpr Address heads = 5004;
constexpr unsigned first_head = 257, last_head = 318;
constexpr Word heads_bytes = 4 * (last_head - first_head + 1);

class Memory : public Pages {
 public:
  /// Nothing but the heap's state is 0: memory may hold anything.
  explicit Memory(Word initial = 1, Word maximum = 65536, Address heap_base = 5555)
      : Pages(initial, maximum), heap_base(heap_base), heap_end(Address(bytes())), program_break(heap_base) {
    memset(raw(0), 0x5b, dirty_bytes());
    memset(raw(heads), 0, heads_bytes);
  }

  uint8_t* at(uint64_t address, uint64_t length) {
    if (!is_state(address, length) && !is_ours(address, address + length))
      expect::fail(__FILE__, __LINE__, "trap: access to memory that is not the heap's");
    return raw(address);
  }

  /// Somebody else takes memory. @returns false if it is refused
  bool take_foreign(Word bytes) {
    const uint64_t start = limit();
#if HEAPLET_BY_BREAK
    if (start + bytes > this->bytes() && !resize(start + bytes)) return false;
    program_break = Address(start + bytes);
#else
    if (Pages::grow(bytes / page + 1) == Word(-1)) return false;
#endif
    foreign_[start] = limit();
    return true;
  }

  /// As Emscripten's resize: a fifth more than there is, where it is to be had.
  bool resize(uint64_t bytes) {
    if (bytes <= this->bytes()) expect::fail(__FILE__, __LINE__, "a resize that is none");
    const Word need = Word((bytes + page - 1) / page), more = std::max(need, pages() + pages() / 5);
    return Pages::grow(std::min(more, std::max(need, maximum())) - pages()) != Word(-1);
  }

  /// All that a refusal must not change, but for the pools, which the walker knows.
  std::string state() const {
    return std::string(reinterpret_cast<const char*>(raw(heads)), heads_bytes) + std::to_string(top) + ',' +
           std::to_string(limit()) + ',' + std::to_string(pages());
  }

  Address top = 0;
  uint64_t marks = 0;
  const Address heap_base;
  const Address heap_end;  // 0 if that is 4 GiB
  Address program_break;

 private:
  uint64_t limit() const {
#if HEAPLET_BY_BREAK
    return program_break;
#else
    return bytes();
#endif
  }
  static bool is_state(uint64_t address, uint64_t length) {
    return address >= heads && address + length <= heads + heads_bytes;
  }
  bool is_ours(uint64_t start, uint64_t end) const {
    if (start < heap_base || end > limit()) return false;
    const auto after = foreign_.lower_bound(end);  // the first that begins behind
    return after == foreign_.begin() || std::prev(after)->second <= start;
  }

  std::map<uint64_t, uint64_t> foreign_;  // from where to where
};

/// The memory that the heap is in.
inline Memory* memory = nullptr;

inline Word& word(Address base, unsigned offset) {
  return *reinterpret_cast<Word*>(memory->at(uint64_t{base} + offset, sizeof(Word)));
}
inline Word size() { return memory->pages(); }
inline void grow(Word pages) { memory->grow(pages); }
inline void copy(Address to, Address from, Word bytes) {
  memmove(memory->at(to, bytes), memory->at(from, bytes), bytes);
}
inline void clear(Address to, Word bytes) { memset(memory->at(to, bytes), 0, bytes); }

inline Address lists() { return heads - 4 * first_head - 16; }
inline uint64_t bit(uint64_t number) { return uint64_t{1} << (number & 63); }
inline uint64_t& marks() { return memory->marks; }
/// As in a freestanding library, which serves whatever fits into memory; test/c/large.c has the other rule.
inline bool is_too_large(Word) { return false; }
inline void mark(Word number) { marks() |= bit(number); }
inline Address top() { return memory->top; }
inline void set_top(Address address) { memory->top = address; }

// One thread: the break goes on where it is, with whatever memory there is.
constexpr bool break_may_jump = false;
constexpr Address jumped = 1;
inline Word size_of_ours() { return size(); }
inline Word& program_break() { return memory->program_break; }
inline Word move_break(Word to) { return memory->program_break = to; }
inline bool resize_heap(Word bytes) { return memory->resize(bytes); }
inline Address heap_base() { return memory->heap_base; }
inline Address heap_end() { return memory->heap_end; }

}  // namespace heaplet::linear

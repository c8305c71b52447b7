// What `hardened` adds to a block: a word behind the user's bytes that proves the block is one of ours.
#pragma once

#include "block.hpp"

/// Called before the trap, if the program defines it: libheaplet.a does, and prints the message.
extern "C" [[gnu::weak]] void heaplet_fault(const char* message);

// Each fault ends in a function of its own: where nothing can be printed its name, in the stack that the engine or the
// debugger shows, is the message.
#define HEAPLET_FAULT(name, message)                          \
  extern "C" [[noreturn, gnu::noinline]] inline void name() { \
    if (&heaplet_fault) heaplet_fault(message);               \
    __builtin_trap();                                         \
  }
HEAPLET_FAULT(heaplet_fault_double_free, "double free")
HEAPLET_FAULT(heaplet_fault_foreign_pointer, "not a block of this heap")
HEAPLET_FAULT(heaplet_fault_overwritten_block, "a block was written past its end")
#undef HEAPLET_FAULT

namespace heaplet {

//        +--------+------------------------------------+-------+--------
//  used  | header | the user's bytes                   | guard | header of the next block
//        +--------+------------------------------------+-------+--------
//                                                      ^ where a free block has its footer
//
template <Config config>
struct Guard {
  /// Bytes that every block carries for it.
  static constexpr Word bytes = config.hardened ? sizeof(Word) : 0;

  /// Marks a block as handed out.
  static void arm(Block* block) {
    if constexpr (config.hardened) set(block, expected(block));
  }

  /// Traps unless `payload` is a block that was handed out and is intact.
  /// @param low the lowest block of any pool
  /// @param high the end of the highest pool's blocks
  /// @param end the sentinel before the wilderness, where the last block was
  static void verify(const void* payload, Word low, Word high, const Block* end) {
    if constexpr (config.hardened) {
      const Word address = reinterpret_cast<Word>(payload) - granule;
      if (address % granule != 0 || address < low || address >= high) heaplet_fault_foreign_pointer();
      const Block* const block = Block::at(address);
      if (block->is_free() || block == end) heaplet_fault_double_free();
      const Word size = block->size();
      if (size == 0 || size % granule != 0 || size > high - address) heaplet_fault_overwritten_block();
      if (word(block) == freed) heaplet_fault_double_free();
      if (word(block) != expected(block) || block->next()->previous_is_free())
        heaplet_fault_overwritten_block();
    }
  }

  /// Marks a block as given back, so that a stale pointer to it is known as one.
  static void disarm(Block* block) {
    if constexpr (config.hardened) set(block, freed);
  }

 private:
  static constexpr Word freed = Word(0xf4eed000'f4eed000ull);

  static void set(Block* block, Word word) { block->next()->before = Block::at(word); }
  static Word word(const Block* block) { return reinterpret_cast<Word>(block->next()->before); }

  /// Differs for every place and size; never `freed`, which is even.
  static Word expected(const Block* block) {
    return ((block->address() ^ block->size() << 1) * Word(0x9e3779b97f4a7c15ull)) | 1;
  }
};

}  // namespace heaplet

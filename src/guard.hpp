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
HEAPLET_FAULT(heaplet_fault_overwritten_block, "a block was written past its end, or before its start")
#undef HEAPLET_FAULT

namespace heaplet {

//        +--------+----------------------------+-------+---------+-------+--------
//  used  | header | the user's bytes           | guard | surplus | guard | header of the next block
//        +--------+----------------------------+-------+---------+-------+--------
//                                                                ^ where a free block has its footer
//
// The last word also says how long the surplus is, which a request has that was rounded up; without one it is the only guard.
//
template <Config config>
struct Guard {
  /// Bytes that every block carries for it.
  static constexpr Word bytes = config.hardened ? sizeof(Word) : 0;

  /// Marks a block as handed out for a request of `request` bytes.
  static void arm(Block* block, Word request) {
    if constexpr (config.hardened) {
      const Word surplus = block->size() - block_bytes(request + bytes).value;
      set(block, surplus, expected(block));
      set(block, 0, expected(block) - surplus);
    }
  }

  /// The bytes of an intact block that lie behind its guard.
  static Word surplus(const Block* block) {
    if constexpr (config.hardened) return expected(block) - word(block, 0);
    return 0;
  }

  /// Whether this is a block that was handed out, and nothing around its bytes was written. Reads only what lies between
  /// the lowest block of any pool and the end of the highest pool's blocks.
  static bool is_intact(Word address, Word low, Word high) {
    if (address % granule != 0 || address < low || address >= high) return false;
    const Block* const block = Block::at(address);
    if (block->is_free() || !is_size(block->size(), high - address)) return false;
    const Word behind = surplus(block);
    if (behind % granule != 0 || behind >= block->size()) return false;
    // Without a surplus this is the last word, and says no more than that it has none.
    if (word(block, behind) != expected(block)) return false;
    return !block->next()->previous_is_free() && (!block->previous_is_free() || follows_free(block, low));
  }

  /// What is wrong with a block that is not intact, which a caller believes to be at `address`: of the pool that has it
  /// every block is looked at, from the first one on. A header is believed only if all before it could be.
  /// @param end the sentinel before the wilderness
  [[noreturn, gnu::noinline]] static void accuse(Word address, Block* first, Word bytes, const Block* end) {
    const Block* at = first;
    Word left = bytes;
    for (Word size = 0; at != end; at = at->after(size), left -= size) {
      size = at->size();
      if (!is_size(size, left)) heaplet_fault_overwritten_block();
      if (address - at->address() < size) break;
    }
    if (at == end || is_listed(at) || word(at, 0) == freed) heaplet_fault_double_free();
    if (at->address() == address) heaplet_fault_overwritten_block();
    heaplet_fault_foreign_pointer();
  }

  /// Marks a block as given back, so that a stale pointer to it is known as one.
  static void disarm(Block* block) {
    if constexpr (config.hardened) set(block, 0, freed);
  }

 private:
  /// A block may have this size where so many bytes are left.
  static bool is_size(Word size, Word left) { return size != 0 && size % granule == 0 && size <= left; }

  /// A block of a plausible size is free, and the one behind it says so too.
  static bool is_listed(const Block* block) {
    const Block* const next = block->next();
    return block->is_free() && next->previous_is_free() && next->before == block;
  }

  /// The block before this one is as free as this one says.
  static bool follows_free(const Block* block, Word low) {
    const Word before = reinterpret_cast<Word>(block->before);
    return before >= low && before < block->address() && before % granule == 0 && block->before->is_free() &&
           block->before->next() == block;
  }

  static constexpr Word freed = Word(0xf4eed000'f4eed000ull);

  /// The word so many bytes before the end of a block.
  static void set(Block* block, Word before_end, Word word) {
    block->after(block->size() - before_end)->before = Block::at(word);
  }
  static Word word(const Block* block, Word before_end) {
    return reinterpret_cast<Word>(block->after(block->size() - before_end)->before);
  }

  /// Differs for every place and size; never `freed`, which is even.
  static Word expected(const Block* block) {
    return ((block->address() ^ block->size() << 1) * Word(0x9e3779b97f4a7c15ull)) | 1;
  }
};

}  // namespace heaplet

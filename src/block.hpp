// A block: the header word, its flags, and the neighbours in memory.
#pragma once

#include "config.hpp"

namespace heaplet {

// Memory is cut into blocks without gaps. A block is addressed by the granule boundary one granule before its
// payload, so that every field has a positive offset (wasm's loads know no others) and a page start is a block.
//
//   word     0        1         2         3         4           5                        last
//        |   bytes of the block before     |  payload, aligned to a granule ............       |
//        +--------+--------+-----------+--------+-----------+-----------+--------+------------+
//  used  |        |        |           | header | the user's bytes ..........................  |  <- its last word too
//  free  |        |        |           | header | next_free | prev_free |  ....  |  footer    |
//        +--------+--------+-----------+--------+-----------+-----------+--------+------------+
//        ^ Block                ^ before: the footer of the block before, if that one is free    ^ the next Block's
//                                                                                                  word 2 is here
//  header   | previous is free | free |  size / 4, a multiple of the word's bytes |      (size / 4: of either word)
//             highest bit                                              lowest bit
//
// The size is that from this header to the next one. So kept it is the distance of the block's list in a table of
// words, one a granule (quick_lists.hpp), and one shift makes bytes of it and drops the flags.
//
struct Block {
  /// Unused here. In the first block of a pool these words belong to no other block: see heap.hpp.
  Word reserved[2];
  /// The block before this one in memory. Only while `previous_is_free()`: else a used block's bytes lie here.
  Block* before;
  /// Flags and size.
  Word header;
  /// Links in a free list, null at its ends. Only while this block is free: else the payload lies here.
  Block* next_free;
  Block* previous_free;

  /// This block is in a free list.
  static constexpr Word free_flag = ~(~Word{0} >> 1) >> 1;
  /// The block before this one is in a free list.
  static constexpr Word previous_free_flag = ~(~Word{0} >> 1);
  /// Set by the walker, and only while it walks: this block is cached.
  static constexpr Word walked_flag = 1;
  /// Of a size in the header.
  static constexpr unsigned size_shift = highest_bit(granule / sizeof(Word));

  /// The header of a used block whose neighbour before is used too.
  static constexpr Word header_of(Word size) { return size >> size_shift; }

  /// The header where another thread may set or clear the flag for the block before meanwhile: see thread_lists.hpp.
  Word shared_header() const { return __atomic_load_n(&header, __ATOMIC_RELAXED); }
  void set_shared_header(Word value) { __atomic_store_n(&header, value, __ATOMIC_RELAXED); }

  Word size() const { return header << size_shift; }
  bool is_free() const { return header & free_flag; }
  bool previous_is_free() const { return header & previous_free_flag; }

  /// Every pool ends in a sentinel: a used block of size 0 that is never handed out.
  bool is_sentinel() const { return size() == 0; }

  Word address() const { return reinterpret_cast<Word>(this); }
  static Block* at(Word address) { return reinterpret_cast<Block*>(address); }

  /// The block that starts so many bytes behind this one.
  Block* after(Word bytes) const { return at(address() + bytes); }
  /// The bytes from one block's start to another's. None from null to null.
  static Word distance(const Block* from, const Block* to) {
    return reinterpret_cast<Word>(to) - reinterpret_cast<Word>(from);
  }
  /// The block that starts where this one ends. Not for a sentinel.
  Block* next() const { return after(size()); }

  void* payload() const { return reinterpret_cast<void*>(address() + granule); }
  static Block* of_payload(const void* payload) { return at(reinterpret_cast<Word>(payload) - granule); }
};

/// The bytes of a block that are not the user's: the header.
inline constexpr Word overhead = sizeof(Word);

/// The bytes that a user may touch in a block of `size` bytes.
constexpr Word usable_bytes(Word size) { return size - overhead; }

/// The largest request, in bytes.
inline constexpr Word largest_request = usable_bytes(largest_block);

/// The size of the block for a request of `bytes`, at least a granule; or overflow.
constexpr Checked block_bytes(Word bytes) {
  return {round_up(bytes + overhead, granule), bytes > largest_request};
}

static_assert(offsetof(Block, header) + sizeof(Word) == granule, "the payload follows the header");
static_assert(offsetof(Block, next_free) == granule, "a free block's links lie in its payload");
static_assert(granule + offsetof(Block, before) == offsetof(Block, previous_free) + sizeof(Word),
              "in the smallest block the footer follows the links and ends before the next header");
static_assert(Block::header_of(largest_block) < Block::free_flag, "the flags lie above the bits of a size");
static_assert(Block::header_of(granule) == sizeof(Word), "a header is an offset in a table of words");
static_assert(block_bytes(0).value == granule, "a request of no bytes gets a block of its own");
static_assert(block_bytes(usable_bytes(granule)).value == granule, "the smallest block is filled");
static_assert(block_bytes(usable_bytes(granule) + 1).value == 2 * granule, "... and not overfilled");
static_assert(block_bytes(~Word{0}).overflow, "what would wrap is refused");
static_assert(block_bytes(largest_request).value == largest_block, "... and nothing else");

}  // namespace heaplet

// The segregated free lists and the two levels of bitmaps that find one in constant time.
#pragma once

#include "bins.hpp"
#include "block.hpp"

namespace heaplet {

//   rows            a bit a row: some list of the row is not empty
//   lists[row]      a bit a list: it is not empty
//   heads[list] <-> Block <-> Block <-> Block -> null      last in, first out
//
// The first block of a list has before it the head itself, as if that were the link of a block: a block leaves its
// list in the same way wherever it stands, and nobody asks again which list that is.
template <Config config>
class FreeLists {
 public:
  using Bins = heaplet::Bins<config>;

  /// Links a block in. O(1).
  void insert(Block* block, unsigned list) {
    Block* const head = as_block(list);
    Block* const next = head->next_free;
    if (config.branchless) {
      (next ? next : block)->previous_free = block;
      mark(list);
    } else if (next) {
      next->previous_free = block;
    } else {
      mark(list);
    }
    block->previous_free = head;
    block->next_free = next;
    head->next_free = block;
  }

  /// Takes a block out, wherever it is in its list. O(1).
  void remove(Block* block) {
    Block* const next = block->next_free;
    Block* const previous = block->previous_free;
    previous->next_free = next;
    // A branch, because `next` is often far from any cache: what follows need not wait for it.
    if (next) {
      next->previous_free = previous;
    } else if (const Word distance = Block::distance(as_block(0), previous); distance < sizeof heads_) {
      empty(unsigned(distance / sizeof *heads_), true);
    }
  }

  /// Takes out a free block of at least `size` bytes; or returns null. O(1).
  /// It is the first one of the closest list all of whose blocks are so large. A rounded size is the smallest of its own
  /// list; if it is not, that list's first block is looked at last, and so is that of the list for whatever is larger.
  Block* take(Word size) {
    constexpr uint32_t promising = config.round_requests ? ~uint32_t{0} : ~uint32_t{1};
    const unsigned own = config.round_requests ? Bins::of(size) : Bins::fitting(size) - 1;
    unsigned row = own >> Bins::bits;
    uint32_t lists = lists_[row] & (promising << (own & (Bins::ranges - 1)));
    if (!lists) {
      row = lowest_bit((rows_ & (~Rows{1} << row)) | Rows{1} << no_row);
      lists = lists_[row];
    }
    const unsigned list = lists ? (row << Bins::bits) + lowest_bit(lists) : own;
    Block* const block = heads_[list];
    if (!block || block->size() < size) return nullptr;
    Block* const next = block->next_free;
    heads_[list] = next;
    if (config.branchless || next) (next ? next : block)->previous_free = as_block(list);
    if (config.branchless || !next) empty(list, !next);
    return block;
  }

  /// The first block of the list of `size`, if its payload lies at a multiple of `alignment` and it is large enough; or null.
  /// O(1).
  Block* take_aligned(Word size, Word alignment) {
    Block* const block = heads_[Bins::of(size)];
    if (!block || block->size() < size || (block->address() + granule) % alignment != 0) return nullptr;
    remove(block);
    return block;
  }

  /// A list's head as the block whose `next_free` it is.
  Block* as_block(unsigned list) const {
    return Block::at(reinterpret_cast<Word>(&heads_[list]) - offsetof(Block, next_free));
  }

  /// For the walker.
  Block* head(unsigned list) const { return heads_[list]; }
  uint32_t lists(unsigned row) const { return lists_[row]; }
  uint64_t rows() const { return rows_; }
  static constexpr unsigned no_row = config.first_levels;  // after all rows: always empty
  static constexpr unsigned row_count = no_row + 1;

 private:
  /// Sets the bits of a list that has a block.
  void mark(unsigned list) {
    rows_ |= Rows{1} << (list >> Bins::bits);
    lists_[list >> Bins::bits] |= 1u << (list & (Bins::ranges - 1));
  }

  /// Flips the bit of a list that has lost its last block, if it has: no branch.
  void empty(unsigned list, bool emptied) {
    const unsigned row = list >> Bins::bits;
    lists_[row] ^= uint32_t{emptied} << (list & (Bins::ranges - 1));
    rows_ &= ~(Rows{!lists_[row]} << row);
  }

  using Rows = decltype([] {
    if constexpr (row_count > 32)
      return uint64_t{};
    else
      return uint32_t{};
  }());

  Rows rows_ = 0;
  uint32_t lists_[row_count] = {};
  Block* heads_[Bins::count] = {};
};

}  // namespace heaplet

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
    (next ? next : block)->previous_free = block;  // without a branch that nobody could foresee
    rows_ |= Rows{1} << (list >> Bins::bits);
    lists_[list >> Bins::bits] |= 1u << (list & (Bins::ranges - 1));
    block->previous_free = head;
    block->next_free = next;
    head->next_free = block;
  }

  /// Takes a block out, wherever it is in its list. O(1).
  void remove(Block* block) {
    Block* const next = block->next_free;
    Block* const previous = block->previous_free;
    previous->next_free = next;
    (next ? next : block)->previous_free = previous;
    // Emptied lists are as common as others: no branch here either. List 0 is always empty.
    const Word offset = previous->address() - as_block(0)->address();
    const unsigned emptied = !next & (offset < sizeof heads_);
    empty(emptied ? unsigned(offset / sizeof *heads_) : 0, emptied);
  }

  /// A free block of at least `size` bytes; or null. O(1). It stays in its list.
  /// The first one of the closest list all of whose blocks are so large; else the first one of the request's own
  /// list, if it happens to be.
  Block* find(Word size) const {
    const unsigned list = Bins::fitting(size);
    const unsigned row = list >> Bins::bits;
    // The row's later lists, or the first list of a later row: chosen without a branch that nobody could foresee.
    const uint32_t here = lists_[row] & (~uint32_t{0} << (list & (Bins::ranges - 1)));
    const unsigned above = lowest_bit((rows_ & (~Rows{1} << row)) | Rows{1} << no_row);
    const unsigned found = here ? row : above;
    const uint32_t lists = here ? here : lists_[above];
    if (lists) return heads_[(found << Bins::bits) + lowest_bit(lists)];
    Block* const first = heads_[list - 1];  // of a list that promises nothing
    return first && first->size() >= size ? first : nullptr;
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
  /// A list has lost its last block, if it has.
  void empty(unsigned list, unsigned emptied) {
    const unsigned row = list >> Bins::bits;
    lists_[row] &= ~(emptied << (list & (Bins::ranges - 1)));
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

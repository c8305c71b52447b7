// The segregated free lists and the two levels of bitmaps that find one in constant time.
#pragma once

#include "bins.hpp"
#include "block.hpp"

namespace heaplet {

//   rows            a bit a row: some list of the row is not empty
//   lists[row]      a bit a list: it is not empty
//   heads[list]  -> Block <-> Block <-> Block      last in, first out; null at both ends
//
template <Config config>
class FreeLists {
 public:
  using Bins = heaplet::Bins<config>;

  /// Links a block in. Its header is complete. O(1).
  void insert(Block* block) {
    const unsigned list = Bins::of(block->size());
    Block* const head = heads_[list];
    block->previous_free = nullptr;
    block->next_free = head;
    if (head) head->previous_free = block;
    heads_[list] = block;
    rows_ |= Rows{1} << (list >> Bins::bits);
    lists_[list >> Bins::bits] |= 1u << (list & (Bins::ranges - 1));
  }

  /// Takes a block out, wherever it is in its list. O(1).
  void remove(Block* block) {
    Block* const next = block->next_free;
    Block* const previous = block->previous_free;
    if (next) next->previous_free = previous;
    if (previous) {
      previous->next_free = next;
      return;
    }
    const unsigned list = Bins::of(block->size());
    heads_[list] = next;
    if (!next) clear(list);
  }

  /// A free block of at least `size` bytes, from the closest list all of whose blocks fit; or null. O(1).
  /// It stays in its list.
  Block* find(Word size) const {
    const unsigned list = Bins::fitting(size);
    unsigned row = list >> Bins::bits;
    if (row >= config.first_levels) return nullptr;
    uint32_t lists = lists_[row] & (~uint32_t{0} << (list & (Bins::ranges - 1)));
    if (!lists) {
      const Rows rows = rows_ & (~Rows{1} << row);
      if (!rows) return nullptr;
      row = lowest_bit(rows);
      lists = lists_[row];
    }
    return heads_[(row << Bins::bits) + lowest_bit(lists)];
  }

  /// The block that was freed last in the list of `size` itself, if it happens to be large enough; or null. O(1).
  Block* find_near(Word size) const {
    Block* const block = heads_[Bins::of(size)];
    return block && block->size() >= size ? block : nullptr;
  }

  /// For the walker.
  Block* head(unsigned list) const { return heads_[list]; }
  uint32_t lists(unsigned row) const { return lists_[row]; }
  uint64_t rows() const { return rows_; }

 private:
  using Rows = decltype([] {
    if constexpr (config.first_levels > 32)
      return uint64_t{};
    else
      return uint32_t{};
  }());

  void clear(unsigned list) {
    const unsigned row = list >> Bins::bits;
    lists_[row] &= ~(1u << (list & (Bins::ranges - 1)));
    if (!lists_[row]) rows_ &= ~(Rows{1} << row);
  }

  Rows rows_ = 0;
  uint32_t lists_[config.first_levels] = {};
  Block* heads_[Bins::count] = {};
};

}  // namespace heaplet

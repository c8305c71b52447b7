// The segregated free lists and the two levels of bitmaps that find one in constant time.
#pragma once

#include "bins.hpp"
#include "block.hpp"
#include "verdict.hpp"

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
    Block* const next = guard_.hide(head->next_free);
    if (config.branchless) {
      (next ? next : block)->previous_free = guard_.hide(block);
      mark(list);
    } else if (next) {
      next->previous_free = guard_.hide(block);
    } else {
      mark(list);
    }
    block->previous_free = guard_.hide(head);
    block->next_free = guard_.hide(next);
    head->next_free = guard_.hide(block);
  }

  /// Takes a block out, wherever it is in its list. O(1).
  void remove(Block* block) {
    if constexpr (config.quick_lists != 0)
      remove_at(block->address());
    else
      unlink(block);
  }

  /// Takes out a free block of at least `size` bytes; or returns null. O(1).
  /// It is the first one of the closest list all of whose blocks are so large. A rounded size is the smallest of its own
  /// list; if it is not, that list's first block is looked at last, and so is that of the list for whatever is larger.
  Block* take(Word size) {
    return take(size, config.round_requests ? Bins::of(size) : Bins::fitting(size) - 1);
  }

  /// The same where that list is known.
  [[gnu::always_inline]] Block* take(Word size, unsigned own) {
    constexpr uint32_t promising = config.round_requests ? ~uint32_t{0} : ~uint32_t{1};
    const unsigned list = !config.branchless && heads_[own] ? own : closest(own, promising);
    Block* const block = guard_.hide(heads_[list]);
    if (block) expect_linked(block);
    if (!block || block->size() < size) return nullptr;
    Block* const next = guard_.hide(block->next_free);
    heads_[list] = guard_.hide(next);
    if (config.branchless || next) (next ? next : block)->previous_free = guard_.hide(as_block(list));
    if (config.branchless || !next) empty(list, !next);
    forget_links(block);
    return block;
  }

  /// The first block of the list of `size`, if its payload lies at a multiple of `alignment` and it is large enough; or null.
  /// O(1).
  Block* take_aligned(Word size, Word alignment) {
    Block* const block = guard_.hide(heads_[Bins::of(size)]);
    if (block) expect_linked(block);
    // No block is none at a multiple of more than a granule.
    if ((reinterpret_cast<Word>(block) + granule) % alignment != 0) return nullptr;
    // Where each size has its lists, no block is smaller than what its list begins with.
    if (!(Bins::covers_all && is_power_of_two(size)) && block->size() < size) return nullptr;
    remove(block);
    return block;
  }

  /// For a repair: all lists are empty. (Not by a copy on a stack that may be tiny.)
  void forget() {
    __builtin_memset(static_cast<void*>(&rows_), 0,
                     reinterpret_cast<Word>(this + 1) - reinterpret_cast<Word>(&rows_));
  }

  /// A list's head as the block whose `next_free` it is.
  Block* as_block(unsigned list) const {
    return Block::at(reinterpret_cast<Word>(&heads_[list]) - offsetof(Block, next_free));
  }

  /// For the walker.
  Block* head(unsigned list) const { return guard_.hide(heads_[list]); }
  uint32_t lists(unsigned row) const { return lists_[row]; }
  uint64_t rows() const { return rows_; }
  static constexpr unsigned no_row = config.first_levels;  // after all rows: always empty
  static constexpr unsigned row_count = no_row + 1;

  /// What `hardened` adds: nothing where it is not.
  Guard<config>& guard() { return guard_; }
  const Guard<config>& guard() const { return guard_; }

  /// The function in which a broken link would be found.
  void called([[maybe_unused]] By by) {
    if constexpr (config.hardened) guard_.by = by;
  }

  /// Before a block leaves its list, or what is written in it is believed: that is what lists and neighbours say too.
  void expect_linked([[maybe_unused]] const Block* block) const {
    if constexpr (config.hardened)
      if (!guard_.is_linked(block, reinterpret_cast<Word>(heads_), sizeof heads_))
        Verdict<config>(guard_, guard_.by, guard_.low(), nullptr).of_waiting(block);
  }

 private:
  /// By its address: a compiler that sees a block passes on its two links instead, which each caller then has to load. One function
  /// where blocks seldom leave their lists: a program would be 145 B longer, for one instruction in a hundred.
  [[gnu::noinline]] void remove_at(Word address) { unlink(Block::at(address)); }

  [[gnu::always_inline]] void unlink(Block* block) {
    Block* const next = guard_.hide(block->next_free);
    Block* const previous = guard_.hide(block->previous_free);
    previous->next_free = guard_.hide(next);
    // A branch, because `next` is often far from any cache: what follows need not wait for it.
    if (next) {
      next->previous_free = guard_.hide(previous);
    } else if (const Word distance = Block::distance(as_block(0), previous); distance < sizeof heads_) {
      empty(unsigned(distance / sizeof *heads_), true);
    }
    forget_links(block);
  }

  /// The first list from `own` on that has a block, of its row those that are promising; or `own`.
  [[gnu::always_inline]] unsigned closest(unsigned own, uint32_t promising) const {
    unsigned row = own >> Bins::bits;
    uint32_t lists = lists_[row] & (promising << (own & (Bins::ranges - 1)));
    if (!lists) {
      const Rows later = rows_ & (~Rows{1} << row);
      if (!later) return own;
      row = lowest_bit(later);
      lists = lists_[row];
    }
    return (row << Bins::bits) + lowest_bit(lists);
  }

  /// Who gets the block shall not see them.
  static void forget_links([[maybe_unused]] Block* block) {
    if constexpr (config.hardened) block->next_free = block->previous_free = Block::at(poison_word);
  }

  /// Sets the bits of a list that has a block.
  void mark(unsigned list) {
    if (config.branchless || !lists_[list >> Bins::bits]) rows_ |= Rows{1} << (list >> Bins::bits);
    lists_[list >> Bins::bits] |= 1u << (list & (Bins::ranges - 1));
  }

  /// Flips the bit of a list that has lost its last block, if it has: no branch.
  void empty(unsigned list, bool emptied) {
    const unsigned row = list >> Bins::bits;
    lists_[row] ^= uint32_t{emptied} << (list & (Bins::ranges - 1));
    if (config.branchless || !lists_[row]) rows_ ^= Rows{!lists_[row]} << row;
  }

  using Rows = decltype([] {
    if constexpr (row_count > 32)
      return uint64_t{};
    else
      return uint32_t{};
  }());

  [[no_unique_address]] Guard<config> guard_;
  Rows rows_ = 0;
  uint32_t lists_[row_count] = {};
  Block* heads_[Bins::count] = {};
};

}  // namespace heaplet

// How the walker sees the `small` heap over an emulated memory.
#pragma once

#include "src/check.hpp"
#include "wasm/small_view.hpp"

namespace heaplet::small {

class View {
 public:
  static constexpr heaplet::Word granule = 16;
  using Word = heaplet::Word;

  /// Pools begin at `first_block` and at the first page of the heap's after each sentinel.
  template <class Pool>
  bool each_pool(Pool pool) const {
    linear::Memory& memory = *linear::memory;
    if (!header(first_block)) return true;  // not yet begun
    for (uint64_t start = first_block; start < memory.bytes();) {
      const Word end = end_of_pool(Address(start));
      if (!pool(Word(start), Word(end - start))) return false;
      start = uint64_t{end} + granule;
      while (start < memory.bytes() && !memory.owns(Address(start / linear::page))) start += linear::page;
    }
    return true;
  }

  Word size(Word block) const {
    const Address end = end_of(Address(block));
    return end ? Word{end} - block : 0;  // of a broken header impossibly large
  }
  /// A successor that is no block says nothing: the walker has its size to complain about.
  bool is_free(Word block) const {
    const Address end = end_of(Address(block));
    return end && readable(end) && small::previous_is_free(end);
  }
  bool is_open(Word) const { return false; }
  Word open_pool() const { return 0; }
  bool previous_is_free(Word block) const { return small::previous_is_free(Address(block)); }
  Word before(Word block) const { return footer(Address(block)); }
  Word next_free(Word block) const { return next(Address(block)); }
  Word previous_free(Word block) const { return previous(Address(block)); }

  unsigned lists() const { return small::lists; }
  unsigned list_of(Word block) const { return (small::list_of(float(size(block))) - first_list) / 4; }
  Word before_first(unsigned list) const { return list_at(list); }
  Word head(unsigned list) const { return next(list_at(list)); }
  bool marked(unsigned list) const { return head(list) != 0; }  // there is no bitmap
  bool summary_agrees() const { return true; }
  unsigned quick_lists() const { return 0; }
  Word quick_head(unsigned) const { return 0; }
  Word quick_next(Word) const { return 0; }
  Word quick_count() const { return 0; }

 private:
  static bool readable(Address block) { return uint64_t{block} + granule <= linear::memory->bytes(); }

  /// The sentinel that a pool's blocks lead to; where they lead nowhere, the end of memory.
  static Word end_of_pool(Address block) {
    while (end_of(block) > block && readable(end_of(block))) block = end_of(block);
    return is_sentinel(block) ? block : Word(linear::memory->bytes() - granule);
  }
};

}  // namespace heaplet::small

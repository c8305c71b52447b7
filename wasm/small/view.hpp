// How the walker sees a `small` heap: its blocks and free lists here, its pools in what knows how it grows. Linked only
// where something looks at the whole heap.
#pragma once

#include "../../src/bits.hpp"
#include "malloc.hpp"

namespace heaplet::small {

/// The list heads in memory, from that of 16 B to that of 4 GiB.
constexpr unsigned first_number = 262, list_count = last_number - first_number + 1;
inline Address list_at(unsigned list) { return list_of(first_number + list); }

inline Address end_of(Address block) { return header(block) & -2; }
/// A sentinel's end does not lie behind it.
inline bool is_sentinel(Address block) { return end_of(block) <= block; }
inline bool is_readable(Address block) { return uint64_t{block} + 16 <= uint64_t{size()} << page_shift; }

class BlockView {
 public:
  static constexpr heaplet::Word granule = 16;
  using Word = heaplet::Word;

  Word size(Word block) const { return is_sentinel(Address(block)) ? 0 : end_of(Address(block)) - block; }
  /// A successor that is no block says nothing: the walker has its size to complain about.
  bool is_free(Word block) const {
    const Address end = end_of(Address(block));
    return end && is_readable(end) && previous_is_free(end);
  }
  bool previous_is_free(Word block) const { return header(Address(block)) & 1; }
  Word before(Word block) const { return footer(Address(block)); }
  Word next_free(Word block) const { return next(Address(block)); }
  Word previous_free(Word block) const { return previous(Address(block)); }

  unsigned lists() const { return list_count; }
  unsigned list_of(Word block) const { return number_of(float(size(block))) - first_number; }
  Word before_first(unsigned list) const { return list_at(list); }
  Word head(unsigned list) const { return next(list_at(list)); }
  Word certain(Word block, Word size) const {
    const unsigned list = number_of(float(size)) - first_number;
    if (block && head(list) == block) return size - 4;
    return (list & 1 ? Word{3} << (list / 2 + 3) : Word{1} << (list / 2 + 4)) - 4;
  }
  bool marked(unsigned list) const { return head(list) != 0; }  // there is no bitmap
  bool summary_agrees() const { return true; }
  unsigned quick_lists() const { return 0; }
  Word quick_head(unsigned) const { return 0; }
  Word quick_next(Word) const { return 0; }
  Word quick_size(unsigned, Word) const { return 0; }
  bool counts(Word cached) const { return cached == 0; }
  bool marked_cached(Word) const { return false; }
  void mark_cached(Word, bool) const {}
};

#if HEAPLET_IN_PROGRAM
class View : public BlockView {
 public:
  template <class Pool>
  bool each_pool(Pool pool) const {
    return small::each_pool(
        [&](Address first, Address sentinel) { return pool(Word{first}, Word{sentinel} - first); });
  }
};
#endif

}  // namespace heaplet::small

// How the walker sees a Tlsf and a Heap.
#pragma once

#include "heap.hpp"

namespace heaplet {

/// What both have in common: blocks and free lists. The wilderness is shown as what it would be in another place: a free
/// block with a sentinel behind it, alone in a list after all others.
template <Config config>
class BlockView {
 public:
  static constexpr Word granule = heaplet::granule;

  // What the walker asks most often is not inlined: it is a module for pages too, and 170 bytes shorter so.

  /// With the walker's mark, or what else does not belong there, it is no size.
  [[gnu::noinline]] Word size(Word block) const {
    if (block == sentinel_) return 0;
    const Word size = (Block::at(block)->header & ~Block::walked_flag) << Block::size_shift;
    return block == wilderness_ ? size + (sentinel_ - wilderness_) : size;
  }
  [[gnu::noinline]] bool is_free(Word block) const {
    return block != sentinel_ && Block::at(block)->is_free() != (block == wilderness_);
  }
  bool previous_is_free(Word block) const {
    return block == sentinel_ || Block::at(block)->previous_is_free();
  }
  Word before(Word block) const {
    return block == sentinel_ ? wilderness_ : address(Block::at(block)->before);
  }
  Word next_free(Word block) const { return block == wilderness_ ? 0 : address(Block::at(block)->next_free); }
  Word previous_free(Word block) const {
    return block == wilderness_ ? before_first(last) : address(Block::at(block)->previous_free);
  }

  unsigned lists() const { return last + 1; }
  unsigned list_of(Word block) const { return block == wilderness_ ? last : Bins<config>::of(size(block)); }
  Word before_first(unsigned list) const { return address(free_lists_.as_block(list)); }
  Word head(unsigned list) const {
    return list == last ? wilderness_ & ~none : address(free_lists_.head(list));
  }
  bool marked(unsigned list) const {
    if (list == last) return wilderness_ != none;
    return free_lists_.lists(list / Bins<config>::ranges) >> list % Bins<config>::ranges & 1;
  }
  /// The largest request that a free block surely serves; or, for block 0, any free block of this size that may come to be.
  Word certain(Word block, Word size) const {
    const bool first = !config.round_requests && block && head(list_of(block)) == block;
    return usable_bytes(first ? size : Bins<config>::certain(size));
  }
  bool marked_cached(Word block) const {
    return block != sentinel_ && Block::at(block)->header & Block::walked_flag;
  }
  void mark_cached(Word block, bool on) const {
    Block::at(block)->header = (Block::at(block)->header & ~Block::walked_flag) | Word{on};
  }
  bool summary_agrees() const {
    uint64_t rows = 0;
    for (unsigned row = 0; row < FreeLists<config>::row_count; ++row) {
      const uint64_t lists = free_lists_.lists(row);
      if (lists >> (row == FreeLists<config>::no_row ? 0 : Bins<config>::ranges))
        return false;  // bits of no list
      rows |= uint64_t{lists != 0} << row;
    }
    return rows == free_lists_.rows();
  }

 protected:
  template <bool grows>
  explicit BlockView(const Tlsf<config, grows>& tlsf)
      : free_lists_(tlsf.free_lists()),
        wilderness_(tlsf.wilderness() ? address(tlsf.end()) : none),
        sentinel_(tlsf.wilderness() ? address(tlsf.limit()) : none) {}
  static Word address(const void* block) { return reinterpret_cast<Word>(block); }

 private:
  static constexpr unsigned last = Bins<config>::count;  // the list of the wilderness
  static constexpr Word none = 1;                        // no block's address

  const FreeLists<config>& free_lists_;
  const Word wilderness_;  // its first byte, where the true sentinel is
  const Word sentinel_;    // where it ends, and a sentinel is shown
};

/// A Tlsf knows no pools: its owner says where they are.
template <Config config>
class TlsfView : public BlockView<config> {
 public:
  /// @param pools `count` regions: the start that was inserted and the bytes taken of it, appended ones included
  TlsfView(const Tlsf<config>& tlsf, const Region* pools, unsigned count)
      : BlockView<config>(tlsf), pools_(pools), count_(count) {}

  template <class Pool>
  bool each_pool(Pool pool) const {
    for (unsigned i = 0; i < count_; ++i) {
      const Word first = this->address(Tlsf<config>::first_block(pools_[i].start));
      const Word end = this->address(pools_[i].start) + pools_[i].bytes;
      if (!pool(first, end - granule - first)) return false;
    }
    return true;
  }

  unsigned quick_lists() const { return 0; }
  Word quick_head(unsigned) const { return 0; }
  Word quick_next(Word) const { return 0; }
  Word quick_size(unsigned) const { return 0; }
  bool counts(Word cached) const { return cached == 0; }

 private:
  const Region* pools_;
  unsigned count_;
};

/// A Heap leads from pool to pool itself.
template <Config config, MemorySource Source>
class HeapletView : public BlockView<config> {
 public:
  explicit HeapletView(const Heap<config, Source>& heap) : BlockView<config>(heap.tlsf()), heap_(heap) {}

  template <class Visit>
  bool each_pool(Visit visit) const {
    for (Block* first = heap_.newest_pool(); first; first = Pool::of(first).previous)
      if (!visit(first->address(), heap_.bytes_of(first))) return false;
    return true;
  }

  Word certain(Word block, Word size) const {
    const Word bytes = BlockView<config>::certain(block, size) - Guard<config>::bytes;
    return bytes < config.largest_request ? bytes : config.largest_request;
  }

  unsigned quick_lists() const { return QuickLists<config>::lists; }
  Word quick_head(unsigned list) const { return this->address(heap_.quick_lists().head(list)); }
  Word quick_next(Word payload) const {
    return this->address(QuickLists<config>::next(reinterpret_cast<void*>(payload)));
  }
  Word quick_size(unsigned list) const { return list * granule; }
  bool counts(Word cached) const { return heap_.quick_lists().count() == cached; }

 private:
  const Heap<config, Source>& heap_;
};

template <Config config>
TlsfView<config> view(const Tlsf<config>& tlsf, const Region* pools, unsigned count) {
  return {tlsf, pools, count};
}

template <Config config, MemorySource Source>
HeapletView<config, Source> view(const Heap<config, Source>& heap) {
  return HeapletView<config, Source>(heap);
}

}  // namespace heaplet

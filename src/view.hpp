// How the walker sees a Tlsf and a Heap.
#pragma once

#include "heap.hpp"

namespace heaplet {

/// What both have in common: blocks and free lists.
template <Config config>
class BlockView {
 public:
  static constexpr Word granule = heaplet::granule;

  Word size(Word block) const { return Block::at(block)->size(); }
  bool is_free(Word block) const { return Block::at(block)->is_free(); }
  bool is_open(Word block) const { return Block::at(block)->is_open(); }
  bool previous_is_free(Word block) const { return Block::at(block)->previous_is_free(); }
  Word before(Word block) const { return address(Block::at(block)->before); }
  Word next_free(Word block) const { return address(Block::at(block)->next_free); }
  Word previous_free(Word block) const { return address(Block::at(block)->previous_free); }

  unsigned lists() const { return FreeLists<config>::list_count; }
  unsigned list_of(Word block) const {
    return Block::at(block)->next()->is_open() ? Bins<config>::wilderness : Bins<config>::of(size(block));
  }
  Word before_first(unsigned list) const { return address(lists_.as_block(list)); }
  Word head(unsigned list) const { return address(lists_.head(list)); }
  bool marked(unsigned list) const {
    return lists_.lists(list / Bins<config>::ranges) >> list % Bins<config>::ranges & 1;
  }
  bool summary_agrees() const {
    uint64_t rows = 0;
    for (unsigned row = 0; row < FreeLists<config>::row_count; ++row) {
      const uint64_t lists = lists_.lists(row);
      if (lists >> (row == FreeLists<config>::last_row ? 1 : Bins<config>::ranges))
        return false;  // bits of no list
      rows |= uint64_t{lists != 0} << row;
    }
    return rows == lists_.rows();
  }

 protected:
  explicit BlockView(const FreeLists<config>& lists) : lists_(lists) {}
  static Word address(const void* block) { return reinterpret_cast<Word>(block); }

 private:
  const FreeLists<config>& lists_;
};

/// A Tlsf knows no pools: its owner says where they are.
template <Config config>
class TlsfView : public BlockView<config> {
 public:
  /// @param pools `count` regions: the start that was inserted and the bytes taken of it, appended ones included
  TlsfView(const Tlsf<config>& tlsf, const Region* pools, unsigned count)
      : BlockView<config>(tlsf.free_lists()), pools_(pools), count_(count) {}

  template <class Pool>
  bool each_pool(Pool pool) const {
    for (unsigned i = 0; i < count_; ++i) {
      const Word first = this->address(Tlsf<config>::first_block(pools_[i].start));
      const Word end = this->address(pools_[i].start) + pools_[i].bytes;
      if (!pool(first, end - granule - first)) return false;
    }
    return true;
  }

  Word open_pool() const { return 0; }
  unsigned quick_lists() const { return 0; }
  Word quick_head(unsigned) const { return 0; }
  Word quick_next(Word) const { return 0; }
  Word quick_count() const { return 0; }

 private:
  const Region* pools_;
  unsigned count_;
};

/// A Heap leads from pool to pool itself.
template <Config config, MemorySource Source>
class HeapletView : public BlockView<config> {
 public:
  explicit HeapletView(const Heap<config, Source>& heap)
      : BlockView<config>(heap.free_lists()), heap_(heap) {}

  template <class Visit>
  bool each_pool(Visit visit) const {
    for (Block* first = heap_.newest_pool(); first; first = Pool::of(first).previous)
      if (!visit(first->address(), heap_.bytes_of(first))) return false;
    return true;
  }

  Word open_pool() const { return config.coalesce_pools ? this->address(heap_.newest_pool()) : 0; }
  unsigned quick_lists() const { return config.quick_lists; }
  Word quick_head(unsigned list) const { return this->address(heap_.quick_lists().head(list)); }
  Word quick_next(Word payload) const {
    return this->address(QuickLists<config>::next(reinterpret_cast<void*>(payload)));
  }
  Word quick_count() const { return heap_.quick_lists().count(); }

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

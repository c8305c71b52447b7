// How the walker sees a Tlsf and a Heap.
#pragma once

#include "heap.hpp"
#include "thread_heap.hpp"

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
  Word before(Word block) const { return block == sentinel_ ? wilderness_ : shown(Block::at(block)->before); }
  Word next_free(Word block) const { return block == wilderness_ ? 0 : shown(Block::at(block)->next_free); }
  Word previous_free(Word block) const {
    return block == wilderness_ ? before_first(last) : shown(Block::at(block)->previous_free);
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
  /// Whether the pages of a free block that were given back are 0.
  bool is_given_back(Word block) const {
    if constexpr (config.discard_above != 0) {
      using Freed = heaplet::Freed<config>;
      const Word end = block + size(block);
      Word first = Freed::first_page(Block::at(block)), last = Freed::last_page(Block::at(end));
      if (block == wilderness_)
        first = zeros_, last = end;  // large or not
      else if (size(block) < config.discard_above)
        return true;
      for (; first - block < last - block; first += sizeof(Word))
        if (*reinterpret_cast<const Word*>(first) != 0) return false;
    }
    return true;
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
        sentinel_(tlsf.wilderness() ? address(tlsf.limit()) : none) {
    if constexpr (grows && config.discard_above != 0) {
      const Block* const touched = tlsf.touched() > tlsf.end() ? tlsf.touched() : tlsf.end();
      zeros_ = address(touched) + granule;
    }
  }
  static Word address(const void* block) { return reinterpret_cast<Word>(block); }

 private:
  /// A link, as `hardened` hides it.
  Word shown(Block* link) const { return address(free_lists_.guard().hide(link)); }

  static constexpr unsigned last = Bins<config>::count;  // the list of the wilderness
  static constexpr Word none = 1;                        // no block's address

  const FreeLists<config>& free_lists_;
  const Word wilderness_;  // its first byte, where the true sentinel is
  const Word sentinel_;    // where it ends, and a sentinel is shown
  Word zeros_ = 0;         // from where on it is 0
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
  Word quick_size(unsigned, Word) const { return 0; }
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
    if constexpr (ranges != 0) size = Ranges::round_down(size);
    const Word bytes = BlockView<config>::certain(block, size) - Guard<config>::bytes;
    return bytes < config.largest_request ? heap_.usable_for(bytes) : config.largest_request;
  }

  static constexpr bool has_slabs = config.slab_limit != 0;

  /// Of blocks with a header: the quick lists, those of ranges, and one for the empty slab pages.
  unsigned quick_lists() const { return first_range + ranges + has_slabs; }
  Word quick_head(unsigned list) const {
    if constexpr (has_slabs)
      if (list == first_range + ranges) return heap_.slabs().empty_pages();
    if constexpr (ranges != 0)
      if (list >= first_range) return this->address(heap_.quick_lists().range_heads()[list - first_range]);
    return this->address(heap_.quick_lists().head(list));
  }
  Word quick_next(Word payload) const {
    return this->address(QuickLists<config>::next(reinterpret_cast<void*>(payload)));
  }
  Word quick_size(unsigned list, Word payload) const {
    if (list < first_range) return list * granule;
    if (list == first_range + ranges) return config.slab_page;
    if constexpr (ranges != 0) {
      const Word size = this->size(payload - granule);
      const bool there =
          size >= Ranges::smallest && size < Ranges::end && Ranges::of(size) == list - first_range;
      return there ? size : 0;
    }
    return 0;
  }
  bool counts(Word cached) const {
    return heap_.quick_lists().count() + empty_pages() + in_ranges() == cached;
  }
  /// Whether so much is counted as used.
  bool counts_used(Word bytes, Word blocks) const
    requires(config.usage)
  {
    const UsageFigures usage = heap_.usage();
    return usage.used_bytes == bytes && usage.used_blocks == blocks && usage.peak_bytes >= bytes;
  }
  /// How many empty slab pages are counted.
  Word empty_pages() const {
    if constexpr (has_slabs) return heap_.slabs().empty_count();
    return 0;
  }

 protected:
  const Heap<config, Source>& heap_;

 private:
  using Ranges = RangeLists<config>;
  static constexpr unsigned first_range = QuickLists<config>::lists;
  static constexpr unsigned ranges = Ranges::lists;

  /// The blocks in the lists of ranges, which are not counted but by their bytes; more than all if that or a bit is wrong.
  Word in_ranges() const {
    Word count = 0;
    if constexpr (ranges != 0) {
      const Ranges& lists = heap_.range_lists();
      if (lists.marks_strangers()) return ~Word{0};
      Word bytes = 0;
      for (unsigned list = 0; list < ranges; ++list) {
        if (lists.marked(list) != (heap_.quick_lists().range_heads()[list] != nullptr)) return ~Word{0};
        for (Word at = quick_head(first_range + list); at; at = quick_next(at), ++count)
          bytes += this->size(at - granule);
      }
      if (bytes != lists.bytes()) return ~Word{0};
    }
    return count;
  }
};

/// The same with slab pages: see slab_check.hpp.
template <Config config, MemorySource Source>
class HeapletSlabView : public HeapletView<config, Source> {
 public:
  using HeapletView<config, Source>::HeapletView;

  static constexpr Word page_bytes = config.slab_page;
  static constexpr unsigned most_slots = config.slab_page / config.slab_unit;
  static constexpr Word leaf_pages = config.leaf_pages;
  static constexpr unsigned kinds = config.slab_limit / config.slab_unit;

  template <class Visit>
  bool each_leaf(Visit visit) const {
    for (unsigned number = 0; number < config.slab_leaves; ++number)
      if (const auto* const leaf = map().leaf(number))
        if (!visit(this->address(leaf), sizeof *leaf, map().start_of(number), leaf->live)) return false;
    return true;
  }
  bool is_leaf(Word payload) const {
    return !each_leaf([=](Word leaf, Word, Word, Word) { return leaf != payload; });
  }
  Word kind_of(Word address) const { return map().kind_of(address); }
  static Word slot_bytes(Word kind) { return Slabs::size_of(kind); }
  static Word slots(Word kind) { return Slabs::usable / Slabs::size_of(kind); }
  Word fresh(Word page) const { return slabs().facts_of(page).fresh; }
  Word used(Word page) const { return slabs().facts_of(page).used; }
  Word first_slot(Word page) const { return page + slabs().facts_of(page).first; }
  Word waiting_head(Word kind) const {
    return this->address(this->heap_.quick_lists().slab_head(unsigned(kind / sizeof(Word))));
  }

  /// Blocks with a header that were freed by their size wait there too: these lists come after the others.
  template <class Visit>
  Word each_cached(Visit visit) const {
    Word visited = 0;
    for (unsigned list = 0; list < this->quick_lists(); ++list)
      for (Word at = this->quick_head(list); at; at = this->quick_next(at), ++visited)
        if (!visit(list, at)) return visited;
    for (unsigned number = 1; number <= kinds; ++number)
      for (Word at = waiting_head(number * sizeof(Word)); at; at = this->quick_next(at))
        if (kind_of(at) == 0) {
          if (!visit(this->quick_lists() + number, at)) return visited;
          ++visited;
        }
    return visited;
  }
  Word quick_size(unsigned list, Word payload) const {
    if (list < this->quick_lists()) return HeapletView<config, Source>::quick_size(list, payload);
    const Word size = this->size(payload - granule);
    return Slabs::size_of((list - this->quick_lists()) * sizeof(Word)) <= usable_bytes(size) ? size : 0;
  }
  bool counts(Word cached) const {
    Word in_lists_of_slabs = 0;
    each_cached([&](unsigned list, Word) {
      in_lists_of_slabs += list >= this->quick_lists();
      return true;
    });
    return HeapletView<config, Source>::counts(cached - in_lists_of_slabs);
  }
  bool counts_waiting(Word count) const { return this->heap_.quick_lists().slab_count() == count; }
  Word partial_head(Word kind) const { return slabs().partial(kind); }
  Word next_page(Word page) const { return Slabs::next_page(page); }
  Word previous_page(Word page) const { return Slabs::previous_page(page); }

 private:
  using Slabs = heaplet::Slabs<config>;

  const Slabs& slabs() const { return this->heap_.slabs(); }
  const typename Slabs::Map& map() const { return slabs().map(); }
};

/// The same with guards: what waits also waits in the quarantine, and every block that is not free has a seal.
template <Config config, MemorySource Source>
class HeapletGuardView : public HeapletView<config, Source> {
 public:
  using HeapletView<config, Source>::HeapletView;

  static constexpr unsigned quarantine = QuickLists<config>::lists;

  template <class Visit>
  Word each_cached(Visit visit) const {
    Word visited = 0;
    const bool all = this->heap_.quarantine().each([&](const Block* block) {
      const bool goes_on = visit(quarantine, this->address(block) + granule);
      visited += goes_on;
      return goes_on;
    });
    if (!all) return visited;
    for (unsigned list = 0; list < quarantine; ++list)
      for (Word payload = this->quick_head(list); payload; payload = this->quick_next(payload), ++visited)
        if (!visit(list, payload)) return visited;
    return visited;
  }
  unsigned quick_lists() const { return quarantine + 1; }
  Word quick_head(unsigned list) const {
    return list == quarantine ? 0 : HeapletView<config, Source>::quick_head(list);
  }
  Word quick_size(unsigned list, Word payload) const {
    return list == quarantine ? this->size(payload - granule)
                              : HeapletView<config, Source>::quick_size(list, payload);
  }
  bool counts(Word cached) const {
    return this->heap_.quick_lists().count() + this->heap_.quarantine().count() == cached;
  }

  /// What is wrong with a block that is not free; null: nothing.
  const char* guard_fault(Word address) const {
    const auto& guard = this->heap_.guard();
    const Block* const block = Block::at(address);
    if (guard.is_used(block)) return guard.is_intact(address) ? nullptr : "a block was written past its end";
    if (!guard.waits(block)) return "a block was written past its end, or before its start";
    return guard.is_untouched(block) ? nullptr : "a block was written after it was freed";
  }
  bool is_sealed_as_used(Word address) const { return this->heap_.guard().is_used(Block::at(address)); }
};

/// The same with a depot, and the lists of threads: those of the calling one, or of all whose end is heard of. Blocks in other
/// lists look like used ones. Whoever looks has the heap's lock; and looks at all only while no other thread is in a call.
template <Config config, MemorySource Source>
class HeapletThreadsView : public HeapletView<config, Source> {
 public:
  using Lists = ThreadLists<config>;

  HeapletThreadsView(const Heap<config, Source>& heap, const Lists& own, const Lists* all)
      : HeapletView<config, Source>(heap), own_(own), all_(all) {}

  template <class Visit>
  Word each_cached(Visit visit) const {
    Word visited = 0;
    each_chain([&](unsigned list, const void* first) {
      for (Word payload = this->address(first); payload; payload = this->quick_next(payload), ++visited)
        if (!visit(list, payload)) return false;
      return true;
    });
    return visited;
  }

  bool counts(Word cached) const {
    Word counted = this->heap_.quick_lists().count();
    each_lists([&](const Lists& lists) {
      for (unsigned list = 1; list < QuickLists<config>::lists; ++list)
        counted += lists.held(list * Lists::first).blocks;
      return true;
    });
    return counted == cached;
  }

  /// What threads keep has left the heap.
  bool counts_used(Word bytes, Word blocks) const
    requires(config.usage)
  {
    each_lists([&](const Lists& lists) {
      for (unsigned list = 1; list < QuickLists<config>::lists; ++list) {
        const Word kept = lists.held(list * Lists::first).blocks;
        blocks += kept;
        bytes += kept * list * granule;
      }
      return true;
    });
    return HeapletView<config, Source>::counts_used(bytes, blocks);
  }

 private:
  template <class Visit>
  bool each_lists(Visit visit) const {
    bool own = false;
    for (const Lists* lists = all_; lists; lists = lists->next) {
      own |= lists == &own_;
      if (!visit(*lists)) return false;
    }
    return own || visit(own_);
  }

  template <class Visit>
  bool each_chain(Visit visit) const {
    for (unsigned list = 1; list < QuickLists<config>::lists; ++list)
      for (unsigned depot = 0; depot < config.thread_depots; ++depot)
        for (auto* chain = this->heap_.quick_lists().head(list, depot); chain; chain = chain->next_chain)
          if (!visit(list, chain)) return false;
    return each_lists([&](const Lists& lists) {
      for (unsigned list = 1; list < QuickLists<config>::lists; ++list)
        if (!visit(list, lists.held(list * Lists::first).first)) return false;
      return true;
    });
  }

  const Lists& own_;
  const Lists* all_;
};

template <Config config>
TlsfView<config> view(const Tlsf<config>& tlsf, const Region* pools, unsigned count) {
  return {tlsf, pools, count};
}

template <Config config, MemorySource Source>
auto view(const Heap<config, Source>& heap) {
  if constexpr (config.hardened)
    return HeapletGuardView<config, Source>(heap);
  else if constexpr (config.slab_limit != 0)
    return HeapletSlabView<config, Source>(heap);
  else
    return HeapletView<config, Source>(heap);
}

/// @param all threads' lists are seen, and not those of the calling one alone
template <Config config, MemorySource Source, class Platform>
HeapletThreadsView<config, Source> view(const ThreadHeap<config, Source, Platform>& heap, bool all = false) {
  return {heap.heap(), heap.own_lists(), all ? heap.all_lists() : nullptr};
}

template <class Heap, class Platform>
auto view(const LockedHeap<Heap, Platform>& heap) {
  return view(heap.heap());
}

}  // namespace heaplet

// The one walker: visits every block and proves every invariant. It reads only what a view shows it, so the same
// code checks each way that heaplet has of laying out a heap. Linear in the number of blocks, and of pools for each:
// for tests and debugging. While it walks, cached blocks carry a mark, so no other thread may use the heap.
#pragma once

#include "slab_check.hpp"

namespace heaplet {

/// What is wrong, and the address of the block or the number of the list where it shows. Empty: nothing.
struct Fault {
  const char* what = nullptr;
  Word where = 0;
  explicit operator bool() const { return what; }
};

enum class Use { used, cached, free };

/// One block of a walk.
struct BlockInfo {
  Word payload;  ///< address
  Word size;     ///< bytes, header included
  Use use;
  bool slab = false;  ///< of a slab page: it has no header
};

/// What the walker sees of a heap. Blocks are addresses; 0 is none.
template <class V>
concept HeapView = requires(const V view, Word block, Word size, Word payload, Word listed, unsigned list,
                            bool (*pool)(Word first, Word bytes)) {
  /// Calls `pool` for each pool with its first block and the bytes up to its sentinel, until one returns false.
  { view.each_pool(pool) } -> Same<bool>;
  { view.size(block) } -> Same<Word>;
  { view.is_free(block) } -> Same<bool>;
  { view.previous_is_free(block) } -> Same<bool>;
  { view.before(block) } -> Same<Word>;  // the footer
  { view.next_free(block) } -> Same<Word>;
  { view.previous_free(block) } -> Same<Word>;
  { view.before_first(list) } -> Same<Word>;  // what a list's first block has as its previous one
  { view.lists() } -> Same<unsigned>;
  { view.list_of(block) } -> Same<unsigned>;  // of a free block
  { view.head(list) } -> Same<Word>;
  { view.marked(list) } -> Same<bool>;
  { view.summary_agrees() } -> Same<bool>;      // the upper level of the bitmaps with the lower
  { view.certain(block, size) } -> Same<Word>;  // see stats.hpp
  // A view whose cached blocks do not all stand in such lists has an `each_cached` of its own, as the one below.
  { view.quick_lists() } -> Same<unsigned>;
  { view.quick_head(list) } -> Same<Word>;           // a payload
  { view.quick_next(payload) } -> Same<Word>;        // the payload after it
  { view.quick_size(list, payload) } -> Same<Word>;  // of a block in the list; 0 if it should not be there
  { view.counts(listed) } -> Same<bool>;             // whether the heap counts so many cached blocks
  { view.marked_cached(block) } -> Same<bool>;
  view.mark_cached(block, true);  // in a bit that no size has: `size` must not see it
  { V::granule } -> Same<const Word&>;
};

/// Calls `visit` with the list and the payload of each cached block, until that returns false.
/// @returns the number of calls that returned true
template <HeapView View, class Visit>
Word each_cached(const View& view, Visit visit) {
  if constexpr (requires { view.each_cached(visit); }) return view.each_cached(visit);
  Word visited = 0;
  for (unsigned list = 0; list < view.quick_lists(); ++list)
    for (Word payload = view.quick_head(list); payload; payload = view.quick_next(payload), ++visited)
      if (!visit(list, payload)) return visited;
  return visited;
}

/// Marks the cached blocks of a sound heap for as long as it lives: their headers do not tell them from used ones.
template <HeapView View>
class MarkedCached {
 public:
  explicit MarkedCached(const View& view) : view_(view) { mark(true); }
  ~MarkedCached() { mark(false); }
  MarkedCached(const MarkedCached&) = delete;

 private:
  void mark(bool on) {
    each_cached(view_, [&](unsigned, Word payload) {
      view_.mark_cached(payload - View::granule, on);
      return true;
    });
  }
  const View& view_;
};

/// Checks all of a heap.
template <HeapView View>
class Walker {
 public:
  explicit Walker(const View& view) : view_(view) {}

  Fault check() {
    fault_ = {};
    free_ = 0;
    if (view_.each_pool([this](Word first, Word bytes) { return pool(first, bytes); })) {
      lists();
      if constexpr (SlabView<View>)
        slabs();
      else
        quick();
      if constexpr (requires { view_.guard_fault(Word{}); })
        if (!fault_) guards();
    }
    return fault_;
  }

 private:
  bool fail(const char* what, Word where) {
    if (!fault_) fault_ = {what, where};
    return false;
  }

  /// A block's address could be read: it is on a granule inside of a pool.
  bool inside(Word block) const {
    return !view_.each_pool([block](Word first, Word bytes) {
      return block - first >= bytes || (block - first) % View::granule != 0;
    });
  }

  bool pool(Word first, Word bytes) {
    Word previous = 0;  // the block before, if it is free
    for (Word at = first, left = bytes;; at += view_.size(at)) {
      if (view_.previous_is_free(at) != (previous != 0))
        return fail("the flag for a free block before is wrong", at);
      if (view_.marked_cached(at)) return fail("a mark is left of another walk", at);
      if (previous && view_.before(at) != previous) return fail("a footer does not lead to its block", at);
      if (left == 0) {
        if (view_.size(at) != 0 || view_.is_free(at)) return fail("a pool's sentinel is not one", at);
        return true;
      }
      const Word size = view_.size(at);
      if (size == 0 || size % View::granule != 0 || size > left) return fail("a size is impossible", at);
      left -= size;
      if (!view_.is_free(at)) {
        previous = 0;
        continue;
      }
      ++free_;
      if constexpr (requires { view_.is_given_back(at); })
        if (!view_.is_given_back(at)) return fail("a page that was given back is not 0", at);
      if (previous) return fail("two free blocks lie side by side", at);
      if (!linked(at, view_.list_of(at))) return false;
      previous = at;
    }
  }

  /// A free block is in the list of its size: its neighbours there lead back to it.
  bool linked(Word block, unsigned list) {
    if (list >= view_.lists()) return fail("a free block has a size of no list", block);
    const Word next = view_.next_free(block);
    if (next && (!inside(next) || view_.previous_free(next) != block))
      return fail("a free block's next link is wrong", block);
    if (view_.head(list) == block) {
      if (view_.previous_free(block) != view_.before_first(list))
        return fail("a list's first block does not lead to its head", block);
      return true;
    }
    const Word previous = view_.previous_free(block);
    if (!inside(previous) || view_.next_free(previous) != block)
      return fail("a free block's previous link is wrong", block);
    return true;
  }

  /// The lists hold as many blocks as there are free ones, each in its list, so they hold exactly those.
  void lists() {
    Word listed = 0;
    for (unsigned list = 0; list < view_.lists(); ++list) {
      if (view_.marked(list) != (view_.head(list) != 0)) return void(fail("a list's bit is wrong", list));
      for (Word block = view_.head(list); block; block = view_.next_free(block)) {
        if (!inside(block)) return void(fail("a list leads out of the pools", list));
        if (!view_.is_free(block)) return void(fail("a list holds a used block", block));
        if (view_.list_of(block) != list) return void(fail("a list holds a block of another size", block));
        if (++listed > free_) return void(fail("the lists hold more blocks than are free", list));
      }
    }
    if (listed != free_) fail("a free block is in no list", 0);
    if (!view_.summary_agrees()) fail("a row's bit is wrong", 0);
  }

  /// The quick lists hold blocks, each but once, of their sizes, and as many as are counted.
  void quick() {
    const Word listed = each_cached(view_, [this](unsigned list, Word payload) {
      const Word block = payload - View::granule;
      if (!inside(block)) return fail("a quick list leads out of the pools", list);
      if (view_.is_free(block)) return fail("a block is both cached and free", block);
      if (view_.marked_cached(block)) return fail("a block is cached twice", block);
      if (view_.size(block) != view_.quick_size(list, payload))
        return fail("a quick list holds another size", block);
      view_.mark_cached(block, true);
      return true;
    });
    Word found = 0;
    view_.each_pool([&](Word first, Word bytes) {
      for (Word at = first; at - first < bytes; at += view_.size(at)) found += view_.marked_cached(at);
      return true;
    });
    Word left = listed;  // whatever was marked is unmarked, block or not
    each_cached(view_, [&](unsigned, Word payload) {
      if (left == 0) return false;
      --left;
      view_.mark_cached(payload - View::granule, false);
      return true;
    });
    if (found != listed) fail("a quick list holds what is no block", 0);
    if (!fault_ && !view_.counts(listed)) fail("the cached blocks are not as many as are counted", listed);
  }

  /// Every block that is not free is sealed, as what it is: used, or waiting; its slack is filled, or its bytes are poison.
  void guards() {
    Word waiting = 0;
    each_used([&](Word block, Word) {
      const char* const what = view_.guard_fault(block);
      waiting += !view_.is_sealed_as_used(block);
      return what && !fail(what, block + View::granule);
    });
    if (!fault_ && !view_.counts(waiting)) fail("a block is used and waits", 0);
  }

  /// The same where there are slab pages: each leaf of the map is a block of its own, each page of it a used block, and all is
  /// well inside of those.
  void slabs()
    requires SlabView<View>
  {
    const bool sound = view_.each_leaf([this](Word payload, Word bytes, Word, Word) {
      const Word block = payload - View::granule;
      const auto holds = [=](Word at, Word size) { return at == block && size > bytes; };
      return inside(block) && each_used(holds) ? true : fail("a leaf of the slab map is no block", block);
    });
    if (!sound) return;
    SlabWalker<View> walker(view_);
    const char* what = walker.waiting([this](Word payload) { return inside(payload - View::granule); });
    if (what) return void(fail(what, 0));
    quick();
    if (fault_) return;
    each_used([&](Word block, Word size) {
      const Word payload = block + View::granule;
      if (view_.kind_of(payload) != 0) what = walker.page(payload, size);
      return what && !fail(what, payload);
    });
    if (!what) what = walker.rest();
    if (what) fail(what, 0);
  }

  /// Calls `visit` with each block that is not free and its size, until that returns true. @returns whether it did
  template <class Visit>
  bool each_used(Visit visit) const {
    return !view_.each_pool([&](Word first, Word bytes) {
      for (Word at = first; at - first < bytes; at += view_.size(at))
        if (!view_.is_free(at) && visit(at, view_.size(at))) return false;
      return true;
    });
  }

  const View& view_;
  Fault fault_;
  Word free_ = 0;
};

/// Visits the blocks of a slab page. One all of whose blocks are cached is shown as a cached block itself: before memory
/// grows it is merged as such.
template <SlabView View, class Visit>
void each_slot(const View& view, Word page, Visit visit) {
  const Word kind = view.kind_of(page), bytes = View::slot_bytes(kind);
  const Slots<View> slots(view, page);
  if (slots.waiting() == view.used(page)) return visit(BlockInfo{page, View::page_bytes, Use::cached});
  for (unsigned slot = 0; slot < View::slots(kind); ++slot) {
    const Use use = slots.is_free(slot) ? Use::free : slots.is_waiting(slot) ? Use::cached : Use::used;
    visit(BlockInfo{page + slot * bytes, bytes, use, true});
  }
}

/// Calls `visit` with the BlockInfo of every block, pool by pool, in the order of memory; but not with the leaves of the
/// map of slabs, which are the heap's own. The heap must be sound.
template <HeapView View, class Visit>
void each_block(const View& view, Visit visit) {
  const MarkedCached<View> marked(view);
  view.each_pool([&](Word first, Word bytes) {
    for (Word at = first; at - first < bytes; at += view.size(at)) {
      const Use use = view.is_free(at) ? Use::free : view.marked_cached(at) ? Use::cached : Use::used;
      if constexpr (SlabView<View>) {
        const Word payload = at + View::granule;
        if (use == Use::used && view.kind_of(payload) != 0) {
          each_slot(view, payload, visit);
          continue;
        }
        if (use == Use::used && view.is_leaf(payload)) continue;
      }
      visit(BlockInfo{at + View::granule, view.size(at), use});
    }
    return true;
  });
}

/// Checks every invariant of a heap, and what it has counted, if it counts.
template <HeapView View>
Fault check(const View& view) {
  Fault fault = Walker<View>(view).check();
  if constexpr (requires { view.counts_used(Word{}, Word{}); }) {
    Word bytes = 0, blocks = 0;
    if (!fault)
      each_block(view, [&](const BlockInfo& block) {
        if (block.use != Use::used) return;
        bytes += block.size;
        ++blocks;
      });
    if (!fault && !view.counts_used(bytes, blocks)) fault = {"what is in use is not what is counted", bytes};
  }
  return fault;
}

}  // namespace heaplet

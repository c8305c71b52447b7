// The part of the walker that looks into slab pages.
#pragma once

#include "source.hpp"

namespace heaplet {

/// What the walker sees of a heap with slab pages, beside what HeapView shows.
template <class V>
concept SlabView =
    V::has_slabs && requires(const V view, Word address, Word kind, Word count,
                             bool (*leaf)(Word payload, Word bytes, Word first_page, Word live)) {
      { V::page_bytes } -> Same<const Word&>;
      { V::most_slots } -> Same<const unsigned&>;  // of a page
      { view.each_leaf(leaf) } -> Same<bool>;      // of the map, until one returns false
      { V::leaf_pages } -> Same<const Word&>;      // of a leaf
      { view.kind_of(address) } -> Same<Word>;  // of the page there; 0: none. Not before the leaves are sound
      { V::kinds } -> Same<const unsigned&>;    // there are, from 1 on
      { V::slot_bytes(kind) } -> Same<Word>;    // of a block of a page
      { V::slots(kind) } -> Same<Word>;         // of a page
      { view.fresh(address) } -> Same<Word>;    // see SlabPage
      { view.used(address) } -> Same<Word>;
      { view.first_slot(address) } -> Same<Word>;    // of a page's list, if that has any
      { view.waiting_head(kind) } -> Same<Word>;     // of the quick list of a kind
      { view.counts_waiting(count) } -> Same<bool>;  // whether the heap counts so many in all of them
      { view.partial_head(kind) } -> Same<Word>;     // the first page that has blocks to give
      { view.next_page(address) } -> Same<Word>;
      { view.previous_page(address) } -> Same<Word>;
    };

/// What the blocks of one slab page are: a bit each. Linear in the blocks that wait in the quick lists of its class and of
/// smaller ones, in which they are if they became smaller and then were freed by their size.
template <SlabView View>
class Slots {
 public:
  Slots(const View& view, Word page)
      : page_(page), bytes_(View::slot_bytes(view.kind_of(page))), fresh_(view.fresh(page)) {
    const Word kind = view.kind_of(page);
    Word slot = view.first_slot(page);
    for (Word left = fresh_ - view.used(page); left != 0 && sound_; --left) {
      sound_ = note(slot, free_);
      if (sound_) slot = view.quick_next(slot);
      if (left == 1 && slot != 0) sound_ = false;
    }
    for (Word list = kind; list != 0; list -= sizeof(Word))
      for (Word at = view.waiting_head(list); at && sound_; at = view.quick_next(at))
        if (at - page < View::page_bytes) {
          sound_ = note(at, waiting_);
          ++waiting_count_;
        }
  }

  /// Every block is in one list at most, and what is listed is a block.
  bool sound() const { return sound_; }
  Word waiting() const { return waiting_count_; }
  bool is_waiting(Word slot) const { return has(waiting_, slot); }
  bool is_free(Word slot) const { return slot >= fresh_ || has(free_, slot); }

 private:
  using Bits = uint32_t[(View::most_slots + 31) / 32];

  static bool has(const Bits& bits, Word slot) { return bits[slot / 32] >> slot % 32 & 1; }

  bool note(Word address, Bits& bits) {
    const Word slot = (address - page_) / bytes_;
    if (address < page_ || (address - page_) % bytes_ != 0 || slot >= fresh_) return false;
    if (has(free_, slot) || has(waiting_, slot)) return false;
    bits[slot / 32] |= uint32_t{1} << slot % 32;
    return true;
  }

  const Word page_;
  const Word bytes_;
  const Word fresh_;
  Word waiting_count_ = 0;
  Bits free_ = {};
  Bits waiting_ = {};
  bool sound_ = true;
};

/// Whether a kind is one.
template <SlabView View>
constexpr bool is_kind(Word kind) {
  return kind % sizeof(Word) == 0 && kind / sizeof(Word) >= 1 && kind / sizeof(Word) <= View::kinds;
}

/// The fault of a heap's slab pages, or null. The walker has found each leaf to be inside of a pool, and calls `page` with
/// each block that lies where a slab page is.
template <SlabView View>
class SlabWalker {
 public:
  explicit SlabWalker(const View& view) : view_(view) {}

  /// What waits in the quick lists are blocks of their class or of a larger one, or such with a header: in `inside` of a pool.
  template <class Inside>
  const char* waiting(Inside inside) {
    if (view_.waiting_head(0)) return "the quick list of no class is not empty";
    for (unsigned number = 1; number <= View::kinds; ++number) {
      const Word kind = number * sizeof(Word);
      for (Word slot = view_.waiting_head(kind); slot; slot = view_.quick_next(slot)) {
        const Word page = page_of(slot), own = view_.kind_of(slot);
        if (own == 0 ? !inside(slot)
                     : own < kind || !is_kind<View>(own) || (slot - page) % View::slot_bytes(own) != 0 ||
                           (slot - page) / View::slot_bytes(own) >= View::slots(own))
          return "a quick list holds what is no block of a slab";
        const Word bytes = View::slot_bytes(kind);
        if (slot & ((bytes & -bytes) - 1) & (View::granule - 1))
          return "a block waits for requests that it is not aligned for";
        if (view_.counts_waiting(listed_++)) return "more blocks of slabs wait than are counted";
        with_header_ += own == 0;
      }
    }
    return view_.counts_waiting(listed_) ? nullptr
                                         : "the waiting blocks of slabs are not as many as are counted";
  }

  /// @param block the address of a page's payload
  const char* page(Word page, Word bytes) {
    if (page % View::page_bytes != 0 || bytes != View::page_bytes) return "a block lies in a slab page";
    const Word kind = view_.kind_of(page);
    if (!is_kind<View>(kind)) return "a slab page has an impossible class";
    ++pages_;
    const Word fresh = view_.fresh(page), used = view_.used(page);
    if (fresh > View::slots(kind) || used > fresh || used == 0)
      return "a slab page counts impossible numbers";
    const Slots<View> slots(view_, page);
    if (!slots.sound()) return "a slab page's list, or its class's, holds what it cannot";
    if (slots.waiting() > used) return "more blocks of a slab page wait than are used";
    found_waiting_ += slots.waiting();
    if (used == fresh && fresh == View::slots(kind)) return nullptr;
    ++partial_;
    const Word next = view_.next_page(page), previous = view_.previous_page(page);
    if (next && (!is_page(next, kind) || view_.previous_page(next) != page))
      return "a slab page's next link is wrong";
    if (previous ? !is_page(previous, kind) || view_.next_page(previous) != page
                 : view_.partial_head(kind) != page)
      return "a slab page's previous link is wrong";
    return nullptr;
  }

  /// After all pages: the lists and the map hold no others.
  const char* rest() {
    if (found_waiting_ + with_header_ != listed_) return "a block of a slab waits, and lies in no page";
    Word listed = 0;
    for (unsigned number = 1; number <= View::kinds; ++number) {
      const Word kind = number * sizeof(Word);
      for (Word page = view_.partial_head(kind); page; page = view_.next_page(page))
        if (!is_page(page, kind) || ++listed > partial_) return "a list of slab pages holds another page";
    }
    if (listed != partial_) return "a slab page with room is in no list";
    Word mapped = 0;
    const bool counted = view_.each_leaf([&](Word, Word, Word first, Word live) {
      Word in_leaf = 0;
      for (Word i = 0; i < View::leaf_pages; ++i) in_leaf += view_.kind_of(first + i * View::page_bytes) != 0;
      mapped += in_leaf;
      return live == in_leaf;
    });
    if (!counted) return "the pages of a leaf are not as many as are counted";
    if (mapped != pages_) return "the map has a slab page where none is";
    return nullptr;
  }

 private:
  static Word page_of(Word slot) { return slot / View::page_bytes * View::page_bytes; }
  bool is_page(Word page, Word kind) const { return page == page_of(page) && view_.kind_of(page) == kind; }

  const View& view_;
  Word listed_ = 0;
  Word with_header_ = 0;
  Word found_waiting_ = 0;
  Word pages_ = 0;
  Word partial_ = 0;
};

}  // namespace heaplet

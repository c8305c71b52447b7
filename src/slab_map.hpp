// Which pages of memory are slab pages, and what is known of each: a tree of two levels that never moves.
#pragma once

#include "block.hpp"

namespace heaplet {

//   address   | leaf | page in the leaf | offset in the page |
//
//   leaves_[leaf] -> | kinds: a byte a page | live | pages: a SlabPage each |
//           or 0  -> none_: kinds that are all 0
//
// A page's kind is the distance of its class's list in the joint table of quick lists (quick_lists.hpp); 0 for memory
// that is no slab page, where every block has a header. To free a block is to ask for its page's kind first, so that
// byte lies in a dense array of its own: 64 pages share a cache line.
//
// Nothing is ever copied, and a leaf stays where it is as long as it has a page: whoever holds a block may ask for its
// page's kind while others map pages. The leaves are ordinary blocks of the heap, one for each 2 MiB that has slab pages.

/// What is known of a slab page: see slabs.hpp.
struct SlabPage {
  uint16_t first;  ///< the offset of the first block in the page's list; of no meaning while that is empty
  uint16_t used;   ///< blocks that are handed out, or wait in a quick list
  uint16_t fresh;  ///< blocks that ever were in a list: those behind them were never touched
};

template <Config config>
struct SlabLeaf {
  unsigned char kinds[config.leaf_pages];
  Word live;  ///< pages that have a class
  SlabPage pages[config.leaf_pages];
};

template <Config config>
class SlabMap {
 public:
  using Leaf = SlabLeaf<config>;

  static constexpr unsigned page_bits = highest_bit(Word{config.slab_page});
  static constexpr unsigned leaf_bits = page_bits + highest_bit(Word{config.leaf_pages});

  /// Whether the map reaches over all addresses. If not it begins at the leaf where the first memory lies.
  static constexpr bool covers_all = leaf_bits + highest_bit(Word{config.slab_leaves}) >= word_bits;

  /// The heap has its first memory, at `start`.
  void begin(Word start) {
    if constexpr (!covers_all) base_ = round_down(start, Word{1} << leaf_bits);
  }

  /// Whether there is a leaf for an address.
  bool has_leaf(Word address) const { return covers(address) && leaves_[number(address)] != 0; }

  /// Whether there may be a leaf for an address.
  bool covers(Word address) const { return covers_all || number(address) < config.slab_leaves; }

  /// The leaf of an address that has one.
  Leaf& leaf_at(Word address) const { return *reinterpret_cast<Leaf*>(origin() + leaves_[number(address)]); }

  void set_leaf(Word address, Leaf* leaf) {
    leaves_[number(address)] = leaf ? reinterpret_cast<Word>(leaf) - origin() : 0;
  }

  /// A page's place in its leaf.
  [[gnu::always_inline]] static unsigned index_of(Word address) {
    return unsigned(address >> page_bits) & (config.leaf_pages - 1);
  }

  /// The kind of the page that an address lies in.
  [[gnu::always_inline]] unsigned kind_of(Word address) const {
    const Word leaf = number(address);
    if constexpr (!covers_all)
      if (leaf >= config.slab_leaves) return 0;
    return *reinterpret_cast<const unsigned char*>(origin() + leaves_[leaf] + index_of(address));
  }

  /// For the walker and repairs: the leaf of that number, or null; and where its first page lies.
  Leaf* leaf(Word number) const {
    const Word distance = leaves_[number];
    return distance ? reinterpret_cast<Leaf*>(origin() + distance) : nullptr;
  }
  Word start_of(unsigned leaf) const { return (Word{leaf} << leaf_bits) + base(); }

 private:
  Word base() const {
    if constexpr (covers_all) return 0;
    return base_;
  }
  [[gnu::always_inline]] Word number(Word address) const { return (address - base()) >> leaf_bits; }
  Word origin() const { return reinterpret_cast<Word>(none_); }

  Word base_ = 0;
  unsigned char none_[config.leaf_pages] = {};  // first: behind the leaves its address would be a byte longer
  Word leaves_[config.slab_leaves] =
      {};  ///< the distance of a leaf from `none_`, so that a look needs no branch
};

}  // namespace heaplet

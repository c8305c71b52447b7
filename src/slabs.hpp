// Slab pages: blocks of one size side by side, without headers. What a page lacks and what it has left over.
#pragma once

#include "quick_lists.hpp"
#include "slab_map.hpp"
#include "tlsf.hpp"

namespace heaplet {

//   page                                                                         page + slab_page
//     | block | block | block | ... | block |   | next page | previous page | header of the next Block
//     '-- fresh: were in a list once -'
//
// A slab page is an ordinary used Block of slab_page bytes whose payload begins on a page, so that its memory merges
// with its neighbours' again. Its blocks are of one class: the multiple of slab_unit that they are long.
//
//   request -> quick list of the class -> the page's whole list, or slab_batch fresh blocks -> an empty page -> Tlsf
//   free    -> quick list of the class, while that may grow -> the page's list -> an empty page -> Tlsf
//
// A page is
//   - partial, and in the list of its class, while it has a block to give;
//   - full, and in no list, while all its blocks are used or wait in the quick list;
//   - empty, and in a list of such, once all have come back to it: it has no class then.
//
// The page's list is counted by what is known of the page: it holds as many blocks as were fresh once and are not used.
template <Config config>
class Slabs {
 public:
  using Map = SlabMap<config>;
  using Leaf = typename Map::Leaf;
  using Tlsf = heaplet::Tlsf<config, true>;
  using QuickLists = heaplet::QuickLists<config>;

  static constexpr unsigned classes = config.slab_limit / config.slab_unit;
  static constexpr Word largest_kind = classes * sizeof(Word);

  /// The bytes of a page for blocks: behind them lie its links, and the header of the Block after it.
  static constexpr Word usable = config.slab_page - overhead - 2 * sizeof(Word);

  /// The bytes of a block of a kind, which is the distance of its class's list.
  static constexpr Word size_of(Word kind) { return kind * (config.slab_unit / sizeof(Word)); }
  /// The kind for a request of `bytes`, at most slab_limit.
  static constexpr Word kind_for(Word bytes) {
    return ((bytes | (bytes == 0)) + config.slab_unit - 1) / config.slab_unit * sizeof(Word);
  }

  const Map& map() const { return map_; }
  void begin(Word start) { map_.begin(start); }

  /// The kind of a block that was handed out; 0 if it has a header.
  [[gnu::always_inline]] Word kind_of(const void* payload) const {
    return map_.kind_of(reinterpret_cast<Word>(payload));
  }

  /// A block of a kind of which none waits; or null. O(1). More of its page wait from then on.
  /// @param memory the bytes of the newest pool: a leaf of the map is worth its place only where there is much more
  void* take(Word kind, Tlsf& tlsf, QuickLists& quick, Word memory) {
    Word page = head_of(kind);
    if (page) return take_from(page, kind, quick);
    const bool waited = empty_ != 0;
    if (waited) {
      page = pop_empty();
    } else {
      if (memory / config.leaf_share < sizeof(Leaf)) return nullptr;
      Block* const block = tlsf.take_aligned(config.slab_page, config.slab_page);
      if (!block) return nullptr;
      page = reinterpret_cast<Word>(block->payload());
    }
    if (!map_.has_leaf(page)) {
      // A page and its leaf in one call would be the dearest of all: a new page waits, empty, for the next request, and this one
      // gets a block with a header.
      constexpr Word for_leaf = Tlsf::block_for(sizeof(Leaf)).value;
      const Word for_one = block_bytes(size_of(kind)).value;
      Block* const block = map_.covers(page) ? tlsf.take(waited ? for_leaf : for_one) : nullptr;
      if (!block) {
        tlsf.release(Block::of_payload(at(page)));
        return nullptr;
      }
      if (!waited) {
        push_empty(page);
        return block->payload();
      }
      begin_leaf(page, block->payload());
    }
    SlabPage& facts = facts_of(page);
    facts.used = facts.fresh = 0;
    Leaf& leaf = map_.leaf_at(page);
    leaf.kinds[Map::index_of(page)] = static_cast<unsigned char>(kind);
    ++leaf.live;
    link(page, kind);
    return take_from(page, kind, quick);
  }

  /// The same of a page that has one.
  [[gnu::noinline]] void* take_from(Word page, Word kind, QuickLists& quick) {
    SlabPage& facts = facts_of(page);
    const Word size = size_of(kind);
    unsigned fresh = facts.fresh, taken = fresh - facts.used;
    Waiting* first = at(page + facts.first);
    if (taken == 0) {
      taken = unsigned(usable / size) - fresh;
      // Few of a new page, whose taking has cost enough.
      constexpr unsigned first_batch = (config.slab_batch + 3) / 4;
      const unsigned batch = fresh ? config.slab_batch : first_batch;
      if (taken > batch) taken = batch;
      fresh += taken;
      // From the last one to the first, which is handed out first: they lie as they are asked for.
      Word block = page + fresh * size;
      first = nullptr;
      unsigned left = taken;
      do {
        block -= size;
        at(block)->next = first;
        first = at(block);
      } while (--left);
    }
    facts.used = facts.fresh = uint16_t(fresh);
    if ((fresh + 1) * size > usable) unlink(page, kind);
    quick.refill(kind, first->next, taken - 1);
    return first;
  }

  /// A block goes back to its page, and its page perhaps back to Tlsf. O(1).
  [[gnu::noinline]] void give_back(void* payload, Word kind, Tlsf& tlsf) {
    const Word page = round_down(reinterpret_cast<Word>(payload), config.slab_page);
    SlabPage& facts = facts_of(page);
    const unsigned used = facts.used;
    if (used == 1) {
      // It was partial, unless no page has more than one block.
      if (usable >= 2 * config.slab_limit || facts.fresh != 1 || has_fresh(facts, kind)) unlink(page, kind);
      return end_page(page, tlsf);
    }
    Waiting* next = nullptr;
    if (used != facts.fresh)
      next = at(page + facts.first);
    else if (!has_fresh(facts, kind))
      link(page, kind);
    static_cast<Waiting*>(payload)->next = next;
    facts.first = uint16_t(reinterpret_cast<Word>(payload) - page);
    facts.used = uint16_t(used - 1);
  }

  /// Before memory grows, and before a request is refused, empty pages and then leaves without a page go back to Tlsf.
  void release_empty(Tlsf& tlsf) {
    while (empty_) {
      const Word page = pop_empty();
      tlsf.release(Block::of_payload(at(page)));
      if (!map_.has_leaf(page)) continue;
      Leaf& leaf = map_.leaf_at(page);
      if (leaf.live != 0) continue;
      map_.set_leaf(page, nullptr);
      tlsf.release(Block::of_payload(&leaf));
    }
  }

  /// For a repair: every block of every slab page is used, and empty pages are blocks as any other.
  void take_all() {
    for (Word& page : partial_) page = 0;
    empty_ = empty_count_ = 0;
    for (unsigned number = 0; number < config.slab_leaves; ++number) {
      Leaf* const leaf = map_.leaf(number);
      if (!leaf) continue;
      leaf->live = 0;
      for (unsigned i = 0; i < config.leaf_pages; ++i)
        if (const Word kind = leaf->kinds[i]) {
          const uint16_t all = uint16_t(usable / size_of(kind));
          leaf->pages[i] = {0, all, all};
          ++leaf->live;
        }
    }
  }

  /// What is known of a page. One function, for it is asked seldom and in many places.
  [[gnu::noinline]] SlabPage& facts_of(Word page) const {
    return map_.leaf_at(page).pages[Map::index_of(page)];
  }

  // For the walker.

  Word partial(Word kind) const { return const_cast<Slabs*>(this)->head_of(kind); }
  static Word next_page(Word page) { return links_of(page).next; }
  static Word previous_page(Word page) { return links_of(page).previous; }
  Word empty_pages() const { return empty_; }
  Word empty_count() const { return empty_count_; }
  static constexpr bool has_fresh(const SlabPage& facts, Word kind) {
    return (facts.fresh + 1) * size_of(kind) <= usable;
  }

 private:
  /// The neighbours in the list of a class, null at its ends.
  struct Links {
    Word next;
    Word previous;
  };

  /// The first page that a class has in its list. A kind is a distance here, too.
  Word& head_of(Word kind) { return *reinterpret_cast<Word*>(reinterpret_cast<char*>(partial_) + kind); }
  static Waiting* at(Word address) { return reinterpret_cast<Waiting*>(address); }
  /// A page as its links see it, so that they lie at offsets that loads know.
  struct Page {
    char blocks[usable];
    Links links;
  };
  static Links& links_of(Word page) { return reinterpret_cast<Page*>(page)->links; }

  [[gnu::noinline]] void link(Word page, Word kind) {
    Word& head = head_of(kind);
    const Word next = head;
    links_of(page) = {next, 0};
    if (next) links_of(next).previous = page;
    head = page;
  }

  [[gnu::noinline]] void unlink(Word page, Word kind) {
    const Links links = links_of(page);
    if (links.next) links_of(links.next).previous = links.previous;
    (links.previous ? links_of(links.previous).next : head_of(kind)) = links.next;
  }

  void begin_leaf(Word page, void* place) {
    Leaf* const leaf = static_cast<Leaf*>(place);
    __builtin_memset(place, 0, offsetof(Leaf, pages));
    map_.set_leaf(page, leaf);
  }

  /// A page has all its blocks back, and is in no list.
  void end_page(Word page, Tlsf& tlsf) {
    Leaf& leaf = map_.leaf_at(page);
    leaf.kinds[Map::index_of(page)] = 0;
    --leaf.live;
    // A leaf without a page is looked for where an empty page of it is.
    if (empty_count_ >= config.empty_pages && leaf.live != 0)
      tlsf.release(Block::of_payload(at(page)));
    else
      push_empty(page);
  }

  [[gnu::noinline]] void push_empty(Word page) {
    at(page)->next = at(empty_);
    empty_ = page;
    ++empty_count_;
  }

  [[gnu::noinline]] Word pop_empty() {
    const Word page = empty_;
    empty_ = reinterpret_cast<Word>(at(page)->next);
    --empty_count_;
    return page;
  }

  Word partial_[classes + 1] = {};
  Word empty_ = 0;
  Word empty_count_ = 0;
  Map map_;
};

/// A heap without them.
template <Config config>
  requires(config.slab_limit == 0)
class Slabs<config> {};

}  // namespace heaplet

// What is proved of the core: its headers as they are, compiled by the compiler of the npm build.
#include "src/free_lists.hpp"
#include "src/range_lists.hpp"
#include "src/slabs.hpp"

using namespace heaplet;

#define EXPORT(name) extern "C" __attribute__((export_name(#name), used))

#define MAPPING(profile)                                                                                    \
  using Bins_##profile = Bins<profiles::profile>;                                                           \
  EXPORT(of_##profile) unsigned of_##profile(Word size) { return Bins_##profile::of(size); }                \
  EXPORT(fitting_##profile) unsigned fitting_##profile(Word size) { return Bins_##profile::fitting(size); } \
  EXPORT(smallest_##profile) Word smallest_##profile(unsigned list) {                                       \
    return Bins_##profile::smallest(list);                                                                  \
  }                                                                                                         \
  EXPORT(round_up_##profile) Word round_up_##profile(Word size) { return Bins_##profile::round_up(size); }  \
  EXPORT(certain_##profile) Word certain_##profile(Word size) { return Bins_##profile::certain(size); }     \
  EXPORT(count_##profile) unsigned count_##profile() { return Bins_##profile::count; }

MAPPING(small)
MAPPING(lean)
MAPPING(fast)
MAPPING(hardened)

EXPORT(largest_block) Word largest_block_() { return largest_block; }

#define LISTS(profile)                                                                                  \
  using Lists_##profile = FreeLists<profiles::profile>;                                                 \
  EXPORT(take_##profile) Block* take_##profile(Lists_##profile* lists, Word size) {                     \
    return lists->take(size);                                                                           \
  }                                                                                                     \
  EXPORT(insert_##profile) void insert_##profile(Lists_##profile* lists, Block* block, unsigned list) { \
    lists->insert(block, list);                                                                         \
  }                                                                                                     \
  EXPORT(remove_##profile) void remove_##profile(Lists_##profile* lists, Block* block) {                \
    lists->remove(block);                                                                               \
  }                                                                                                     \
  EXPORT(row_count_##profile) unsigned row_count_##profile() { return Lists_##profile::row_count; }     \
  EXPORT(heads_##profile) Word heads_##profile() {                                                      \
    const Word lists = sizeof(Lists_##profile);                                                         \
    return lists - sizeof(Word) * Bins_##profile::count;                                                \
  }

LISTS(small)
LISTS(fast)

// Classes of slabs, and quick lists: fast.
using Slabs_ = Slabs<profiles::fast>;
using Quick = QuickLists<profiles::fast>;
using Ranged = RangeLists<profiles::fast>;
EXPORT(kind_for) Word kind_for(Word bytes) { return Slabs_::kind_for(bytes); }
EXPORT(size_of) Word size_of(Word kind) { return Slabs_::size_of(kind); }
EXPORT(largest_kind) Word largest_kind() { return Slabs_::largest_kind; }
EXPORT(usable) Word usable() { return Slabs_::usable; }
EXPORT(slab_limit) Word slab_limit() { return profiles::fast.slab_limit; }
EXPORT(has_fresh) bool has_fresh(unsigned fresh, Word kind) {
  return Slabs_::has_fresh({0, 0, uint16_t(fresh)}, kind);
}
EXPORT(list_for) Word list_for(Word bytes) { return Quick::list_for(bytes); }
EXPORT(quick_largest) Word quick_largest() { return Quick::largest; }
EXPORT(range_of) unsigned range_of(Word size) { return Ranged::of(size); }
EXPORT(range_up) Word range_up(Word size) { return Ranged::round_up(size); }
EXPORT(range_down) Word range_down(Word size) { return Ranged::round_down(size); }
EXPORT(range_smallest) Word range_smallest() { return Ranged::smallest; }
EXPORT(range_largest) Word range_largest() { return Ranged::largest; }
EXPORT(range_lists) unsigned range_lists() { return Ranged::lists; }
EXPORT(take_from) void* take_from(Slabs_* slabs, Word page, Word kind, Quick* quick) {
  return slabs->take_from(page, kind, *quick);
}
EXPORT(kind_at) unsigned kind_at(const Slabs_* slabs, const void* payload) { return slabs->kind_of(payload); }

// Where what is known of a page lies: private, which this file alone is compiled not to mind.
EXPORT(partial_at) Word partial_at() {
  return reinterpret_cast<Word>(&static_cast<Slabs_*>(nullptr)->partial_);
}
EXPORT(leaves_at) Word leaves_at() {
  return reinterpret_cast<Word>(&static_cast<Slabs_*>(nullptr)->map_.leaves_);
}
EXPORT(none_at) Word none_at() { return reinterpret_cast<Word>(&static_cast<Slabs_*>(nullptr)->map_.none_); }
EXPORT(leaf_bits) unsigned leaf_bits() { return Slabs_::Map::leaf_bits; }
EXPORT(facts_at) Word facts_at(const Slabs_::Leaf* leaf, Word page) {
  return reinterpret_cast<Word>(&leaf->pages[Slabs_::Map::index_of(page)]);
}
EXPORT(sizeof_leaf) Word sizeof_leaf() { return sizeof(Slabs_::Leaf); }
EXPORT(sizeof_slabs) Word sizeof_slabs() { return sizeof(Slabs_); }
EXPORT(sizeof_quick) Word sizeof_quick() { return sizeof(Quick); }

// Every reachable state of Heap over a few granules, for each feature of Config.
#include "src/heap.hpp"

#include <algorithm>

#include "src/view.hpp"
#include "test/model/explore.hpp"
#include "test/support/array_source.hpp"
#include "test/support/discarding.hpp"

using namespace heaplet;

namespace {

/// A Heap over an array of `limit` pages.
template <Config config>
class HeapModel {
 public:
  static constexpr bool resizes_in_place = true;
  static constexpr bool looks_near = true;  // into a list that does not promise a fit, before it grows
  static constexpr bool uses_tail = true;   // the free block at the end, before it grows

  HeapModel(const char* name, Word initial, Word page, Word limit) : name_(name) {
    array_ = {.start = memory,
              .page = page * granule,
              .initial = initial * granule,
              .end = initial * granule,
              .limit = (initial + limit * page) * granule,
              .clears = true};
  }

  const char* name() const { return name_; }
  auto view() const { return heaplet::view(heap_); }

  /// The first use takes the initial memory.
  void begin() { deallocate(allocate(0, granule)); }

  Word allocate(Word bytes, Word alignment) {
    return reinterpret_cast<Word>(heap_.allocate(bytes, alignment));
  }
  void deallocate(Word payload) { heap_.deallocate(reinterpret_cast<void*>(payload)); }
  void deallocate_sized(Word payload, Word bytes) {
    void* const block = reinterpret_cast<void*>(payload);
    heap_.deallocate_sized(block, bytes, 1, [this](void* any) { heap_.deallocate(any); });
  }
  Word reallocate(Word payload, Word bytes) {
    return reinterpret_cast<Word>(heap_.reallocate(reinterpret_cast<void*>(payload), bytes));
  }
  bool is_pinned(Word) const { return false; }
  Word overhead() const { return heaplet::overhead + Guard<config>::bytes; }
  /// What a block of `size` bytes may have too much.
  Word slack(Word size) const {
    const Word largest_quick = config.quick_lists ? (config.quick_lists - 1) * granule : 0;
    if (config.slack_shift == 0 || size <= largest_quick) return 0;
    return std::min(size >> config.slack_shift, largest_quick);
  }
  static constexpr bool rounds = config.round_requests;
  Word rounded(Word size) const {
    const Word found = Tlsf<config>::block_for(usable_bytes(size)).value;
    if constexpr (config.range_limit != 0)
      if (found > QuickLists<config>::largest) return RangeLists<config>::round_up(found);
    return found;
  }
  /// A waiting block of one size is handed out for another; with an alignment only what has it, of that size.
  bool serves(Word waiting, Word size, Word alignment) const {
    if constexpr (config.range_limit != 0) {
      if (alignment > 1) return waiting == size && size <= QuickLists<config>::largest;
      using Ranges = RangeLists<config>;
      constexpr Word quick = QuickLists<config>::largest;
      if (size <= quick) return waiting >= size && waiting <= quick && waiting - size <= 2 * granule;
      if (size <= Ranges::largest && waiting >= size && waiting < Ranges::end)
        return Ranges::of(waiting) - Ranges::of(size) <= 1u << (config.range_bits - 2);
    }
    return waiting == size;
  }
  /// The largest request that may have got a block of this size.
  Word own_request(Word size) const {
    return usable_for((rounds ? Bins<config>::certain(size) : size) - overhead());
  }
  Word usable_for(Word bytes) const { return heap_.usable_for(bytes); }
  /// A block of this size is refused, or is certain to be had: no luck is involved.
  bool promises(Word size) const { return rounds && size <= Bins<config>::largest; }
  /// A reallocation to so many bytes lets memory grow under the last block.
  bool small(Word bytes) const { return bytes <= config.slab_limit; }
  bool extends(Word bytes) const { return bytes > heap_.largest_cached; }
  unsigned list(Word size) const { return Bins<config>::of(size); }
  unsigned fitting(Word block_size) const { return Bins<config>::fitting(block_size); }

  // Growth.
  void refuse(bool refuse) { array_.refuses = refuse; }
  Word pages() const { return array_.end / array_.page; }
  bool can_grow(Word pages) const {
    return !array_.refuses && pages * array_.page <= array_.limit - array_.end;
  }
  /// The pages that a block of `block_size` bytes needs, when the newest pool ends in `tail` free bytes.
  Word growth(Word block_size, Word tail) const {
    return (lacking(block_size, tail) + array_.page - 1) / array_.page;
  }
  /// The pages more that it takes, if they are to be had.
  Word growth_step(Word block_size, Word tail) const {
    const Word step = heap_.bytes_of(heap_.newest_pool()) >> config.growth_shift;
    const Word least = lacking(block_size, tail);
    return step > least ? (step - least) / array_.page : 0;
  }

  bool can_take_foreign() const {
    return array_.limit - array_.end >= array_.page && array_.end == array_.initial;
  }
  void take_foreign() { foreign_ = array_.take_foreign(); }
  bool foreign_untouched() const {
    for (Word i = 0; foreign_ && i < array_.page; ++i)
      if (memory[foreign_ + i] != Array::foreign) return false;
    return true;
  }

  // Contents: a function of the place.
  Word offset(Word payload) const { return payload - reinterpret_cast<Word>(memory); }
  bool same_pool(Word, Word) const { return true; }
  static unsigned char pattern(Word place, Word i) {
    return static_cast<unsigned char>(place / granule * 31 + i * 7 + 1);
  }
  void fill(Word payload, Word bytes) {
    for (Word i = 0; i < bytes; ++i) reinterpret_cast<unsigned char*>(payload)[i] = pattern(payload, i);
  }
  bool is_filled(Word payload, Word bytes) const { return is_filled_from(payload, payload, bytes); }
  void clear(Word payload, Word bytes) { heap_.clear(reinterpret_cast<void*>(payload), bytes); }
  bool is_zero(Word payload, Word bytes) const {
    for (Word i = 0; i < bytes; ++i)
      if (reinterpret_cast<unsigned char*>(payload)[i]) return false;
    return true;
  }
  bool is_filled_from(Word payload, Word place, Word bytes) const {
    for (Word i = 0; i < bytes; ++i)
      if (reinterpret_cast<unsigned char*>(payload)[i] != pattern(place, i)) return false;
    return true;
  }

  /// How much of the wilderness is known to be 0 makes other states of the same picture: five times as many, which with
  /// quick lists are too many.
  std::string key() const {
    const Word touched = config.quick_lists == 0 ? heap_.tlsf().touched()->address() : 0;
    std::string key =
        std::to_string(array_.end) + '/' + std::to_string(foreign_) + '/' + std::to_string(touched);
    heap_.quarantine().each([&](const Block* block) {
      key += '!' + std::to_string(block->address());
      return true;
    });
    return key;
  }
  std::string save() const {
    std::string saved(reinterpret_cast<const char*>(this), sizeof *this);
    return saved.append(reinterpret_cast<const char*>(memory), array_.limit);
  }
  void restore(const std::string& saved) {
    memcpy(static_cast<void*>(this), saved.data(), sizeof *this);
    memcpy(memory, saved.data() + sizeof *this, saved.size() - sizeof *this);
  }

  bool joins() const {
    const Block* const newest = heap_.newest_pool();
    return config.coalesce_pools && newest->address() + heap_.bytes_of(heap_.newest_pool()) + granule ==
                                        ArraySource(const_cast<Array&>(array_)).next(0);
  }

 private:
  Word lacking(Word block_size, Word tail) const {
    return joins() ? block_size - tail : block_size + granule;
  }

  // Of all models in turn, so that addresses, and with them the alignments that occur, are the same.
  alignas(64 * granule) static inline unsigned char memory[64 * granule];

  const char* name_;
  Array array_;
  Word foreign_ = 0;
  Heap<config, ArraySource> heap_{ArraySource(array_)};
};

template <Config config>
void explore(const char* name, Word initial, Word page, Word limit, Limits limits) {
  HeapModel<config> model(name, initial, page, limit);
  Explorer<HeapModel<config>>(model, std::move(limits)).explore();
}

// Rows enough for every block of the model, a few lists each. All count what is in use, and each step's walk holds that against
// what it finds.
constexpr Config plain{.first_levels = 4, .second_level_bits = 1, .usage = true};
constexpr Config coarse{
    .first_levels = 2, .second_level_bits = 1, .usage = true};  // large blocks share the last list
constexpr Config apart{.first_levels = 4, .second_level_bits = 1, .coalesce_pools = false, .usage = true};
constexpr Config stepping{.first_levels = 4, .second_level_bits = 1, .growth_shift = 0, .usage = true};
constexpr Config quick{
    .first_levels = 4, .second_level_bits = 1, .quick_lists = 4, .quick_blocks = 2, .usage = true};
constexpr Config patient{
    .first_levels = 4, .second_level_bits = 1, .quick_lists = 3, .quick_blocks = 4, .usage = true};
constexpr Config loose{.first_levels = 4,
                       .second_level_bits = 1,
                       .quick_lists = 3,
                       .quick_blocks = 2,
                       .slack_shift = 1,
                       .usage = true};
constexpr Config ranged{.first_levels = 3,
                        .second_level_bits = 2,
                        .quick_lists = 3,
                        .quick_blocks = 1,
                        .range_limit = 8 * granule,
                        .range_bits = 2,
                        .range_bytes = 10 * granule,
                        .usage = true};
constexpr Config hardened{.first_levels = 3,
                          .second_level_bits = 2,
                          .quick_lists = 3,
                          .quick_blocks = 2,
                          .hardened = true,
                          .usage = true};
constexpr Config quarantined{.first_levels = 3,
                             .second_level_bits = 2,
                             .quick_lists = 3,
                             .quick_blocks = 1,
                             .hardened = true,
                             .usage = true,
                             .poison_bytes = 16 * granule,
                             .poison_checked = 2 * granule,
                             .quarantine_blocks = 2,
                             .quarantine_bytes = 8 * granule};
constexpr Config discarding{
    .first_levels = 4, .second_level_bits = 1, .discard_above = 8 * granule, .discard_page = 4 * granule};
constexpr Config slabs{.first_levels = 4,
                       .second_level_bits = 1,
                       .quick_lists = 4,
                       .quick_blocks = 1,
                       .slab_limit = 2 * granule,
                       .slab_unit = granule,
                       .slab_page = 4 * granule,
                       .slab_leaves = 4,
                       .leaf_pages = 2,
                       .leaf_share = 1,
                       .slab_batch = 2,
                       .empty_pages = 1,
                       .usage = true};
constexpr Config eager = [] {
  Config config = slabs;
  config.slab_growth = 64 * granule;
  return config;
}();

}  // namespace

// With an argument the heaps are smaller: enough where a native build walks the larger ones.
int main(int count, char**) {
  const Word fewer = count > 1 ? 2 : 0;  // granules
  const Word fewer_pages = count > 1 ? 1 : 0;
  const Limits limits{.largest_request = 8, .alignments = {2, 4}, .aligned_requests = {1, 3}};
  explore<plain>("one pool", 11 - fewer, 4, 0, limits);
  explore<coarse>("one pool, 4 lists", 11 - fewer, 4, 0, limits);
  explore<plain>("growth by pages of 3 granules", 4, 3, 2 - fewer_pages, limits);
  explore<stepping>("growth in steps of the pool's size", 4, 2, 3 - fewer_pages, limits);
  explore<apart>("pools that do not join", 4, 3, 2 - fewer_pages, limits);
  explore<quick>("quick lists", 5 - fewer, 4, 1, limits);
  explore<patient>("quick lists that wait", 5 - fewer, 4, 1, limits);
  explore<loose>("blocks that are not split for little", 5 - fewer, 4, 1, limits);
  explore<ranged>("lists of ranges", 5 - fewer, 4, 1, limits);
  explore<hardened>("guarded blocks", 5 - fewer, 4, 1, limits);
  explore<quarantined>("guarded blocks that wait in a quarantine", 4 - fewer / 2, 4, 1, limits);
  explore<discarding>("large free blocks are given back", 7 - fewer, 4, 1, limits);
  const Limits few{.largest_request = 3, .alignments = {2}, .aligned_requests = {1}};
  explore<slabs>("a slab page of 4 granules", 9, 8, 0, few);
  explore<slabs>("the same, with growth", 5, 4, 1, few);
  explore<eager>("the same, which grows for a page", 3, 10, 1,
                 Limits{.largest_request = 2, .alignments = {}, .aligned_requests = {}});
  puts("14 passed, 0 failed");
}

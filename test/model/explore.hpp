// The model check: walks every state that a small heap can reach, and holds each single step against a
// specification that knows nothing of lists, only of pictures: blocks, their sizes and whether they are in use.
//
//     state -- allocate any size, any alignment, growth granted or refused --> state
//           -- free any block, and its own size is served ---------------------> ...
//           -- allocate the largest request that is certain to succeed -------->
//           -- reallocate any block to any size, growth granted or refused --->
//           -- somebody else takes a page -------------------------------------->
//
// States are folded by their picture (blocks, order of the lists, pages), so the walk ends; how many there were is
// printed. A fault prints the way to it from the empty heap.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "src/stats.hpp"
#include "test/support/expect.hpp"
#include "test/support/picture.hpp"

namespace heaplet {

struct Limits {
  Word largest_request;                ///< granules
  std::vector<Word> alignments;        ///< granules, beyond 1
  std::vector<Word> aligned_requests;  ///< granules
};

/// What a model must offer: see heap_model.cpp.
template <class Model>
class Explorer {
 public:
  Explorer(Model& model, Limits limits) : model_(model), limits_(std::move(limits)) {}

  void explore() {
    model_.begin();
    visit(0, "begin");
    for (size_t at = 0; at < states_.size(); ++at) {
      from_ = at;
      const std::string saved = std::move(states_[at].saved);
      model_.restore(saved);
      before_ = look();
      step_all(saved);
    }
    printf("  %-44s %8zu states, %9zu steps\n", model_.name(), states_.size(), steps_);
    fflush(stdout);
  }

 private:
  static constexpr bool slabs = SlabView<decltype(std::declval<Model>().view())>;
  static constexpr Word unit = decltype(std::declval<Model>().view())::granule;

  struct State {
    size_t from;
    std::string step;
    std::string saved;
  };

  /// A picture, and what the specification derives from it.
  struct Picture {
    std::map<Word, Word> used;     // payload -> size
    std::vector<BlockInfo> spare;  // free and cached, in the order of memory
    std::vector<std::vector<BlockInfo>> pools;
    Word wilderness = 0;  // the payload of the free block that is in no list; or 0
    Word bytes = 0;       // of all pools
    bool cached = false;  // some block is
    Word pages = 0;
    std::set<Word> slots;  // of slab pages, used or not

    /// The same with every cached block merged: what a growth may count on. The newest pool comes first.
    std::vector<std::vector<Word>> merged_free() const {
      std::vector<std::vector<Word>> result;
      for (const auto& pool : pools) {
        std::vector<Word> sizes;
        bool open = false;
        for (const BlockInfo& block : pool) {
          if (block.use == Use::used)
            open = false;
          else if (open)
            sizes.back() += block.size;
          else
            sizes.push_back(block.size), open = true;
        }
        if (!open) sizes.push_back(0);  // nothing free at the end
        result.push_back(sizes);
      }
      return result;
    }
  };

  /// The same for a heap with slab pages, of whose blocks the pools are not made up.
  Picture look_into_slabs() const {
    Picture seen;
    each_block(model_.view(), [&](const BlockInfo& block) {
      if (block.use == Use::used)
        seen.used[block.payload] = block.size;
      else
        seen.spare.push_back(block);
      if (block.slab) seen.slots.insert(block.payload);
    });
    model_.view().each_pool([&](Word, Word bytes) {
      seen.bytes += bytes;
      return true;
    });
    seen.pages = model_.pages();
    return seen;
  }

  Picture look() const {
    if constexpr (slabs) return look_into_slabs();
    Picture seen;
    const auto view = model_.view();
    const MarkedCached marked(view);
    view.each_pool([&](Word first, Word bytes) {
      seen.pools.emplace_back();
      for (Word at = first; at - first < bytes; at += view.size(at)) {
        const Use use = view.is_free(at) ? Use::free : view.marked_cached(at) ? Use::cached : Use::used;
        const BlockInfo block{at + unit, view.size(at), use};
        seen.pools.back().push_back(block);
        seen.cached |= use == Use::cached;
        if (use == Use::free && view.list_of(at) != model_.list(block.size)) seen.wilderness = block.payload;
        if (use == Use::used)
          seen.used[block.payload] = block.size;
        else
          seen.spare.push_back(block);
      }
      seen.bytes += bytes;
      return true;
    });
    seen.pages = model_.pages();
    return seen;
  }

  /// Everything that can influence what happens next.
  std::string fold() const {
    const auto view = model_.view();
    std::string key = picture(view) + model_.key();
    if constexpr (slabs) key += slab_picture(view) + slab_lists(view);
    for (unsigned list = 0; list < view.lists(); ++list)
      for (Word at = view.head(list); at; at = view.next_free(at)) key += ',' + std::to_string(at);
    for (unsigned list = 0; list < view.quick_lists(); ++list)
      for (Word at = view.quick_head(list); at; at = view.quick_next(at)) key += ';' + std::to_string(at);
    return key;
  }

  void visit(size_t from, const std::string& step) {
    if (!seen_.emplace(fold(), states_.size()).second) return;
    states_.push_back({from, step, model_.save()});
  }

  [[noreturn]] void fail(const std::string& what) const {
    std::string way = step_ + "\n    = " + picture(model_.view());
    for (size_t at = from_;; at = states_[at].from) {
      way = states_[at].step + "\n    " + way;
      if (at == 0) break;
    }
    expect::fail(__FILE__, __LINE__, std::string(model_.name()) + ": " + what + "\n    " + way);
  }

  void require(bool condition, const char* what) const {
    if (!condition) fail(what);
  }

  /// One step from the current state: `act` does it and checks it; then every invariant, and back. Whether growth is
  /// refused is no part of a state: going back would end it, and a state that is kept would refuse for ever.
  template <class Act>
  void step(const std::string& name, const std::string& saved, Act act, bool refuse = false) {
    step_ = refuse ? name + ", growth refused" : name;
    ++steps_;
    model_.refuse(refuse);
    act();
    model_.refuse(false);
    if (const Fault fault = check(model_.view())) fail(fault.what);
    require(model_.foreign_untouched(), "somebody else's page was written");
    visit(from_, step_);
    model_.restore(saved);
  }

  void step_all(const std::string& saved) {
    for (const bool refuse : {false, true}) {
      for (Word size = 1; size <= limits_.largest_request; ++size)
        step("allocate " + std::to_string(size), saved, [&] { allocate(size, 1); }, refuse);
      for (const Word alignment : limits_.alignments)
        for (const Word size : limits_.aligned_requests)
          step(
              "allocate " + std::to_string(size) + " at " + std::to_string(alignment), saved,
              [&] { allocate(size, alignment); }, refuse);
      for (const auto& [payload, old] : before_.used) {
        if (model_.is_pinned(payload)) continue;
        for (Word size = 1; size <= limits_.largest_request; ++size)
          step(
              "reallocate " + describe(payload) + " to " + std::to_string(size), saved,
              [&] { reallocate(payload, old, size); }, refuse);
      }
    }
    for (const auto& [payload, size] : before_.used) {
      if (!model_.is_pinned(payload)) step("free " + describe(payload), saved, [&] { free(payload); });
      // A block of any size may have been asked for as any smaller one last.
      if constexpr (slabs)
        for (Word bytes = unit; bytes <= usable(before_, payload, size); bytes += unit)
          step("free " + describe(payload) + " by its size", saved, [&] { free(payload, bytes); });
    }
    step("allocate the largest", saved, [&] { largest(); });
    if (model_.can_take_foreign())
      step("a foreign page", saved, [&] {
        model_.take_foreign();
        require(look().used == before_.used, "a foreign page changed a block");
      });
  }

  std::string describe(Word payload) const {
    return "block at granule " + std::to_string(model_.offset(payload) / unit);
  }

  // The bytes of a used block follow from its place, so that any write to another's block shows.
  void fill(Word payload, Word size) { model_.fill(payload, size - model_.overhead()); }

  void expect_untouched(const std::map<Word, Word>& used, Word except) const {
    for (const auto& [payload, size] : used)
      if (payload != except)
        require(model_.is_filled(payload, usable(before_, payload, size)), "a block's bytes changed");
  }

  Word usable(const Picture& seen, Word payload, Word size) const {
    if constexpr (slabs)
      return seen.slots.count(payload) ? size : model_.usable_for(size - model_.overhead());
    return size - model_.overhead();
  }

  // With slab pages a picture does not say where a block comes from. What every caller may rely on is all the same: a block
  // of its own that is large enough, all others as they were; null only where neither what is free, merged, nor growth
  // serves; memory that does not grow while it does.

  /// @param bytes that were asked for
  /// @param there the block that memory may grow under
  void expect_slab_allocation(Word bytes, Word alignment, Word payload, const Picture& after,
                              bool small) const {
    const Word largest = before_largest_;
    const bool grew = after.pages != before_.pages;
    if (alignment == 1 && bytes <= largest)
      require(payload, "a request was refused that is certain to succeed");
    const Word least =
        model_.growth(model_.rounded(round_up(bytes + model_.overhead(), unit)) + (alignment - 1) * unit, 0);
    if (model_.can_grow(least)) require(payload, "a request was refused although memory can grow");
    if (grew) require(payload && (small || bytes > largest || alignment > 1), "memory grew without need");
  }

  void allocate_in_slabs(Word bytes, Word alignment) {
    before_largest_ = stats(model_.view()).largest_request;
    const Word payload = model_.allocate(bytes, alignment * unit);
    const Picture after = look();
    expect_slab_allocation(bytes, alignment, payload, after, model_.small(bytes));
    std::map<Word, Word> used = before_.used;
    if (payload) {
      require(payload % (alignment * unit) == 0, "a block is not aligned");
      const auto found = after.used.find(payload);
      require(found != after.used.end(), "a call returned something that is no block");
      require(usable(after, payload, found->second) >= bytes, "a block is too small");
      require(used.emplace(payload, found->second).second, "a block was handed out twice");
    }
    require(after.used == used, "an allocation changed a block that it had no business with");
    expect_untouched(before_.used, 0);
    if (!payload) return;
    if (alignment == 1) {
      model_.clear(payload, bytes);
      require(model_.is_zero(payload, bytes), "a block that was cleared is not 0");
    }
    model_.fill(payload, usable(after, payload, after.used.at(payload)));
  }

  void reallocate_in_slabs(Word payload, Word old, Word bytes) {
    before_largest_ = stats(model_.view()).largest_request;
    const Word had = usable(before_, payload, old);
    const Word moved = model_.reallocate(payload, bytes);
    const Picture after = look();
    if (bytes <= had) require(moved == payload, "a block moved, or was refused, that is large enough");
    if (!moved)
      expect_slab_allocation(bytes, 1, 0, after, false);
    else if (after.pages != before_.pages)
      require(model_.small(bytes) || bytes > before_largest_, "memory grew without need");
    std::map<Word, Word> used = before_.used;
    if (moved) {
      const auto found = after.used.find(moved);
      require(found != after.used.end(), "a call returned something that is no block");
      require(usable(after, moved, found->second) >= bytes, "a block is too small");
      used.erase(payload);
      require(used.emplace(moved, found->second).second, "a block was handed out twice");
      require(model_.is_filled_from(moved, payload, bytes < had ? bytes : had), "a reallocation lost bytes");
    }
    require(after.used == used, "a reallocation changed a block that it had no business with");
    expect_untouched(before_.used, payload);
    if (moved)
      model_.fill(moved, usable(after, moved, used.at(moved)));
    else
      require(model_.is_filled(payload, had), "a refused reallocation changed the block");
  }

  /// The order of everything in slab pages' lists.
  template <class View>
  static std::string slab_lists(const View& view) {
    std::string key;
    if constexpr (slabs)
      for (unsigned number = 0; number <= View::kinds; ++number) {
        const Word kind = number * sizeof(Word);
        for (Word at = view.waiting_head(kind); at; at = view.quick_next(at)) key += ':' + std::to_string(at);
        for (Word page = view.partial_head(kind); page; page = view.next_page(page)) {
          key += '[' + std::to_string(page);
          Word slot = view.first_slot(page);
          for (Word left = view.fresh(page) - view.used(page); left; --left, slot = view.quick_next(slot))
            key += '.' + std::to_string(slot);
        }
        key += '/';
      }
    return key;
  }

  /// What an allocation of `block_size` bytes must do, by the picture alone.
  struct Verdict {
    bool succeeds;
    Word pages;          // that are taken
    bool lucky = false;  // or, just as well, none: a block that no list promises may turn up
    bool stays = false;  // where the block is that is resized: there is space once all is merged
  };

  /// @param there bytes before the wilderness on which a growth may count
  Verdict verdict(Word size, Word block_size, Word alignment, Word there = 0) const {
    const auto view = model_.view();
    const unsigned fitting = model_.fitting(block_size);
    const unsigned own = model_.list(block_size);
    bool lucky = false;
    bool hit = false;
    each_cached(view, [&](unsigned list, Word payload) {
      hit |= model_.serves(view.quick_size(list, payload), size, alignment) &&
             payload == view.quick_head(list) && payload % (alignment * unit) == 0;
      return true;
    });
    if (hit) return {true, 0};
    for (const BlockInfo& block : before_.spare) {
      if (block.use != Use::free || block.size < block_size) continue;
      // At the end of the pool that can grow, or where all blocks fit, or the first of the request's own list.
      const unsigned list = view.list_of(block.payload - unit);
      if (block.payload == before_.wilderness || list >= fitting) return {true, 0};
      if (model_.looks_near && list == own && view.head(own) == block.payload - unit) return {true, 0};
    }
    // All cached blocks are merged. The newest pool comes first, and in it what can grow last.
    const auto merged = before_.merged_free();
    const Word tail = merged.front().back();
    if (model_.uses_tail && tail >= block_size) return {true, 0};
    for (const auto& pool : merged)
      for (const Word free : pool) {
        if (free < block_size) continue;
        if (model_.list(free) >= fitting) return {true, 0};
        lucky |= model_.looks_near && model_.list(free) == own;
      }
    if (there && there + tail >= block_size) return {true, 0, lucky, true};
    const Word least = model_.growth(block_size, tail + there);
    const Word step = model_.growth_step(block_size, tail + there);
    if (model_.can_grow(least + step)) return {true, least + step, lucky};
    if (model_.can_grow(least)) return {true, least, lucky};
    return {false, 0, lucky};
  }

  /// A verdict is kept: the block is there or not, and memory has grown as it must.
  void expect_kept(const Verdict& expected, bool succeeded, Word pages) const {
    if (expected.lucky && succeeded && pages == 0) return;
    require(succeeded == expected.succeeds, "a call failed that must succeed, or the reverse");
    require(pages == expected.pages, "a call took another number of pages than needed");
  }

  /// The size of a block that was allocated without an alignment, by the picture after: exactly what it needs, `size`, or
  /// all of the free block that was found if little would have been left. Which one that was is unknown where cached
  /// blocks may have been merged first.
  Word expect_size(const Picture& after, Word payload, Word size) const {
    const Word slack = model_.slack(size);
    const auto found = after.used.find(payload);
    require(found != after.used.end(), "a call returned something that is no block");
    const Word got = found->second;
    const bool waited = before_.cached && model_.serves(got, size, 1);
    require((got >= size && got - size <= slack) || waited, "a block is too small, or too large");
    const Word whole = before_.cached ? 0 : listed_at(payload);
    if (whole)
      require(got == (whole - size > slack ? size : whole), "a block was split for little, or not split");
    return got;
  }

  /// The size of the free block at a place, if it is one in a list; or 0.
  Word listed_at(Word payload) const {
    for (const BlockInfo& block : before_.spare)
      if (block.use == Use::free && block.payload == payload && payload != before_.wilderness)
        return block.size;
    return 0;
  }

  void allocate(Word granules, Word alignment) {
    if constexpr (slabs) return allocate_in_slabs(granules * unit - model_.overhead(), alignment);
    const Word asked = granules * unit;
    const Word size = model_.rounded(asked);
    const Verdict expected = verdict(size, model_.rounded(asked + (alignment - 1) * unit), alignment);
    const Word payload = model_.allocate(asked - model_.overhead(), alignment * unit);
    const Picture after = look();
    expect_kept(expected, payload != 0, after.pages - before_.pages);
    std::map<Word, Word> used = before_.used;
    Word got = size;
    if (payload) {
      require(payload % (alignment * unit) == 0, "a block is not aligned");
      if (alignment == 1) got = expect_size(after, payload, size);
      require(used.emplace(payload, got).second, "a block was handed out twice");
    }
    require(after.used == used, "an allocation changed a block that it had no business with");
    expect_untouched(before_.used, 0);
    if (!payload) return;
    if (alignment == 1) {
      model_.clear(payload, asked - model_.overhead());
      require(model_.is_zero(payload, asked - model_.overhead()), "a block that was cleared is not 0");
    }
    fill(payload, got);
  }

  /// @param bytes the size that its owner knows; or 0
  void free(Word payload, Word bytes = 0) {
    if constexpr (requires { model_.deallocate_sized(payload, bytes); })
      bytes == 0 ? model_.deallocate(payload) : model_.deallocate_sized(payload, bytes);
    else
      model_.deallocate(payload);
    const Picture after = look();
    std::map<Word, Word> used = before_.used;
    used.erase(payload);
    require(after.used == used, "a free changed another block");
    require(after.bytes == before_.bytes && after.pages == before_.pages, "a free changed the memory");
    expect_untouched(used, 0);
    const Word size = before_.used.at(payload);
    if (bytes != 0) return expect_served(bytes, "what was just freed by its size is refused to that");
    expect_served(before_.slots.count(payload) ? size : model_.own_request(size),
                  "what was just freed is refused to its own size");
  }

  /// A request succeeds although memory cannot grow; and nothing has changed when this returns.
  void expect_served(Word bytes, const char* otherwise) {
    const std::string saved = model_.save();
    model_.refuse(true);
    require(model_.allocate(bytes, unit), otherwise);
    model_.restore(saved);
  }

  /// The statistics name the largest request that is certain to succeed. So whatever was freed, and not taken since, serves
  /// its own size: it lies in what they looked at.
  void largest() {
    const Word largest = stats(model_.view()).largest_request;
    if (before_.spare.empty()) return require(largest == 0, "there is no free block, and one is named");
    for (const BlockInfo& block : before_.spare)
      require(largest >= (block.slab ? block.size : model_.own_request(block.size)) || !model_.rounds,
              "a free block's own size is more than the largest request");
    // Of a free block that holds no class whole, nothing is asked: not even a request of no bytes, which gets a byte.
    require(slabs || largest != 0, "there is a free block, and none is named");
    if (largest != 0) expect_served(largest, "the largest request that is certain to succeed is refused");
    // A leaf of the map of slab pages, which may turn out to be free too, is not looked at.
    if constexpr (slabs) return;
    const Word next = model_.rounded(round_up(largest + 1 + model_.overhead(), unit));
    model_.refuse(true);
    const Verdict more = verdict(next, next, 1);
    if (!model_.promises(next) || more.lucky) return;
    require(!more.succeeds && !model_.allocate(largest + 1, unit),
            "a larger request is certain to succeed too");
  }

  void reallocate(Word payload, Word old, Word granules) {
    if constexpr (slabs) return reallocate_in_slabs(payload, old, granules * unit - model_.overhead());
    const Word size = model_.rounded(granules * unit);
    const Word bytes = granules * unit - model_.overhead();
    const Word there = model_.extends(bytes) && is_last(payload, old) ? old : 0;
    const Verdict expected = verdict(size, size, 1, there);
    const bool fits = model_.resizes_in_place && size <= old + free_after(payload, old);
    const bool must_extend = there && expected.pages != 0 && model_.joins() && granules * unit > old;
    const Word moved = model_.reallocate(payload, bytes);
    const Picture after = look();
    // A block that cannot move shrinks where it is, or grows into what was merged for its sake.
    const Word at_worst = old + (model_.resizes_in_place ? merged_after(payload, old) : 0);
    // And one that was handed out whole stays as it is where its size would be rounded to more than it has.
    const bool kept = model_.resizes_in_place && !fits && granules * unit <= old;
    const bool stays = kept || expected.stays || (size <= at_worst && !expected.succeeds);
    const bool extended = there && moved == payload && expected.pages != 0;
    const bool in_place = fits || stays || extended;
    if (must_extend) require(moved == payload, "the last block moved, although memory could grow under it");
    expect_kept(fits || stays ? Verdict{true, 0} : expected, moved != 0, after.pages - before_.pages);
    std::map<Word, Word> used = before_.used;
    if (in_place) require(moved == payload, "a reallocation moved a block that could grow");
    Word got = kept || (stays && !model_.resizes_in_place) ? old : size;
    if (moved) {
      used.erase(payload);
      if (!in_place) got = expect_size(after, moved, size);
      require(used.emplace(moved, got).second, "a block was handed out twice");
    }
    require(after.used == used, "a reallocation changed a block that it had no business with");
    if (moved) {
      const Word kept = (size < old ? size : old) - model_.overhead();
      require(model_.is_filled_from(moved, payload, kept), "a reallocation lost bytes");
    }
    expect_untouched(used, moved);
    if (moved) fill(moved, got);
  }

  /// A used block is the last one of the pool that may grow.
  bool is_last(Word payload, Word size) const {
    const auto& newest = before_.pools.front();
    const BlockInfo& last = newest.back();
    return payload >= newest.front().payload &&
           payload + size + merged_after(payload, size) == last.payload + last.size;
  }

  /// The free block right behind a used one.
  Word free_after(Word payload, Word size) const {
    for (const BlockInfo& block : before_.spare)
      if (block.use == Use::free && block.payload == payload + size &&
          model_.same_pool(payload, block.payload))
        return block.size;
    return 0;
  }

  /// The same with what is cached there, and all that follows.
  Word merged_after(Word payload, Word size) const {
    Word end = payload + size;
    for (const BlockInfo& block : before_.spare)
      if (block.payload == end && model_.same_pool(payload, block.payload)) end += block.size;
    return end - payload - size;
  }

  Model& model_;
  Limits limits_;
  std::vector<State> states_;
  std::unordered_map<std::string, size_t> seen_;
  Picture before_;
  Word before_largest_ = 0;
  size_t from_ = 0;
  size_t steps_ = 0;
  std::string step_;
};

}  // namespace heaplet

// Giving memory back: the pages of large free blocks, through a hook.
#pragma once

#include "block.hpp"

extern "C" {
/// With Config::discard_above: called with whole pages that hold nothing any more. They must be 0 when it returns, or when they
/// are looked at next: it is memory.discard, or POSIX's madvise, or nothing but memset. It may not call the heap.
void heaplet_discard(void* start, size_t bytes);
}

namespace heaplet {

//   start                                                       end
//   | header | links | ..... |  page  |  page  |  page  | ... footer | header ...
//                            ^ first_page               ^ last_page: whole pages between links and footer
//
// Every free block of at least discard_above bytes has 0 in such pages: they are given back when it comes to be, and what is
// split off from it is a part of it. So when free blocks join only what was not free yet is new, and what lies around it: a
// page that ended, or began, with a neighbour's links.

/// What has just become free, for a report: nothing where none is wanted.
template <Config config, bool on = config.discard_above != 0>
class Freed {
 public:
  Freed(const Block*, const Block*) {}
  void joins_before(const Block*) {}
  void joins_behind(const Block*) {}
  void report(const Block*, const Block*) const {}
};

template <Config config>
class Freed<config, true> {
 public:
  /// @param from, to the blocks between which memory was in use
  Freed(const Block* from, const Block* to) : from_(from), to_(to) {}

  /// It begins further in front: what a block that gets smaller leaves over. @returns whether there is any
  bool begins_at(const Block* from) {
    const bool is_before = from < from_;
    if (is_before) from_ = from;
    return is_before;
  }

  /// A free block joins. Only of a large one the pages are given back already.
  void joins_before(const Block* block) {
    if (block->size() < config.discard_above) from_ = block;
  }
  void joins_behind(const Block* block) {
    if (block->size() < config.discard_above) to_ = block->next();
  }

  /// All of it is a free block from `start` to `end` now.
  void report(const Block* start, const Block* end) const {
    if (Block::distance(start, end) >= config.discard_above) report(start, last_page(end), first_page(to_));
  }

  /// All of it is a wilderness from `start` to `limit` now, which is 0 behind the header at `touched`; nothing lies at its end.
  /// @returns whether it is 0 from its first page on
  bool report(const Block* start, const Block* limit, const Block* touched) const {
    if (Block::distance(start, limit) < config.discard_above) return false;
    return report(start, round_down(limit->address() + granule, config.discard_page),
                  round_up(touched->address() + granule, config.discard_page));
  }

  /// The whole pages of a free block lie between these.
  static Word first_page(const Block* start) {
    return round_up(start->address() + offsetof(Block, previous_free) + sizeof(Word), config.discard_page);
  }
  static Word last_page(const Block* end) {
    return round_down(end->address() + offsetof(Block, before), config.discard_page);
  }

 private:
  /// The pages up to `end`, where the last whole one ends, but none from `zeros` on, where they are 0 already.
  /// @returns whether they are from there to `end`
  bool report(const Block* start, Word end, Word zeros) const {
    // In distances from the start, because what is rounded up may wrap.
    const Word origin = start->address();
    end -= origin, zeros -= origin;
    const Word links = first_page(start) - origin, around = last_page(from_) - origin;
    const Word first = from_ != start && around > links ? around : links;
    const Word last = zeros < end ? zeros : end;
    if (first < last) heaplet_discard(reinterpret_cast<void*>(origin + first), last - first);
    return zeros <= end;
  }

  const Block* from_;
  const Block* to_;
};

}  // namespace heaplet

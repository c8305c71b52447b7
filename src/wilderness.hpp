// The wilderness: the free memory at the end of the pool that may grow.
#pragma once

#include "block.hpp"

namespace heaplet {

//     | used | free | used | sentinel          wilderness              |          |
//                          ^ end_             ^ touched_: 0 from here  ^ limit_   ^ the pool's end
//
// The pool's sentinel is not at its end, but moves with the last used block. So the wilderness is in no list and has
// neither header nor footer: it is cut more often than any other block. What lies behind the headers at `touched_` and
// at `end_` is 0: its source said so, and it was never handed out.
class Wilderness {
 public:
  /// The sentinel of the pool that may grow, and where it would be if all were used; null while no pool may.
  Block* end() const { return end_; }
  Block* limit() const { return limit_; }
  /// For tests: see above.
  Block* touched() const { return touched_; }
  /// The free bytes between them.
  Word wilderness() const { return Block::distance(end_, limit_); }

  /// Of a used block, the last one of all: the bytes of its payload that may be other than 0, if it was cut from the
  /// wilderness just now.
  Word dirty_bytes(const Block* block) const {
    return touched_ > block ? Block::distance(block, touched_) : 0;
  }

  /// The pool that may grow is a new one from now on, which has no block yet, only a sentinel.
  void begin_end(Block* sentinel) {
    limit_ = sentinel;
    move_end(sentinel);
  }

  /// That pool takes `size` bytes more, which are 0 from an address on. (What was 0 before them is forgotten.)
  void extend(Word size, Word zero_from) {
    limit_ = limit_->after(size);
    touched_ = Block::at(zero_from - granule);
  }

 protected:
  bool is_end(const Block* block) const { return block == end_; }

  /// A used block of `size` bytes from the wilderness; or null.
  Block* cut_wilderness(Word size) {
    Block* const block = end_;
    if (wilderness() < size) return nullptr;
    move_end(block->after(size));
    block->header = Block::header_of(size);
    return block;
  }

  /// The end moves back: what lies between is not 0 any more.
  void move_end_back(Block* sentinel) {
    if (end_ > touched_) touched_ = end_;
    move_end(sentinel);
  }

  /// It has grown by what was freed before it, and may give back pages of it.
  template <class Freed>
  void give_back(Freed freed) {
    if (freed.report(end_, limit_, touched_)) touched_ = Block::at(Freed::first_page(end_) - granule);
  }

  void move_end(Block* sentinel) {
    sentinel->header = 0;
    end_ = sentinel;
  }

 private:
  Block* end_ = nullptr;
  Block* limit_ = nullptr;
  Block* touched_ = nullptr;
};

/// Where no pool may grow there is none, and nothing asks for it.
class NoWilderness {
 public:
  static Block* end() { return nullptr; }
  static Block* limit() { return nullptr; }
  static Word wilderness() { return 0; }

 protected:
  static constexpr bool is_end(const Block*) { return false; }
  static Block* cut_wilderness(Word) { return nullptr; }
  static void move_end_back(Block*) {}
  template <class Freed>
  static void give_back(Freed) {}
};

/// The one of the two.
template <bool grows>
struct WildernessIf {
  using Type = Wilderness;
};
template <>
struct WildernessIf<false> {
  using Type = NoWilderness;
};

}  // namespace heaplet

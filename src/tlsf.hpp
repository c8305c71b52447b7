// Tlsf: constant-time allocation from whatever memory its owner hands in. No growth, no platform.
#pragma once

#include "discard.hpp"
#include "free_lists.hpp"
#include "reallocate.hpp"
#include "wilderness.hpp"

namespace heaplet {

/// Two-level segregated fit (M. Masmano, I. Ripoll, A. Crespo, J. Real: "TLSF: a new dynamic memory allocator
/// for real-time systems", ECRTS 2004, doi 10.1109/EMRTS.2004.1311009).
///
///     start                                                        start + returned size
///      | padding | block | block | block | ............ | block | sentinel |  remainder
///             '-- cut into blocks without gaps, no two free ones side by side --'
///
/// Every operation is O(1), whatever the heap's history; reallocate may also copy the user's bytes.
/// Not safe for concurrent use. A value of this type is zero-initialised, and so long as it stays where it is it may
/// be saved and restored as bytes, together with its pools.
/// @tparam grows one of its pools may grow, as Heap's newest one does, and ends in the wilderness
template <Config config, bool grows = false>
class Tlsf : public WildernessIf<grows>::Type {
  using End = typename WildernessIf<grows>::Type;

 public:
  using Bins = heaplet::Bins<config>;

  /// Adds a region of memory as a pool of its own. It must be writable, must not overlap another pool and
  /// belongs to this heap from now on. Any address and size will do.
  /// @returns the bytes taken, counted from `start`, so that `start + returned` is the pool's end and a place
  ///          for append_free_block; 0 if the region is too small to hold a block and a sentinel.
  Word insert_free_block(void* start, Word bytes) {
    const Word address = reinterpret_cast<Word>(start);
    // The first header is the first word of the pool that ends at a granule boundary.
    const Word first = round_up(address + overhead, granule) - granule;
    const Word padding = first + granule - overhead - address;
    const Word size = pool_bytes(padding, bytes);
    if (size == 0) return 0;
    Block* const block = Block::at(first);
    block->header = 0;  // a sentinel, as if the pool had been empty so far
    append(block, size);
    return padding + size + overhead;
  }

  /// Extends a pool in place. `end` must be the end of a pool, as insert_free_block or an earlier call gave it,
  /// and the memory from there on must be writable and nobody else's.
  /// @returns the bytes taken, counted from `end`; 0 if they are fewer than a granule.
  Word append_free_block(void* end, Word bytes) {
    const Word size = round_down(bytes, granule);
    if (size != 0) append(Block::at(reinterpret_cast<Word>(end) - granule), size);
    return size;
  }

  /// Allocates `bytes` bytes at a multiple of `alignment`, a power of two; every block is aligned to a granule
  /// at least. No bytes are a request too: it gets a block of its own.
  /// @returns null if no block surely fits, or for a bad alignment; nothing has changed then.
  void* allocate(Word bytes, Word alignment = granule) {
    const Word gap = alignment <= granule ? 0 : alignment - granule;
    if (bytes > largest_request - gap || !is_power_of_two(alignment)) return nullptr;
    if constexpr (grows) {  // the wilderness is no block
      const Word size = size_for(bytes);
      Block* const block = take(span_for(size, alignment).value);
      return block ? align(block, size, alignment)->payload() : nullptr;
    } else {
      const auto own = Bins::fit(block_bytes(bytes).value);
      const auto span = gap ? Bins::fit(own.size + gap) : own;
      Block* const block = lists_.take(span.size, span.list);
      return block ? cut(block, own.size, alignment)->payload() : nullptr;
    }
  }

  /// Frees a block: what allocate or reallocate returned and nobody has freed since; or null.
  void deallocate(void* payload) {
    if (payload) release(Block::of_payload(payload));
  }

  /// Resizes a block, in place where it can. The bytes that both sizes have are kept.
  /// @param alignment of the block, needed again in case it moves
  /// @returns the block's place now; or null if there is no memory for it, and the block is as it was.
  void* reallocate(void* payload, Word bytes, Word alignment = granule) {
    if (!payload) return allocate(bytes, alignment);
    if (resize_in_place(payload, bytes)) return payload;
    void* const moved = allocate(bytes, alignment);
    const auto free = [this](void* old) __attribute__((always_inline)) { deallocate(old); };
    return move_block(*this, payload, bytes, moved, free);
  }

  /// Resizes a block without moving it: shrinks it, or lets it grow into a free block behind it.
  /// @returns false if there is no space behind it; it is as it was then.
  bool resize_in_place(void* payload, Word bytes) {
    const Checked size = block_for(bytes);
    return !size.overflow && resize(Block::of_payload(payload), size.value);
  }

  /// The bytes that may be used in a block: what was asked for, or a little more. 0 for null.
  static Word usable_size(const void* payload) {
    return payload ? usable_bytes(Block::of_payload(payload)->size()) : 0;
  }

  /// The first block of the pool that was inserted at `start`. For walking it: see check.hpp.
  static Block* first_block(const void* start) {
    return Block::at(round_up(reinterpret_cast<Word>(start) + overhead, granule) - granule);
  }

  /// The free lists, for the walker.
  const FreeLists<config>& free_lists() const { return lists_; }
  FreeLists<config>& free_lists() { return lists_; }

  // The steps that allocate, deallocate and resize are made of: for Heap.

  /// The size of the block for a request of `bytes`; or overflow. See Config::round_requests.
  static constexpr Checked block_for(Word bytes) {
    const Checked exact = block_bytes(bytes);
    return config.round_requests ? Checked{Bins::round_up(exact.value), exact.overflow} : exact;
  }
  /// The same where it is known that there is none.
  static constexpr Word size_for(Word bytes) {
    const Word exact = block_bytes(bytes).value;
    return config.round_requests ? Bins::round_up(exact) : exact;
  }

  /// The size of a free block in which one of `size` bytes surely fits, however it lies; or overflow, which a bad alignment
  /// is too.
  static Checked span_for(Word size, Word alignment) {
    const Word gap = alignment <= granule ? 0 : alignment - granule;
    if (gap > largest_block - size || !is_power_of_two(alignment)) return {0, true};
    return block_for(usable_bytes(size + gap));
  }

  /// A used block of `size` bytes; or null if no block surely fits. The wilderness is cut last, so that what grows finds
  /// it, and small blocks do not settle there.
  Block* take(Word size) {
    Block* const block = lists_.take(size);
    if (!block) return End::cut_wilderness(size);
    const Word remainder = remainder_of(block->size(), size);
    block->header = Block::header_of(block->size() - remainder);  // the block before a free one is used
    link_remainder(block->next(), remainder);
    return block;
  }

  /// The same where no block fits: from the wilderness alone.
  Block* take_last(Word size) { return End::cut_wilderness(size); }

  /// Makes of a used block one of `size` bytes at a multiple of an alignment, which it is large enough for: frees what lies
  /// before and behind it. Payloads lie on granules, so that is nothing or a block.
  Block* align(Block* block, Word size, Word alignment) {
    if (alignment <= granule) return block;  // it is one already
    const Word payload = block->address() + granule;
    const Word gap = round_up(payload, alignment) - payload;
    if (gap != 0) {
      Block* const aligned = block->after(gap);
      aligned->header = Block::header_of(block->size() - gap);
      block->header -= Block::header_of(block->size() - gap);
      release(block);
      block = aligned;
    }
    resize(block, size);
    return block;
  }

  /// A used block of `size` bytes, a multiple of the granule, whose payload is at a multiple of `alignment`, which is more
  /// than a granule; or null if none is surely to be had. What lies before and behind it is linked in just once.
  Block* take_aligned(Word size, Word alignment) {
    Block* block = lists_.take_aligned(size, alignment);
    if (!block) block = lists_.take(block_for(usable_bytes(size + alignment - granule)).value);
    const auto gap_before = [alignment](const Block* start) {
      const Word address = reinterpret_cast<Word>(start);
      return round_up(address + granule, alignment) - granule - address;
    };
    if (!block) block = End::cut_wilderness(gap_before(End::end()) + size);
    if (!block) return nullptr;
    const Word gap = gap_before(block);
    Block* const aligned = block->after(gap);
    link_remainder(aligned->after(size), block->size() - gap - size);
    aligned->header = Block::header_of(size);
    if (gap != 0) link(block, gap);
    return aligned;
  }

  /// Resizes a used block where it is, if the free memory behind it suffices. For a smaller size it always does.
  bool resize(Block* block, Word size) {
    Block* const next = block->next();
    const bool last = End::is_end(next);
    const bool next_is_free = next->is_free();
    if (next_is_free) lists_.expect_linked(next);
    const Word total =
        last ? Block::distance(block, End::limit()) : block->size() + (next_is_free ? next->size() : 0);
    if (total < size) return false;
    Freed freed(next, next);
    if (next_is_free) {
      freed.joins_behind(next);
      lists_.remove(next);
    }
    block->header = Block::header_of(size) | (block->header & Block::previous_free_flag);
    Block* const behind = block->after(size);
    if (last)
      End::move_end_back(behind);
    else
      link_remainder(behind, total - size);
    if constexpr (config.discard_above != 0)
      if (freed.begins_at(behind)) give_back(freed, behind, last ? nullptr : block->after(total));
    return true;
  }

  /// Frees a used block: merges it with its free neighbours and links it in, or makes it part of the wilderness.
  [[gnu::noinline]] void release(Block* block) {
    Word size = block->size();
    Block* const next = block->after(size);
    Freed freed(block, next);
    if (block->previous_is_free()) {
      Block* const behind = block;
      block = lists_.guard().hide(block->before);
      lists_.expect_linked(block);
      size += block->size();
      freed.joins_before(block);
      lists_.remove(block);
      forget(behind);
    }
    if (next->is_free()) {
      lists_.expect_linked(next);
      freed.joins_behind(next);
      lists_.remove(next);
      size += next->size();
      forget(next);
    } else if (End::is_end(next)) {  // no free block lies there
      End::move_end_back(block);
      if constexpr (config.discard_above != 0) give_back(freed, block, nullptr);
      return;
    }
    link(block, size);
    if constexpr (config.discard_above != 0) give_back(freed, block, block->after(size));
  }

  /// Another pool is to grow from now on: the wilderness is a block as any other. The one before it is used, for what is
  /// freed there becomes a part of it: so it has nothing to merge with.
  void close_end() {
    Block *const end = End::end(), *const limit = End::limit();
    if (end == limit) return;
    limit->header = 0;
    link(end, End::wilderness());
    if constexpr (config.discard_above != 0) give_back(Freed(end, limit), end, limit);
  }

  /// For a repair: no block is in a list, and the pool that may grow is used up to its limit.
  void forget_free() {
    lists_.forget();
    if (Block* const limit = End::limit()) End::move_end(limit);
  }

 private:
  using Freed = heaplet::Freed<config>;

  /// Pages of what was freed: of the free block from here to `end`, or of the wilderness.
  void give_back(Freed freed, Block* start, Block* end) {
    if (end)
      freed.report(start, end);
    else
      End::give_back(freed);
  }

  /// A sentinel becomes a free block, with a new sentinel behind it.
  void append(Block* sentinel, Word size) {
    sentinel->header |= Block::header_of(size);
    sentinel->next()->header = 0;
    if constexpr (config.hardened) lists_.guard().note(sentinel->address(), sentinel->next()->address());
    release(sentinel);
  }

  /// Where a header was, and the footer before it, is nothing now that anybody should see.
  static void forget([[maybe_unused]] Block* block) {
    if constexpr (config.hardened) {
      block->before = Block::at(poison_word);
      block->header = poison_word;
    }
  }

  /// The bytes of blocks in a region after `padding` bytes, the sentinel's header aside; 0 for too small a one.
  static Word pool_bytes(Word padding, Word bytes) {
    if (bytes < padding + granule + overhead) return 0;
    return round_down(bytes - padding - overhead, granule);
  }

  /// What to split off from a free block of `total` bytes of which a request needs `size`; 0 if that is too little.
  static Word remainder_of(Word total, Word size) {
    const Word remainder = total - size;
    return remainder > slack(size) ? remainder : 0;
  }

  /// The bytes that a block found for `size` bytes may have too many: see Config::slack_shift.
  static constexpr Word slack(Word size) {
    constexpr Word largest_quick = Valid<config>::listed;
    if (config.slack_shift == 0 || size <= largest_quick) return 0;
    const Word part = size >> config.slack_shift;
    return part < largest_quick ? part : largest_quick;
  }

  /// Makes of a block that has just left its list one of `size` bytes at a multiple of an alignment, which it is large enough
  /// for, and free blocks of what lies before and behind. As `align` after `take`, but each is linked in once, and whoever
  /// lies behind is told only what is new.
  Block* cut(Block* block, Word size, Word alignment) {
    Word total = block->size();
    Word previous = 0;
    if (alignment > granule) {
      const Word payload = block->address() + granule;
      if (const Word gap = round_up(payload, alignment) - payload) {
        Block* const aligned = block->after(gap);
        link(block, gap, aligned);
        block = aligned;
        total -= gap;
        previous = Block::previous_free_flag;
      }
    }
    const Word remainder = remainder_of(total, size);
    block->header = Block::header_of(total - remainder) | previous;
    Block* const behind = block->next();
    if (remainder != 0)
      link(behind, remainder, behind->after(remainder));
    else
      flag(behind, behind->header & ~Block::previous_free_flag);
    return block;
  }

  /// Makes `size` bytes between two used blocks a free block, in its list.
  void link(Block* block, Word size) {
    Block* const next = block->after(size);
    // The header first: a call that ends in between can be repaired then, four times in five where else it cannot.
    block->header = Block::header_of(size) | Block::free_flag;
    next->before = lists_.guard().hide(block);
    flag(next, next->header | Block::previous_free_flag);
    lists_.insert(block, Bins::of(size));
  }

  /// The same where the block behind knows it already, or is told later.
  void link(Block* block, Word size, Block* next) {
    block->header = Block::header_of(size) | Block::free_flag;
    next->before = lists_.guard().hide(block);
    lists_.insert(block, Bins::of(size));
  }

  /// What is left of a free block: a smaller one; or nothing, which the block there is told.
  void link_remainder(Block* block, Word size) {
    if (size != 0)
      link(block, size);
    else
      flag(block, block->header & ~Block::previous_free_flag);
  }

  /// A block that may be somebody's gets another flag: whoever has it may read its header without a lock.
  static void flag(Block* block, Word header) {
    if constexpr (config.thread_granules != 0)
      block->set_shared_header(header);
    else
      block->header = header;
  }

  FreeLists<config> lists_;
};

}  // namespace heaplet

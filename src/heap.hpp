// Heap: a Tlsf that finds its memory by itself, remembers the blocks freed last and knows its pools.
#pragma once

#include "guard.hpp"
#include "quick_lists.hpp"
#include "source.hpp"
#include "tlsf.hpp"

namespace heaplet {

/// What lies in the first two words of a Heap's pool, which no block uses.
struct Pool {
  Block* previous;  ///< the first block of the pool that was added before; null in the oldest
  Word bytes;       ///< of blocks, from the first one to the sentinel

  static Pool& of(Block* first) { return *reinterpret_cast<Pool*>(first); }
};
static_assert(sizeof(Pool) == sizeof(Block::reserved), "a pool's facts fit before its first block");

///     request -> quick lists -> free lists -> the initial memory -> all cached blocks merged -> growth
///                 (a hit)        (a miss)                                                    of the Source
///
///     newest_ -> | Pool | blocks ......... | sentinel |   -> Pool::previous -> | Pool | ... | sentinel |
///                                                     ^ a region that begins here joins this pool
///
/// Every operation is O(1): a hit and a miss touch a fixed number of blocks, a growth at most
/// Config::quick_blocks, whatever the heap's history. Not safe for concurrent use.
template <Config config, MemorySource Source>
class Heap {
 public:
  constexpr Heap() = default;
  explicit constexpr Heap(Source source) : source_(source) {}

  /// Takes the memory that is there already. The first allocation does so too; earlier is better where somebody
  /// else might grow the memory before that.
  void begin() {
    if (!newest_) add(source_.initial());
  }

  /// Allocates `bytes` bytes at a multiple of `alignment`, a power of two, growing the memory if it must.
  /// @returns null when memory is refused or the alignment is bad; nothing is lost then.
  void* allocate(Word bytes, Word alignment = granule) {
    const Checked guarded = checked_add(bytes, Guard::bytes);
    const Checked size = block_bytes(guarded.value);
    if (guarded.overflow || size.overflow) return nullptr;
    if (alignment <= granule && is_power_of_two(alignment)) {
      if (Block* const block = quick_.pop(size.value)) return armed(block->payload());
    }
    return armed(allocate_missed(guarded.value, alignment));
  }

  /// Frees a block: what allocate or reallocate returned and nobody has freed since; or null.
  void deallocate(void* payload) {
    if (!payload) return;
    verify(payload);
    Block* const block = Block::of_payload(payload);
    Guard::disarm(block);
    if (!quick_.push(block)) tlsf_.deallocate(payload);
  }

  /// Resizes a block, in place where it can; keeps the bytes that both sizes have. Null is allocated.
  /// @returns null when memory is refused or the alignment is bad; the block is as it was then.
  void* reallocate(void* payload, Word bytes, Word alignment = granule) {
    if (!payload) return allocate(bytes, alignment);
    if (resize_in_place(payload, bytes)) return payload;
    void* const moved = allocate(bytes, alignment);
    if (!moved) return nullptr;
    __builtin_memcpy(moved, payload, usable_size(payload));
    deallocate(payload);
    return moved;
  }

  /// Resizes a block without moving it. @returns false if it has no room there; it is as it was then.
  bool resize_in_place(void* payload, Word bytes) {
    verify(payload);
    const Checked guarded = checked_add(bytes, Guard::bytes);
    if (guarded.overflow || !tlsf_.resize_in_place(payload, guarded.value)) return false;
    armed(payload);
    return true;
  }

  /// The bytes that may be used in a block. 0 for null.
  Word usable_size(const void* payload) const {
    if (!payload) return 0;
    verify(payload);
    return Tlsf::usable_size(payload) - Guard::bytes;
  }

  /// For the walker and the statistics: the first block of the newest pool, from which Pool::previous leads on.
  Block* newest_pool() const { return newest_; }
  const auto& free_lists() const { return tlsf_.free_lists(); }
  const auto& quick_lists() const { return quick_; }
  /// The size of the free block at the end of the newest pool; 0 if there is none.
  Word free_at_end() const { return newest_ ? Tlsf::free_before(sentinel()) : 0; }
  /// The bytes of all pools.
  Word pool_bytes() const { return bytes_; }

 private:
  using Tlsf = heaplet::Tlsf<config>;
  using Guard = heaplet::Guard<config>;

  void* armed(void* payload) {
    if (payload) Guard::arm(Block::of_payload(payload));
    return payload;
  }

  void verify(const void* payload) const { Guard::verify(payload, low_, high_); }

  [[gnu::noinline]] void* allocate_missed(Word bytes, Word alignment) {
    if (void* const found = tlsf_.allocate(bytes, alignment)) return found;
    return allocate_growing(bytes, alignment);
  }

  /// The free lists have no block: look for one in ever more costly ways.
  [[gnu::noinline]] void* allocate_growing(Word bytes, Word alignment) {
    const Checked room = Tlsf::room_for(bytes, alignment);
    if (room.overflow) return nullptr;
    begin();
    if (void* const found = tlsf_.allocate_near(bytes, alignment)) return found;
    if (quick_.drain([this](Block* block) { tlsf_.deallocate(block->payload()); })) {
      if (void* const found = tlsf_.allocate(bytes, alignment)) return found;
    }
    // The last block may have room although no list promises it. Twice: another thread or module may grow the
    // memory in between, so that what this growth brings does not join the last block.
    for (int attempts = 0;; ++attempts) {
      if (newest_) {
        if (void* const found = tlsf_.allocate_last(sentinel(), bytes, alignment)) return found;
      }
      if (attempts == 2 || !grow(room.value)) return nullptr;
    }
  }

  /// Asks for memory until a block of `size` bytes fits at the end of the newest pool.
  bool grow(Word size) {
    const bool joins = newest_ && config.coalesce_pools && source_.end() == end();
    const Word there = joins ? Tlsf::free_before(sentinel()) : 0;
    const Checked least = checked_add(size - there, joins ? 0 : new_pool_overhead);
    if (least.overflow) return false;
    // A step more, if it is to be had: else a small block that stays behind each growth of a growing buffer would
    // keep what the buffer leaves from ever being joined.
    const Checked more =
        checked_add(least.value, (bytes_ >> config.growth_shift) / source_.page() * source_.page());
    return add(source_.grow(least.value, more.overflow ? least.value : more.value));
  }

  /// Makes a region part of the newest pool, or a pool of its own.
  bool add(Region region) {
    if (!region.start) return false;
    const Word start = reinterpret_cast<Word>(region.start);
    if (newest_ && config.coalesce_pools && start == end()) {
      const Word taken = tlsf_.append_free_block(region.start, region.bytes);
      Pool::of(newest_).bytes += taken;
      note(taken);
      return taken != 0;
    }
    const Word lead = round_up(start, granule) - start;  // so that there is room for Pool
    if (region.bytes < lead) return false;
    Block* const first = Block::at(start + lead);
    const Word taken = tlsf_.insert_free_block(first, region.bytes - lead);
    if (taken == 0) return false;
    Pool::of(first) = {newest_, taken - granule};
    newest_ = first;
    note(taken - granule);
    return true;
  }

  void note(Word taken) {
    bytes_ += taken;
    if constexpr (config.hardened) {
      if (low_ == 0 || newest_->address() < low_) low_ = newest_->address();
      if (sentinel()->address() > high_) high_ = sentinel()->address();
    }
  }

  Block* sentinel() const { return Block::at(newest_->address() + Pool::of(newest_).bytes); }
  /// Where the newest pool ends. 0 where it ends with the address space.
  Word end() const { return sentinel()->address() + granule; }

  /// What a region on a granule loses when it cannot join: the words before its first header, and its sentinel.
  static constexpr Word new_pool_overhead = granule;

  Tlsf tlsf_;
  [[no_unique_address]] QuickLists<config> quick_;
  [[no_unique_address]] Source source_{};
  Block* newest_ = nullptr;
  Word bytes_ = 0;
  Word low_ = 0;
  Word high_ = 0;
};

}  // namespace heaplet

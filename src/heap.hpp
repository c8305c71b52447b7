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
  Word bytes;       ///< of blocks, from the first one to the sentinel; of the newest pool Heap knows it

  static Pool& of(Block* first) { return *reinterpret_cast<Pool*>(first); }
};
static_assert(sizeof(Pool) == sizeof(Block::reserved), "a pool's facts fit before its first block");

///     request -> quick lists -> free lists -> some cached blocks merged -> growth of the Source -> all of them
///                 (a hit)        (a miss)                                                          merged
///
///     newest_ -> | Pool | blocks ......... | sentinel_ |   -> Pool::previous -> | Pool | ... | sentinel |
///                                                      ^ a region that begins here joins this pool
///
/// Every operation is O(1): a hit and a miss touch a fixed number of blocks, a growth at most
/// Config::growth_merges, a refusal at most Config::quick_blocks, whatever the heap's history. Not safe for
/// concurrent use.
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
  [[gnu::always_inline]] void* allocate(Word bytes, Word alignment = granule) {
    if constexpr (config.quick_lists != 0) {
      if (bytes <= usable_bytes(QuickLists::largest) - Guard::bytes && alignment <= granule) {
        if (void* const cached = quick_.pop(block_bytes(bytes + Guard::bytes).value);
            cached && is_power_of_two(alignment))
          return armed(cached);
      }
    }
    return allocate_missed(bytes, alignment);
  }

  /// Frees a block: what allocate or reallocate returned and nobody has freed since; or null.
  [[gnu::always_inline]] void deallocate(void* payload) {
    if (!payload) return;
    verify(payload);
    Block* const block = Block::of_payload(payload);
    Guard::disarm(block);
    if (!quick_.push(block)) give_back(block);
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

  /// Resizes a block without moving it: shrinks it, or lets it grow into a free block behind it.
  /// @returns false if it has no room; it is as it was then.
  bool resize_in_place(void* payload, Word bytes) {
    verify(payload);
    if (bytes > largest_request - Guard::bytes) return false;
    Block* const block = Block::of_payload(payload);
    if (!tlsf_.resize(block, block_bytes(bytes + Guard::bytes).value)) return false;
    Guard::arm(block);
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
  /// The bytes of the blocks of a pool.
  Word bytes_of(Block* pool) const { return pool == newest_ ? newest_bytes() : Pool::of(pool).bytes; }
  /// The bytes of all pools. Linear in their number.
  Word pool_bytes() const {
    Word bytes = 0;
    for (Block* pool = newest_; pool; pool = Pool::of(pool).previous) bytes += bytes_of(pool);
    return bytes;
  }
  const auto& free_lists() const { return tlsf_.free_lists(); }
  const auto& quick_lists() const { return quick_; }
  /// The size of the free block at the end of the newest pool; 0 if there is none.
  Word free_at_end() const { return newest_ ? Tlsf::free_before(sentinel_) : 0; }

 private:
  using Tlsf = heaplet::Tlsf<config>;
  using Guard = heaplet::Guard<config>;
  using QuickLists = heaplet::QuickLists<config>;

  static void* armed(void* payload) {
    Guard::arm(Block::of_payload(payload));
    return payload;
  }

  void verify(const void* payload) const { Guard::verify(payload, low_, high_); }

  void give_back(Block* block) { tlsf_.release(block); }

  /// No block of exactly this size is cached: search, in ever more costly ways.
  [[gnu::noinline]] void* allocate_missed(Word bytes, Word alignment) {
    if (bytes > largest_request - Guard::bytes) return nullptr;
    const Checked room = Tlsf::room_for(bytes + Guard::bytes, alignment);
    if (room.overflow) return nullptr;
    Block* block = tlsf_.find(room.value);
    if (!block) {
      block = search_growing(room.value);
      if (!block) return nullptr;
    }
    return armed(tlsf_.carve(block, block_bytes(bytes + Guard::bytes).value, alignment));
  }

  /// The free lists have no block: merges what is cached, or grows. @returns a free block, or null
  [[gnu::noinline]] Block* search_growing(Word room) {
    begin();
    for (Word merges = config.growth_merges + room / (4 * granule);; merges = ~Word{0}) {
      quick_.sweep(merges, [this](Block* block) { give_back(block); });
      if (Block* const found = tlsf_.find(room)) return found;
      if (grow(room)) {
        if (Block* const found = tlsf_.find(room)) return found;
      }
      if (merges == ~Word{0}) return nullptr;
    }
  }

  /// Asks for memory until a block of `room` bytes fits at the end of the newest pool.
  bool grow(Word room) {
    const bool joins = config.coalesce_pools && source_.end() == end();
    const Word least = joins ? room - Tlsf::free_before(sentinel_) : room + new_pool_overhead;
    // A little more, if it is to be had, so that a heap which grows by small blocks need not ask for each page.
    const Word step = round_down(newest_bytes() >> config.growth_shift, source_.page());
    return add(source_.grow(least, least > ~step ? least : least + step));
  }

  /// Makes a region part of the newest pool, or a pool of its own.
  bool add(Region region) { return region.start && add(reinterpret_cast<Word>(region.start), region.bytes); }

  [[gnu::noinline]] bool add(Word start, Word bytes) {
    if (!config.coalesce_pools || start != end()) {
      if (bytes < new_pool_overhead + granule) return false;
      if (newest_) {
        if (config.coalesce_pools) tlsf_.close(sentinel_);
        Pool::of(newest_).bytes = newest_bytes();
      }
      // A pool of no bytes yet: a sentinel.
      Block* const first = Block::at(start);
      first->header = config.coalesce_pools ? Block::open_flag : 0;
      Pool::of(first).previous = newest_;
      newest_ = sentinel_ = first;
      bytes -= new_pool_overhead;
    }
    sentinel_ = tlsf_.extend(sentinel_, round_down(bytes, granule));
    note();
    return true;
  }

  void note() {
    if constexpr (config.hardened) {
      if (low_ == 0 || newest_->address() < low_) low_ = newest_->address();
      if (sentinel_->address() > high_) high_ = sentinel_->address();
    }
  }

  /// The bytes of the newest pool's blocks; 0 while there is none.
  Word newest_bytes() const { return reinterpret_cast<Word>(sentinel_) - reinterpret_cast<Word>(newest_); }
  /// Where the newest pool ends: 0 where it ends with the address space. While there is none, where no region does.
  Word end() const { return reinterpret_cast<Word>(sentinel_) + granule; }

  /// What a region on a granule loses when it cannot join: the words before its first header, and its sentinel.
  static constexpr Word new_pool_overhead = granule;

  [[no_unique_address]] QuickLists quick_;  // first: the shortest way to an address
  Tlsf tlsf_;
  [[no_unique_address]] Source source_{};
  Block* newest_ = nullptr;
  Block* sentinel_ = nullptr;  // of the newest pool
  Word low_ = 0;
  Word high_ = 0;
};

}  // namespace heaplet

// Heap: a Tlsf that finds its memory by itself, remembers the blocks freed last and knows its pools.
#pragma once

#include "depot.hpp"
#include "guard.hpp"
#include "quarantine.hpp"
#include "range_lists.hpp"
#include "reallocate.hpp"
#include "slabs.hpp"
#include "source.hpp"
#include "tlsf.hpp"
#include "usage.hpp"

namespace heaplet {

/// What lies in the first two words of a Heap's pool, which no block uses.
struct Pool {
  Block* previous;  ///< the first block of the pool that was added before; null in the oldest
  Word bytes;       ///< of blocks, from the first one to the sentinel; of the newest pool Heap knows it

  static Pool& of(Block* first) { return *reinterpret_cast<Pool*>(first); }
};
static_assert(sizeof(Pool) == sizeof(Block::reserved), "a pool's facts fit before its first block");

///     free    -> quick lists                          (unmerged; what is too large or may merge -> free lists)
///     request -> quick lists -> free lists -> the wilderness -> the Source
///                 (a hit)        (a miss)                      (a growth: all merged)
///
/// Small ones, with slabs: request -> quick list of the class -> slab pages -> as above, without a class
///
///     newest_ -> | Pool | blocks | sentinel | wilderness |   -> Pool::previous -> | Pool | blocks | sentinel |
///                                                        ^ a region that begins here joins this pool
///
/// Every operation is O(1), whatever the heap's history: a hit touches one block, a free and a miss one with its
/// neighbours; a growth or a refusal merges at most Config::quick_blocks. Not safe for concurrent use.
template <Config config, MemorySource Source>
class Heap {
 public:
  constexpr Heap() = default;
  explicit constexpr Heap(Source source) : source_(source) {}

  /// Takes the memory that is there already. The first allocation does so too; earlier is better where somebody
  /// else might grow the memory before that.
  void begin() {
    if (newest_) return;
    Region region = source_.initial();
    if constexpr (config.first_alignment > granule) {
      const Word start = reinterpret_cast<Word>(region.start);
      const Word gap = heaplet::round_up(start, config.first_alignment) - start;
      if (region.bytes >= gap)
        region = {reinterpret_cast<void*>(start + gap), region.bytes - gap, region.zero_from};
    }
    add(region);
  }

  /// Allocates `bytes` bytes, growing the memory if it must.
  /// @returns null when memory is refused; nothing is lost then.
  [[gnu::always_inline]] void* allocate(Word bytes) {
    if constexpr (config.quick_lists != 0) {
      if (bytes <= largest_cached) {
        const Word list = QuickLists::list_for(bytes + Guard::bytes);
        if (void* const cached = quick_.pop(list, is_small(bytes))) {
          usage_.take(units_of(list, is_small(bytes)), 1);
          return reused(cached, bytes, list);
        }
      }
    }
    return allocate_missed(bytes, nullptr);
  }

  /// Blocks for requests of `bytes` bytes, at most `largest_cached`, that were freed and wait, or were prepared: at most `most`,
  /// linked by their first words. Returns how many.
  Word take_waiting(Word bytes, Word most, Waiting*& first)
    requires(!config.hardened)  // whose blocks are sealed when they are handed out
  {
    const Word list = QuickLists::list_for(bytes + Guard::bytes);
    const Word count = quick_.take(list, is_small(bytes), most, first);
    usage_.take(units_of(list, is_small(bytes)) * count, count);
    return count;
  }

  /// Sets what `allocate(bytes)` has just returned to 0. Memory that is certainly 0 is not written: see Region::zero_from.
  void clear(void* payload, Word bytes) {
    if constexpr (config.discard_above != 0)
      if (was_given_back(payload, bytes)) return clear_around_pages(payload, bytes);
    __builtin_memset(payload, 0, dirty_bytes(payload, bytes));
  }

  /// Merges all that waits to be used again, so that free pages are given back: at most what a growth merges.
  void trim() { merge_cached(); }

  /// Of `bytes` that `allocate(bytes)` has returned and nobody has written since: those that may be other than 0.
  Word dirty_bytes(const void* payload, Word bytes) const {
    const Block* const block = Block::of_payload(payload);
    // A block before the wilderness was cut from it, unless it had waited: no free block lies there.
    if (bytes > largest_waiting && block->next() == tlsf_.end()) {
      const Word dirty = tlsf_.dirty_bytes(block);
      if (dirty < bytes) bytes = dirty;
    }
    return bytes;
  }

  /// The same at a multiple of `alignment`, a power of two.
  /// @returns null also if it is none
  void* allocate(Word bytes, Word alignment) {
    const bool as_any = alignment <= granule && is_power_of_two(alignment);
    if (!as_any) return allocate_aligned(bytes, alignment);
    // Blocks of a slab lie at the multiples of their size.
    if constexpr (has_slabs && config.slab_unit < granule)
      if (alignment > config.slab_unit && is_small(bytes)) bytes = round_up(bytes + (bytes == 0), alignment);
    return allocate(bytes);
  }

  /// Frees a block: what allocate or reallocate returned and nobody has freed since; or null.
  [[gnu::always_inline]] void deallocate(void* payload) {
    if constexpr (config.hardened) {
      typename Guard::Intact intact;
      if (!guard().look_at(reinterpret_cast<Word>(payload) - granule, intact)) [[unlikely]]
        return deallocate_rarely(payload);
      return put_away(Block::of_payload(payload), intact);
    }
    if (!payload) return;
    Block* const block = Block::of_payload(payload);
    const Word kind = slab_kind(payload);
    usage_.give(units_of(block, kind), 1);
    if constexpr (config.quick_lists != 0) {
      const Word list = kind ? kind : QuickLists::list_of(block);
      if (quick_.has_room_for(list, kind != 0)) return quick_.push(payload, list, kind != 0);
    }
    if constexpr (has_slabs)
      if (kind) return slabs_.give_back(payload, kind, tlsf_);
    release(block);
  }

  /// The same for a block whose size is known, and its alignment if it was asked for: as they were asked for last. A small block
  /// waits in the list of that size then, unlooked at, and a large one has a header.
  /// @param deallocate frees any block, for those of which a size says too little; see move_block
  template <class Deallocate>
  [[gnu::always_inline]] void deallocate_sized(void* payload, Word bytes, Word alignment,
                                               Deallocate deallocate) {
    // What is in use is counted by what a block takes, which its size does not say.
    if constexpr (has_slabs && !config.usage) {
      if (!payload) return;
      if (alignment <= granule && bytes - 1 < config.slab_limit) {
        const Word list = QuickLists::list_for(bytes);
        if (lies_as(payload, list) && quick_.has_room_for(list, true))
          return quick_.push(payload, list, true);
      } else if (bytes != 0) {
        Block* const block = Block::of_payload(payload);
        const Word list = QuickLists::list_of(block);
        if (quick_.has_room_for(list, false)) return quick_.push(payload, list, false);
        return release(block);
      }
    }
    deallocate(payload);
  }

  // For a caller who keeps blocks up to Config::caller_limit in lists of its own.

  /// Blocks of at least `size` bytes that are cut from one free block of `bytes`, the smallest size of a list; the last of them is
  /// as long as it comes. None, if no block is free that is so large.
  Chain cut(Word size, Word bytes)
    requires(config.caller_limit != 0 && !config.hardened && !config.usage)
  {
    Block* const block = tlsf_.take(bytes);
    if (!block) return {};
    Word left = block->size(), count = 1;
    for (Block* part = block; left >= 2 * size; ++count) {
      part->header = Block::header_of(size);
      Block* const next = part->after(size);
      static_cast<Waiting*>(part->payload())->next = static_cast<Waiting*>(next->payload());
      part = next;
      left -= size;
      part->header = Block::header_of(left);
      static_cast<Waiting*>(part->payload())->next = nullptr;
    }
    return {static_cast<Waiting*>(block->payload()), count};
  }

  /// Merges all blocks of a table of lists. O(the blocks).
  [[gnu::noinline]] void merge_lists(Waiting** heads, Word count)
    requires(config.caller_limit != 0 && !config.hardened && !config.usage)
  {
    for (; count != 0; --count, ++heads)
      while (Waiting* const waiting = *heads) {
        *heads = waiting->next;
        tlsf_.release(Block::of_payload(waiting));
      }
  }

  // For a caller who knows by their sizes which blocks have headers.

  /// A block that waits in a list of ranges, for a request of its size; or null.
  void* take_large(Word bytes) {
    if constexpr (has_ranges)
      if (bytes - (largest_cached + 1) < largest_waiting - largest_cached)
        if (Block* const waiting = ranges_.pop_rounding(block_bytes(bytes).value, quick_.range_heads()))
          return counted(waiting)->payload();
    return nullptr;
  }

  /// Frees a block into a list of ranges. @returns false if it may not wait there; it is as it was then.
  bool keep_large(void* payload) {
    Block* const block = Block::of_payload(payload);
    if constexpr (has_ranges)
      if (ranges_.has_room_for(block)) {
        usage_.give(Block::header_of(block->size()), 1);
        ranges_.push(block, quick_.range_heads());
        return true;
      }
    return false;
  }

  /// Whether a block may be of that size as it is, which is the common case of what a list of ranges holds.
  bool holds_large(const Block* block, Word bytes) const {
    return bytes <= usable_bytes(block->size()) && keeps(block->size(), bytes);
  }

  /// What a block takes of its pool or page.
  Word taken_by(const void* payload) const {
    const Word kind = slab_kind(payload);
    return kind ? slab_size(kind) : Block::of_payload(payload)->size();
  }

  /// Resizes a block, in place where it can; keeps the bytes that both sizes have. Null is allocated. Where memory must
  /// grow, and the block is the last one, memory grows under it.
  /// @returns null when memory is refused or the alignment is bad; the block is as it was then.
  void* reallocate(void* payload, Word bytes, Word alignment = granule) {
    if (!payload) return allocate(bytes, alignment);
    const bool may_extend = alignment <= granule && bytes > largest_cached;
    const auto free = [this](void* old) __attribute__((always_inline)) { deallocate(old); };
    const auto allocate_for = [&](const auto* old) __attribute__((always_inline)) {
      return may_extend ? allocate_or_extend(old, bytes) : allocate(bytes, alignment);
    };
    if constexpr (has_slabs) return resize_or_move(payload, bytes, allocate_for, free);
    if (resize_in_place(payload, bytes)) return payload;
    return move_block(*this, payload, bytes, allocate_for(payload), free);
  }

  /// What reallocate consists of where there are slabs, for whoever has functions that allocate and free: the map is looked at
  /// once.
  /// @param allocate is told of the block that a growth may make larger, for allocate_or_extend; or of null
  template <class Allocate, class Deallocate>
    requires(config.slab_limit != 0)
  [[gnu::always_inline]] void* resize_or_move(void* payload, Word bytes, Allocate allocate,
                                              Deallocate deallocate) {
    const Word kind = slab_kind(payload);
    Block* const block = kind ? nullptr : Block::of_payload(payload);
    if (kind ? bytes <= slab_size(kind) : resize_block(block, bytes)) return payload;
    void* const moved = allocate(block);
    if (!moved) return block && resize_block(block, bytes) ? payload : nullptr;
    const Word old = kind ? slab_size(kind) : usable_bytes(block->size());
    __builtin_memcpy(moved, payload, old < bytes ? old : bytes);
    deallocate(payload);
    return moved;
  }

  /// The largest request for whose size there is a quick list, in bytes; 0 if there are none.
  static constexpr Word largest_cached = [] {
    if constexpr (QuickLists<config>::largest != 0)
      return usable_bytes(QuickLists<config>::largest) - Guard<config>::bytes;
    return Word{0};
  }();

  /// The largest request that may be served by a block that waited to be used again, in bytes.
  static constexpr Word largest_waiting = [] {
    if constexpr (config.range_limit != 0) return usable_bytes(RangeLists<config>::largest);
    return largest_cached;
  }();

  /// A new block of `bytes` bytes, more than `largest_cached`, for what does not fit where it is. If memory has to grow,
  /// and that block is the last one, it grows just by what that block lacks.
  /// @returns null also then: the block may be resized in place now
  void* allocate_or_extend(const void* payload, Word bytes) {
    return allocate_or_extend(slab_kind(payload) ? nullptr : Block::of_payload(payload), bytes);
  }
  void* allocate_or_extend(const Block* block, Word bytes) { return allocate_missed(bytes, block); }

  /// What is in use, and the most that has been. O(1).
  UsageFigures usage() const
    requires(config.usage)
  {
    return usage_.figures();
  }

  /// Resizes a block without moving it: shrinks it, or lets it grow into a free block behind it.
  /// @returns false if there is no space behind it; it is as it was then.
  bool resize_in_place(void* payload, Word bytes) {
    verify(payload, By::realloc);
    if constexpr (config.hardened)
      if (const Block* const block = Block::of_payload(payload); Guard::kind_of(block) != Kind::plain)
        accuse_wrong(heaplet_wrong_function, block, 0, By::realloc);
    // A block of a slab has no other size.
    if (const Word kind = slab_kind(payload)) return bytes <= slab_size(kind);
    return resize_in_place(Block::of_payload(payload), bytes);
  }

  /// The same for a block that is known to have a header.
  [[gnu::always_inline]] bool resize_in_place(Block* block, Word bytes) {
    const Word size = size_for(bytes);
    if (size == 0) return false;
    const Word old = block->size();
    if (keeps(old, size)) return true;
    if constexpr (config.hardened) return resize_guarded(block, bytes, size);
    // A block that was handed out whole may be smaller than what its size is rounded up to: it stays as it is.
    if (!tlsf_.resize(block, size) && bytes > usable_in(block)) return false;
    usage_.resize(Block::header_of(old), Block::header_of(block->size()));
    return true;
  }

  /// The largest request that a block with a header serves, which holds so many bytes.
  static constexpr Word usable_for(Word bytes) {
    return is_small(bytes) ? round_down(bytes, config.slab_unit) : bytes;
  }

  /// The bytes that may be used in a block. 0 for null.
  Word usable_size(const void* payload) const {
    if (!payload) return 0;
    verify(payload, By::usable_size);
    if (const Word kind = slab_kind(payload)) return slab_size(kind);
    const Block* const block = Block::of_payload(payload);
    if constexpr (config.hardened) return guard().request_of(block);
    return usable_in(block);
  }

  /// For a repair: makes every block a used one again, whatever the lists say, from nothing but the headers, which must say
  /// what size each block has; one of size 0 takes what is left of its pool. Those that are marked as free may be given back
  /// then. Linear.
  void take_all() {
    if constexpr (config.quick_lists != 0 || has_ranges)
      __builtin_memset(static_cast<void*>(&quick_), 0, sizeof quick_);
    if constexpr (has_ranges) __builtin_memset(static_cast<void*>(&ranges_), 0, sizeof ranges_);
    if constexpr (has_slabs) slabs_.take_all();
    if constexpr (has_quarantine) __builtin_memset(static_cast<void*>(&quarantine_), 0, sizeof quarantine_);
    tlsf_.forget_free();
    static_assert(!(config.usage && has_slabs), "the blocks that hold slab pages are nobody's");
    Word used = 0, blocks = 0;
    for (Block* pool = newest_; pool; pool = Pool::of(pool).previous) {
      Block* const end = pool->after(bytes_of(pool));
      for (Block *block = pool, *next; block != end; block = next) {
        // Where the wilderness begins stands the sentinel, unless somebody gave it the header of a block.
        if (block->size() == 0) block->header = Block::header_of(Block::distance(block, end));
        next = block->next();
        const bool free = block->is_free();
        block->header = Block::header_of(block->size());
        if constexpr (config.hardened)
          if (free || !guard().is_used(block))
            own_guard().arm(block, block->size(), usable_bytes(block->size()) - Guard::bytes);
        used += Block::header_of(block->size());
        ++blocks;
      }
      end->header = 0;
    }
    usage_.recount(used, blocks);
  }

  /// For the walker and the statistics: the first block of the newest pool, from which Pool::previous leads on.
  Block* newest_pool() const { return newest_; }
  /// The bytes of the blocks of a pool, the wilderness included.
  Word bytes_of(Block* pool) const { return pool == newest_ ? newest_bytes() : Pool::of(pool).bytes; }
  const auto& tlsf() const { return tlsf_; }
  const auto& quick_lists() const { return quick_; }
  const auto& range_lists() const { return ranges_; }
  const auto& slabs() const { return slabs_; }
  const auto& quarantine() const { return quarantine_; }
  const auto& guard() const { return tlsf_.free_lists().guard(); }

  // Of `hardened`.

  /// Gives the heap a secret, before it has handed out any block. @returns whether it took it
  bool set_secret(const Secret& secret) {
    if (!guard().is_new() || !secret) return false;
    own_guard().set_secret(secret);
    return true;
  }

  /// Notes that a block was made by `new` or `new[]`.
  void* made(void* payload, Kind kind) {
    if (payload) own_guard().set_kind(Block::of_payload(payload), kind);
    return payload;
  }

  /// Frees a block that was made in a certain way; of so many bytes, at a multiple of an alignment, if they are known.
  /// @param bytes all ones: not known
  void deallocate(void* payload, Kind kind, By by, Word bytes, Word alignment) {
    if (!payload) return;
    verify(payload, by);
    Block* const block = Block::of_payload(payload);
    if (Guard::kind_of(block) != kind) accuse_wrong(heaplet_wrong_function, block, 0, by);
    const bool is_sized = bytes != ~Word{0} || by == By::sized || by == By::aligned_sized;
    if (is_sized && bytes != guard().request_of(block)) accuse_wrong(heaplet_wrong_size, block, bytes, by);
    if (!is_power_of_two(alignment) || reinterpret_cast<Word>(payload) % alignment != 0)
      accuse_wrong(heaplet_wrong_alignment, block, alignment, by);
    usage_.give(block->header, 1);
    put_away_rarely(block);
  }

  /// The bytes of the wilderness, at the end of the newest pool.
  Word free_at_end() const { return tlsf_.wilderness(); }

  // For ThreadHeap, whose threads have lists of their own.

  /// Blocks of `size` bytes, which are cached in lists: those that somebody else had too many of; or at most `count`, cut from
  /// one free block. None if there is neither.
  Chain take_chain(Word size, Word count, Word depot) {
    const Chain left = quick_.take(Block::header_of(size), depot);
    const Chain chain = left.first || count < 2 ? left : cut_chain(size, count);
    usage_.take(Block::header_of(size) * chain.blocks, chain.blocks);
    return chain;
  }

  /// A thread has too many of that size. Where there is no room for them, as many others are merged: no call merges all.
  void give_chain(Word size, Chain chain, Word depot) { give_chain(size, chain.first, chain.blocks, depot); }

 private:
  using Tlsf = heaplet::Tlsf<config, true>;
  using Guard = heaplet::Guard<config>;
  using QuickLists = heaplet::QuickLists<config>;
  using Slabs = heaplet::Slabs<config>;
  using Ranges = heaplet::RangeLists<config>;
  using Quarantine = heaplet::Quarantine<config>;
  using Usage = heaplet::Usage<config>;

  static constexpr bool has_ranges = config.range_limit != 0;
  static constexpr bool has_slabs = config.slab_limit != 0;

  /// A chain in two words: wasm has no registers for both, and would pass it through memory.
  [[gnu::noinline]] void give_chain(Word size, Waiting* first, Word blocks, Word depot) {
    usage_.give(Block::header_of(size) * blocks, blocks);
    merge_chains(blocks);
    quick_.give(Block::header_of(size), {first, blocks}, depot);
  }

  /// Whoever calls keeps some of what was freed, and gives it back when asked.
  static constexpr bool recalls = requires(Source& source, Heap& heap) { source.recall(heap); };
  /// Some of what was freed may be where it does not merge.
  static constexpr bool something_waits = config.quick_lists != 0 || recalls;

  /// A request that is served from a slab page where one is to be had.
  static constexpr bool is_small(Word bytes) { return has_slabs && bytes <= config.slab_limit; }

  /// The kind of a block in a slab page; 0 for one with a header.
  [[gnu::always_inline]] Word slab_kind(const void* payload) const {
    if constexpr (has_slabs) return slabs_.kind_of(payload);
    return 0;
  }
  static constexpr Word slab_size(Word kind) {
    if constexpr (has_slabs) return Slabs::size_of(kind);
    return kind;
  }

  /// What a block takes whose list is known, as Usage counts it.
  static constexpr Word units_of([[maybe_unused]] Word list, [[maybe_unused]] bool slab) {
    if constexpr (has_slabs) {
      if (slab) return config.slab_unit == granule ? list : Block::header_of(Slabs::size_of(list));
      return list - QuickLists::slab_lists * sizeof(Word);
    }
    return list;
  }

  /// The same of a block: one of a slab page, if it has a kind.
  static Word units_of(const Block* block, Word kind) {
    return kind ? units_of(kind, true) : Block::header_of(block->size());
  }

  /// A block with a header, if there is one, is in use from now on.
  [[gnu::always_inline]] Block* counted(Block* block) {
    if constexpr (config.usage)
      if (block) usage_.take(block->header, 1);  // no flags: blocks before a free one are in use
    return block;
  }

  /// The same for one that may be of a slab page.
  [[gnu::always_inline]] void* counted(void* payload) {
    if constexpr (config.usage)
      if (payload) usage_.take(units_of(Block::of_payload(payload), slab_kind(payload)), 1);
    return payload;
  }

  /// Whether a block lies where one of that kind may be expected to: a multiple of a power of two lies at one. A block that
  /// has become smaller may lie elsewhere.
  static bool lies_as(const void* payload, Word kind) {
    if constexpr (config.slab_unit >= granule) return true;
    return (reinterpret_cast<Word>(payload) & ~slab_size(kind) & (granule - 1)) == 0;
  }

  /// Whether a block that nobody has written to since it was handed out was the first part of a free one whose pages are 0.
  bool was_given_back(const void* payload, Word bytes) const {
    const Block* const block = Block::of_payload(payload);
    return bytes > largest_waiting && block->size() >= config.discard_above && block->next() != tlsf_.end();
  }

  static void clear_around_pages(void* payload, Word bytes) {
    const Block* const block = Block::of_payload(payload);
    const Word start = reinterpret_cast<Word>(payload);
    const Word first = Freed<config>::first_page(block) - start,
               last = Freed<config>::last_page(block->next()) - start;
    __builtin_memset(payload, 0, bytes < first ? bytes : first);
    if (bytes > last) __builtin_memset(reinterpret_cast<void*>(start + last), 0, bytes - last);
  }

  static constexpr bool has_quarantine = config.quarantine_blocks != 0;

  auto& own_guard() { return tlsf_.free_lists().guard(); }

  /// A block that is handed out; and one that has waited in a quick list.
  void* armed(void* payload, [[maybe_unused]] Word bytes) {
    if constexpr (config.hardened) {
      Block* const block = Block::of_payload(payload);
      own_guard().arm(block, block->size(), bytes);
    }
    return payload;
  }
  [[gnu::always_inline]] void* reused(void* payload, [[maybe_unused]] Word bytes,
                                      [[maybe_unused]] Word list) {
    if constexpr (config.hardened) {
      Block* const block = Block::of_payload(payload);
      const auto fault = [=, this]() __attribute__((noreturn)) { accuse_waiting(block, By::malloc); };
      own_guard().rearm_waiting(block, list << Block::size_shift, bytes, fault);
    }
    return payload;
  }

  /// What is called now, for a fault that only a free list shows.
  void called([[maybe_unused]] By by) { tlsf_.free_lists().called(by); }

  /// Ends the program unless `payload` is a block that was handed out and is intact.
  [[gnu::always_inline]] void verify([[maybe_unused]] const void* payload, [[maybe_unused]] By by) const {
    if constexpr (config.hardened)
      if (!guard().is_intact(reinterpret_cast<Word>(payload) - granule)) accuse(payload, by);
  }

  /// The first block of the pool in which an address lies; 0 if it is in none.
  Word floor_of(Word address) const {
    for (Block* first = newest_; first; first = Pool::of(first).previous)
      if (address - first->address() < bytes_of(first)) return first->address();
    return 0;
  }

  [[noreturn, gnu::noinline, gnu::cold]] void accuse(const void* payload, By by) const {
    const Word address = reinterpret_cast<Word>(payload);
    const Word floor = floor_of(round_down(address - granule, granule));
    const Verdict<config> verdict(guard(), by, floor, tlsf_.end());
    if (floor == 0) verdict.foreign(address);
    verdict.of_pointer(address);
  }
  [[noreturn, gnu::noinline, gnu::cold]] void accuse_waiting(const Block* block, By by) const {
    Verdict<config>(guard(), by, floor_of(block->address()), tlsf_.end()).of_waiting(block);
  }
  [[noreturn, gnu::noinline, gnu::cold]] void accuse_wrong(int kind, const Block* block, Word bytes,
                                                           By by) const {
    Verdict<config>(guard(), by, floor_of(block->address()), tlsf_.end()).of_wrong(kind, block, bytes);
  }

  [[gnu::noinline]] void deallocate_rarely(void* payload) {
    deallocate(payload, Kind::plain, By::free, ~Word{0}, 1);
  }

  /// A block that was given back goes into the quarantine, from which an older one goes on.
  [[gnu::always_inline]] void put_away(Block* block, const auto& intact) {
    usage_.give(block->header, 1);
    if (intact.size > largest_small) return put_away_rarely(block);
    own_guard().disarm(block, intact);
    if constexpr (has_quarantine) {
      put_small_away(block, intact.size, intact.mixed);
    } else {
      let_wait(block, Block::header_of(intact.size));
    }
  }

  [[gnu::always_inline]] void put_small_away(Block* block, Word size, uint64_t mixed) {
    const auto older = quarantine_.exchange({block, size}, mixed);
    if (older) let_wait(older.block(), older.size());
  }

  /// The same of a block that is large, or rare.
  [[gnu::noinline]] void put_away_rarely(Block* block) {
    own_guard().disarm(block);
    if constexpr (has_quarantine) {
      // A small one that was given back by its size, or by `delete`, waits among its like.
      if (const Word size = block->size(); size <= largest_small && guard().slack_of(block) < granule)
        return put_small_away(block, size, guard().about(block).mixed);
      if (Quarantine::takes(block)) {
        while (!quarantine_.has_room_for(block)) let_large_wait(quarantine_.pop(draw()));
        return quarantine_.push(block);
      }
    }
    let_large_wait(block);
  }
  /// Its size was in nobody's sight: where a link is to be sealed, it must be the one that it had.
  [[gnu::noinline]] void let_large_wait(Block* block) {
    const Word header = block->header;
    if (header > Block::header_of(largest_quick)) return let_merge(block);
    if (!guard().is_size(block) || !guard().waits(block)) accuse_waiting(block, By::free);
    let_wait(block, header);
  }
  static constexpr Word largest_quick = [] {
    if constexpr (config.quick_lists != 0) return QuickLists::largest;
    return Word{0};
  }();
  /// Of the common way through `free`: what has more bytes is poisoned by memory.fill.
  static constexpr Word largest_small = [] {
    if constexpr (has_quarantine) return Quarantine::largest_small;
    return config.poison_bytes == 0 ? ~Word{0} : Word{128};
  }();
  unsigned draw() const { return guard().secret().draw(guard().count() + quarantine_.turn()); }

  /// A block that was given back waits in a quick list, or is merged. If it is not as it was left, that is seen when it goes on
  /// from there; but what it is linked by is written where its true size says.
  [[gnu::always_inline]] void let_wait(Block* block, Word header) {
    if constexpr (config.quick_lists != 0)
      if (block->header == header && header <= Block::header_of(largest_quick) &&
          quick_.has_room_for(header, false)) [[likely]] {
        const Word before = Guard::first_word(block);
        // It was given back twice, if it has a link already, or is somebody's: to be given back again it needs no more than what was
        // behind its bytes before.
        if (config.poison_bytes != 0 && before != poison_word) accuse_waiting(block, By::free);
        quick_.push(block->payload(), header, false);
        return Guard::seal_link(block, header << Block::size_shift, before);
      }
    let_merge(block);
  }
  [[gnu::noinline]] void let_merge(Block* block) {
    called(By::free);
    merge_waiting(block);
  }

  /// A block that waited is merged.
  [[gnu::noinline]] void merge_waiting(Block* block) {
    // The flags are not sealed, and the one for the block before is about to be believed.
    if (!guard().is_untouched(block) || !guard().flags_agree(block)) accuse_waiting(block, guard().by);
    own_guard().forget(block);
    tlsf_.release(block);
  }

  /// The part of a block that it loses is poisoned, and what stood behind its bytes is nobody's to see.
  bool resize_guarded(Block* block, Word bytes, Word size) {
    called(By::realloc);
    const Word old = block->size();
    const Word before = guard().request_of(block);
    const Word old_end = Guard::end_of(block), start = Guard::payload_of(block);
    if (bytes < before) {
      const Word lost = before - bytes;
      poison_any(start + bytes, lost < config.poison_bytes ? lost : config.poison_bytes);
    }
    const Word number = Guard::number_of(block);
    // Else the block would be one of its size before again, for who writes that into its header.
    if (size < old) Guard::forget_end(block);
    if (!tlsf_.resize(block, size) && bytes > old_end - start) return false;
    if (bytes > before)
      poison_any(start + before, (bytes < old_end - start ? bytes : old_end - start + Guard::bytes) - before);
    usage_.resize(Block::header_of(old), Block::header_of(block->size()));
    own_guard().rearm(block, bytes, number);
    return true;
  }

  /// The largest request, in bytes.
  static constexpr Word largest_request = config.largest_request < heaplet::largest_request - Guard::bytes
                                              ? config.largest_request
                                              : heaplet::largest_request - Guard::bytes;

  /// The size of the block for a request; 0 if none is that large.
  Word size_for(Word bytes) {
    if constexpr (config.usage) return usage_.allows(bytes, largest_request) ? rounded(bytes) : 0;
    return size_of(bytes);
  }
  [[gnu::noinline]] bool resize_block(Block* block, Word bytes) { return resize_in_place(block, bytes); }

  [[gnu::noinline]] static Word size_of(Word bytes) { return bytes > largest_request ? 0 : rounded(bytes); }

  [[gnu::always_inline]] static Word rounded(Word bytes) {
    Word beside = Guard::bytes + overhead;
    // Whoever frees a small block may do so by its size: it must serve all requests of that class. A header is less than a
    // granule, so a class of whole ones takes one more.
    if constexpr (has_slabs) {
      if constexpr (config.slab_unit == granule)
        beside = bytes <= config.slab_limit ? granule : beside;
      else if (bytes <= config.slab_limit)
        bytes = heaplet::round_up(bytes + (bytes == 0), config.slab_unit);
    }
    const Word size = heaplet::round_down(bytes + (beside + granule - 1), granule);
    constexpr Word octaves = first_shared_size(config.second_level_bits) / 2;
    if constexpr (has_ranges && config.round_requests && QuickLists::largest >= octaves) {
      // To the sizes of its list of freed blocks, which are some of the free lists': in one step, for those have octaves here.
      return Tlsf::Bins::round_up(size,
                                  Ranges::holds(size) ? config.second_level_bits - config.range_bits : 0);
    }
    const Word listed = config.round_requests ? Tlsf::Bins::round_up(size) : size;
    if constexpr (has_ranges) return listed > QuickLists::largest ? Ranges::round_up(listed) : listed;
    return listed;
  }

  /// The bytes of a block with a header that are the user's: of a small one those of a class, see size_for.
  static Word usable_in(const Block* block) { return usable_for(usable_bytes(block->size()) - Guard::bytes); }

  /// No block of exactly this size is cached: search, in ever more costly ways.
  /// @param growing a block that a growth is to make larger, if that is the last one then; or null
  [[gnu::noinline]] void* allocate_missed(Word bytes, const Block* growing) {
    if constexpr (has_slabs)
      if (bytes <= config.slab_limit) return counted(allocate_small(bytes));
    if constexpr (config.caller_limit != 0)
      if (void* const waiting = take_large(bytes)) return waiting;
    const Word size = size_for(bytes);
    if (size == 0) return nullptr;
    called(By::malloc);
    if constexpr (has_ranges && config.quick_lists != 0) {
      if (size <= QuickLists::largest) {
        // Where few blocks wait there is room for one more size: a list that is helped out stays empty, and slow.
        if (quick_.count() >= config.quick_blocks / 32)
          if (void* const waiting = quick_.pop_larger(size)) return counted(waiting);
      } else if (size <= Ranges::largest) {
        if (Block* const waiting = ranges_.pop(size, quick_.range_heads()))
          return counted(waiting)->payload();
      }
    }
    // What has been moved once will be again. (More than the largest request is none, and more than the address space wraps.)
    if constexpr (config.spare_shift != 0)
      if (growing && size > 4096 && size - growing->size() < growing->size() / 2)
        if (const Word more = size_of(bytes + (bytes >> config.spare_shift)); more > size)
          if (Block* const block = tlsf_.take(more)) return counted(block)->payload();
    Block* const block = counted(search(size, growing));
    return block ? armed(block->payload(), bytes) : nullptr;
  }

  /// Whether a block of `have` bytes stays as it is when it is resized to `size` bytes.
  static constexpr bool keeps(Word have, Word size) {
    if constexpr (config.spare_shift != 0) {
      const Word part = have >> (have < Ranges::end ? 1 : config.spare_shift);
      return have > QuickLists::largest && have - size <= part;  // a larger size wraps
    }
    return false;
  }

  /// A used block of `size` bytes: a free one that fits, or where there is none, one that is made.
  /// @param growing as above
  /// @returns null if memory is refused, or `growing` may be resized in place now
  Block* search(Word size, const Block* growing) {
    Block* const block = tlsf_.take(size);
    return block ? block : make_room(size, growing);
  }

  /// No small block of this size is cached. Without a page for it any block will do; memory grows for a page, if it can;
  /// and when it cannot, a larger small block still serves.
  [[gnu::noinline]] void* allocate_small(Word bytes) {
    Word kind = Slabs::kind_for(bytes);
    // Another list than was looked at only for no bytes, for which there is one that is always empty.
    if (void* const cached = quick_.pop_rarely(kind, true)) return cached;
    const Word size = size_for(bytes);
    for (unsigned attempt = 0;; ++attempt) {
      do {
        if (void* const slot = slabs_.take(kind, tlsf_, quick_, newest_bytes())) return slot;
      } while (grow_for_page());
      if (void* const cached = quick_.pop_rarely(QuickLists::list_for_size(size), false)) return cached;
      if (Block* const block = tlsf_.take(size)) return block->payload();
      if (attempt == 2) break;
      if (attempt == 0)
        merge_cached();
      else
        grow(size, 0);  // pages then follow each other without a gap
    }
    // What was rounded up to an alignment is a multiple of it, and so must be the block that serves.
    constexpr Word most = granule / config.slab_unit * sizeof(Word);
    const Word step = config.slab_unit == granule ? most : (kind | most) & (0 - (kind | most));
    for (; kind <= Slabs::largest_kind; kind += step)
      if (const Word page = slabs_.partial(kind)) return slabs_.take_from(page, kind, quick_);
    return nullptr;
  }

  /// A small heap grows for a page that is not to be had, see Config::slab_growth. Where that is refused it does not ask again.
  /// @returns whether it has grown
  [[gnu::noinline, gnu::cold]] bool grow_for_page() {
    // For a page and what is before it, and for a leaf of the map, in a heap that is large enough to have one.
    constexpr Word room =
        heaplet::round_up(2 * config.slab_page + config.leaf_share * sizeof(typename Slabs::Leaf), granule);
    if constexpr (config.slab_growth == 0) return false;
    // Where the map reaches everywhere there is no such room: a page would have been had.
    if (!(Slabs::Map::covers_all && config.leaf_share >= 2) && tlsf_.wilderness() >= room) return false;
    if (newest_bytes() - 1 >= config.slab_growth - 1 || page_refused_) return false;
    // Not needed is what it is: where to ask for too much is fatal it has to be there.
    if constexpr (requires { source_.is_there(room); })
      if (!source_.is_there(room + new_pool_overhead)) return false;
    page_refused_ = !grow(room, 0);
    return !page_refused_;
  }

  /// A block that no quick list takes waits in a list of its range, or is merged.
  [[gnu::always_inline]] void release(Block* block) {
    if constexpr (has_ranges)
      if (ranges_.has_room_for(block)) return ranges_.push(block, quick_.range_heads());
    tlsf_.release(block);
  }

  [[gnu::noinline]] Chain cut_chain(Word size, Word count) {
    const Word bytes = size * count;
    Block* const block = tlsf_.take(heaplet::Bins<config>::round_up(bytes));
    if (!block) return {};
    if (const Word rest = block->size() - bytes) {
      Block* const left = block->after(bytes);
      left->header = Block::header_of(rest);
      tlsf_.release(left);
    }
    // From the last one to the first, which is handed out first: they lie as they are asked for.
    Waiting* first = nullptr;
    for (Word at = bytes; at != 0;) {
      at -= size;
      Block* const part = block->after(at);
      part->header = Block::header_of(size);
      Waiting* const waiting = static_cast<Waiting*>(part->payload());
      waiting->next = first;
      first = waiting;
    }
    return {first, count};
  }

  /// So many blocks will find room among the chains.
  [[gnu::noinline]] void merge_chains(Word blocks) {
    quick_.make_room_for(blocks, [this](void* payload) { tlsf_.release(Block::of_payload(payload)); });
  }

  /// All that is cached goes back to where it merges.
  void merge_cached() {
    begin();
    if constexpr (recalls) source_.recall(*this);
    [[maybe_unused]] bool ranges_wait = false;
    if constexpr (has_ranges) ranges_wait = ranges_.bytes() != 0;
    if constexpr (config.caller_limit != 0)
      if (ranges_wait) merge_lists(quick_.range_heads(), Ranges::lists);
    if constexpr (has_quarantine) quarantine_.drain([this](Block* block) { merge_waiting(block); });
    if constexpr (config.thread_granules != 0)
      merge_chains(config.quick_blocks);
    else if constexpr (config.quick_lists != 0)
      quick_.merge(
          [this](void* payload, [[maybe_unused]] Word list) {
            if constexpr (config.hardened) return merge_waiting(Block::of_payload(payload));
            // A list of slabs may hold blocks with headers, but no other list those of slabs.
            if constexpr (has_slabs)
              if (list <= Slabs::largest_kind)
                if (const Word kind = slab_kind(payload)) return slabs_.give_back(payload, kind, tlsf_);
            tlsf_.release(Block::of_payload(payload));
          },
          ranges_wait);
    if constexpr (has_ranges) ranges_.forget();
    if constexpr (has_slabs) slabs_.release_empty(tlsf_);
  }

  [[gnu::noinline]] void* allocate_aligned(Word bytes, Word alignment) {
    const Word size = size_for(bytes);
    if (size == 0) return nullptr;
    const Checked span = Tlsf::span_for(size, alignment);
    if (span.overflow) return nullptr;
    if constexpr (config.quick_lists != 0) {
      if (size <= QuickLists::largest)
        if (void* const cached = quick_.pop_size(size, alignment)) {
          usage_.take(Block::header_of(size), 1);
          return reused(cached, bytes, Block::header_of(size));
        }
    }
    called(By::malloc);
    Block* const block = search(span.value, nullptr);
    if (!block) return nullptr;
    return armed(counted(tlsf_.align(block, size, alignment))->payload(), bytes);
  }

  /// A used block of `size` bytes where there was none: after merging all that is cached, then after growing; or null. Another
  /// thread may take what was to join the newest pool: then what came is a pool of its own, and may be too small.
  [[gnu::noinline]] Block* make_room(Word size, const Block* growing) {
    merge_cached();
    for (;;) {
      // What was merged may have made it the last one, and may be enough for it; what came may lie elsewhere.
      const bool is_last = growing && growing->next() == tlsf_.end();
      const Word there = is_last ? growing->size() : 0;
      if (is_last && tlsf_.wilderness() >= size - there) return nullptr;
      if (Block* const block = something_waits ? tlsf_.take(size) : tlsf_.take_last(size)) return block;
      if (!grow(size, there)) return nullptr;
    }
  }

  /// Asks for memory until a block of `size` bytes fits at the end of the newest pool, in the wilderness and so many bytes
  /// before it; or in a new pool, if the memory that comes cannot join that one.
  /// @returns where it begins; null if none came
  void* grow(Word size, Word there) {
    const Word lacking = size - there - tlsf_.wilderness();
    const bool joins = config.coalesce_pools && source_.next(lacking) == end();
    Word least = joins ? lacking : size + new_pool_overhead;
    // What comes may be a pool of its own all the same.
    if constexpr (config.threads)
      if (least < new_pool_overhead + granule) least = new_pool_overhead + granule;
    // A little more, if it is to be had, so that a heap which grows by small blocks need not ask for each page.
    Word step = newest_bytes() >> config.growth_shift;
    if (config.large_shift != 0 && size - there >= newest_bytes() >> config.large_shift)
      step = newest_bytes() >> config.large_shift;
    const Region more = source_.grow(least, step > least ? step - least : 0);
    usage_.grow(more.start);
    add(more);
    return more.start;
  }

  /// Makes a region part of the newest pool, or a pool of its own.
  void add(Region region) {
    if (region.start) add(reinterpret_cast<Word>(region.start), region.bytes, region.zero_from);
  }

  [[gnu::noinline]] void add(Word start, Word bytes, Word zero_from) {
    if (!config.coalesce_pools || start != end()) {
      if (bytes < new_pool_overhead + granule) return;
      if (newest_) {
        Pool::of(newest_).bytes = newest_bytes();
        tlsf_.close_end();
      }
      Block* const first = Block::at(start);
      if constexpr (has_slabs)
        if (!newest_) slabs_.begin(start);
      Pool::of(first).previous = newest_;
      newest_ = first;
      tlsf_.begin_end(first);
      bytes -= new_pool_overhead;
    }
    tlsf_.extend(round_down(bytes, granule), round_up(zero_from, granule));
    note_bounds();
  }

  void note_bounds() {
    if constexpr (config.hardened) {
      if constexpr (requires { Source::secret(); })
        if (!guard().secret()) own_guard().set_secret(Source::secret());
      if (!guard().secret()) own_guard().set_secret(Secret::stated(reinterpret_cast<Word>(this)));
      own_guard().note(newest_->address(), tlsf_.limit()->address());
    }
  }

  /// The bytes of the newest pool's blocks; 0 while there is none.
  Word newest_bytes() const { return Block::distance(newest_, tlsf_.limit()); }
  /// Where the newest pool ends: 0 where it ends with the address space. While there is none, where no region does.
  Word end() const { return reinterpret_cast<Word>(tlsf_.limit()) + granule; }

  /// What a region on a granule loses when it cannot join: the words before its first header, and its sentinel.
  static constexpr Word new_pool_overhead = granule;

  [[no_unique_address]] QuickLists quick_;  // first: the shortest way to an address
  [[no_unique_address]] Ranges ranges_;
  [[no_unique_address]] Quarantine quarantine_;
  Tlsf tlsf_;
  [[no_unique_address]] Usage usage_;
  [[no_unique_address]] Source source_{};
  Block* newest_ = nullptr;
  [[maybe_unused]] Word page_refused_ = 0;
  [[maybe_unused]] Word spare_ =
      0;  ///< of no use: without it the state of every profile would be another one
  [[no_unique_address]] Slabs slabs_;  // last: it holds the map, behind which addresses take a byte more
};

}  // namespace heaplet

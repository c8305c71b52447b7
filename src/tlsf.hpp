// Tlsf: constant-time allocation from whatever memory its owner hands in. No growth, no platform.
#pragma once

#include "free_lists.hpp"

namespace heaplet {

/// Two-level segregated fit (M. Masmano, I. Ripoll, A. Crespo, J. Real: "TLSF: a new dynamic memory allocator
/// for real-time systems", ECRTS 2004, doi 10.1109/EMRTS.2004.1311009).
///
///     start                                                        start + returned size
///      | lead | block | block | block | ............ | block | sentinel |  rest
///             '-- cut into blocks without gaps, no two free ones side by side --'
///
/// Every operation is O(1), whatever the heap's history; reallocate may also copy the user's bytes.
/// Not safe for concurrent use. A value of this type is zero-initialised, and so long as it stays where it is it may
/// be saved and restored as bytes, together with its pools.
template <Config config>
class Tlsf {
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
    const Word lead = first + granule - overhead - address;
    const Word size = pool_bytes(lead, bytes);
    if (size == 0) return 0;
    Block* const block = Block::at(first);
    block->header = 0;  // a sentinel, as if the pool had been empty so far
    extend(block, size);
    return lead + size + overhead;
  }

  /// Extends a pool in place. `end` must be the end of a pool, as insert_free_block or an earlier call gave it,
  /// and the memory from there on must be writable and nobody else's.
  /// @returns the bytes taken, counted from `end`; 0 if they are fewer than a granule.
  Word append_free_block(void* end, Word bytes) {
    const Word size = round_down(bytes, granule);
    if (size != 0) extend(Block::at(reinterpret_cast<Word>(end) - granule), size);
    return size;
  }

  /// Allocates `bytes` bytes at a multiple of `alignment`, a power of two; every block is aligned to a granule
  /// at least. No bytes are a request too: it gets a block of its own.
  /// @returns null if no block surely fits, or for a bad alignment; nothing has changed then.
  void* allocate(Word bytes, Word alignment = granule) {
    const Checked room = room_for(bytes, alignment);
    if (room.overflow) return nullptr;
    Block* const block = lists_.find(room.value);
    return block ? carve(block, block_bytes(bytes).value, alignment) : nullptr;
  }

  /// Frees a block: what allocate or reallocate returned and nobody has freed since; or null.
  void deallocate(void* payload) {
    if (payload) release(Block::of_payload(payload));
  }

  /// Resizes a block, in place where it can. The bytes that both sizes have are kept.
  /// @param alignment of the block, needed again in case it moves
  /// @returns the block's place now; or null if there is no room, and the block is as it was.
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
    const Checked size = block_bytes(bytes);
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

  // The steps that allocate, deallocate and resize are made of: for Heap.

  /// The size of a free block in which a request surely fits, however that block lies; or overflow, which a bad
  /// alignment is too.
  static Checked room_for(Word bytes, Word alignment) {
    const Checked size = block_bytes(bytes);
    if (alignment <= granule) return {size.value, size.overflow || !is_power_of_two(alignment)};
    const Word gap = alignment - granule;
    return {size.value + gap,
            size.overflow || gap > largest_block - size.value || !is_power_of_two(alignment)};
  }

  /// The size of the free block that ends at a block; 0 if the block before is used.
  static Word free_before(const Block* block) {
    return block->previous_is_free() ? block->before->size() : 0;
  }

  /// A free block of at least `size` bytes, or null.
  Block* find(Word size) const { return lists_.find(size); }

  /// Allocates from a free block that has room for it.
  void* carve(Block* block, Word size, Word alignment) {
    lists_.remove(block);
    Word total = block->size();
    block->header = 0;  // used, and so is the one before a free block
    // Payloads lie on granules, so the gap before an aligned one is nothing or a block.
    const Word payload = block->address() + granule;
    const Word gap = round_up(payload, alignment) - payload;
    if (alignment > granule && gap != 0) {
      Block* const aligned = Block::at(block->address() + gap);
      aligned->header = 0;
      link(block, gap);
      block = aligned;
      total -= gap;
    }
    cut(block, total, size);
    return block->payload();
  }

  bool resize(Block* block, Word size) {
    Word total = block->size();
    if (total == size) return true;
    Block* const next = block->next();
    if (next->is_free()) total += next->size();
    if (total < size) return false;
    if (next->is_free()) lists_.remove(next);
    cut(block, total, size);
    return true;
  }

  /// Turns a sentinel into a free block of `size` bytes and puts a new sentinel behind it.
  /// @returns the new one
  Block* extend(Block* sentinel, Word size) {
    Block* const end = Block::at(sentinel->address() + size);
    end->header = sentinel->header & Block::open_flag;
    sentinel->header = size | (sentinel->header & Block::previous_free_flag);
    release(sentinel);
    return end;
  }

  /// The pool that ends in `sentinel` shall grow no more: the free block at its end is one as any other.
  void close(Block* sentinel) {
    sentinel->header &= ~Block::open_flag;
    if (!sentinel->previous_is_free()) return;
    Block* const last = sentinel->before;
    lists_.remove(last);
    link(last, last->size());
  }

  /// Frees a used block: merges it with its free neighbours and links it in.
  [[gnu::noinline]] void release(Block* block) {
    Word size = block->size();
    Block* const next = block->next();
    if (next->is_free()) {
      lists_.remove(next);
      size += next->size();
    }
    if (block->previous_is_free()) {
      block = block->before;
      lists_.remove(block);
      size += block->size();
    }
    link(block, size);
  }

 private:
  /// The bytes of blocks in a region after `lead` bytes, the sentinel's header aside; 0 for too small a one.
  static Word pool_bytes(Word lead, Word bytes) {
    if (bytes < lead + granule + overhead) return 0;
    return round_down(bytes - lead - overhead, granule);
  }

  /// A used block takes `size` bytes of the `total` from it to the next used block; the rest becomes a free one.
  void cut(Block* block, Word total, Word size) {
    block->header = size | (block->header & Block::previous_free_flag);
    Block* const next = block->next();
    if (total != size)
      link(next, total - size);
    else
      next->header &= ~Block::previous_free_flag;
  }

  /// Makes `size` bytes between two used blocks a free block.
  [[gnu::noinline]] void link(Block* block, Word size) {
    block->header = size | Block::free_flag;
    Block* const next = block->next();
    next->before = block;
    next->header |= Block::previous_free_flag;
    lists_.insert(block, next->is_open() ? Bins::wilderness : Bins::of(size));
  }

  FreeLists<config> lists_;
};

}  // namespace heaplet

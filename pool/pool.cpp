// heaplet_pool.h over a Tlsf: the state at the start of the first buffer, and in each region two words by which it is found.
#include "heaplet_pool.h"

#include "../src/stats.hpp"
#include "../src/view.hpp"

// What a build may choose (heaplet::Config has the words). Twice the lists an octave halve what rounding wastes, an eighth of a
// block with 3, and double the state. Fewer rows make it smaller: of blocks larger than they cover, which are all in one list,
// only that list's first is looked at. 14 rows of 2 lists, for blocks up to 128 KB: 160 bytes on 32 bits.
#ifndef HEAPLET_POOL_SECOND_LEVEL
#define HEAPLET_POOL_SECOND_LEVEL 3
#endif
#ifndef HEAPLET_POOL_ROWS
#define HEAPLET_POOL_ROWS heaplet::all_first_levels(HEAPLET_POOL_SECOND_LEVEL)
#endif

using heaplet::Word;

namespace {

#if defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'
constexpr bool foresees_branches = false;
#else
constexpr bool foresees_branches = true;
#endif

constexpr heaplet::Config config{.first_levels = HEAPLET_POOL_ROWS,
                                 .second_level_bits = HEAPLET_POOL_SECOND_LEVEL,
                                 .branchless = foresees_branches};

using Tlsf = heaplet::Tlsf<config>;

//   buffer                                                                                 buffer + bytes
//   | gap | heaplet_pool | gap | Region | header | ... blocks ... | sentinel's header | remainder |
//         ^ on a word          ^ on a granule: the first Block, whose `reserved` words it is

/// What lies before the first block of a region.
struct Region {
  Region* previous;  ///< the one that was added before; null in the first
  Word bytes;        ///< from here to the end of the buffer

  Word address() const { return reinterpret_cast<Word>(this); }
  /// Where its sentinel ends, and what is added behind it begins.
  Word end() const { return heaplet::round_down(address() + bytes, heaplet::granule); }
};
static_assert(sizeof(Region) == sizeof(heaplet::Block::reserved),
              "a region is described in words of no block");

/// The fewest bytes of a region that begins on a granule: a block and what ends it.
constexpr Word least_region = 2 * heaplet::granule;

/// Null does too.
constexpr bool reaches_beyond_addresses(Word address, Word bytes) { return bytes > Word{0} - address; }

}  // namespace

struct heaplet_pool {
  Tlsf tlsf;
  Region* newest;

  bool has_some_of(Word address, Word bytes) const {
    const auto overlaps = [=](Word mine, Word length) {
      return address - mine < length || mine - address < bytes;
    };
    for (const Region* region = newest; region; region = region->previous)
      if (overlaps(region->address(), region->bytes)) return true;
    return overlaps(reinterpret_cast<Word>(this), sizeof *this);
  }

  /// Takes memory that is nobody's. @returns the bytes of blocks that came
  Word add(Word address, Word bytes) {
    if (newest && newest->address() + newest->bytes == address) {
      const Word end = newest->end();
      const Word more = tlsf.append_free_block(reinterpret_cast<void*>(end), address + bytes - end);
      if (more != 0) newest->bytes += bytes;
      return more;
    }
    const Word start = heaplet::round_up(address, heaplet::granule);
    if (bytes < start - address + least_region) return 0;
    Region* const region = reinterpret_cast<Region*>(start);
    *region = {newest, bytes - (start - address)};
    newest = region;
    const Word header = start + heaplet::granule - heaplet::overhead;
    return tlsf.insert_free_block(reinterpret_cast<void*>(header), address + bytes - header) -
           heaplet::overhead;
  }
};

namespace {

/// What create needs at most: the state, what it takes to align that and the region behind it, and the region.
constexpr Word least_bytes =
    sizeof(Word) - 1 + sizeof(heaplet_pool) + heaplet::granule - sizeof(Word) + least_region;

/// How the walker sees a pool: as a Tlsf, whose regions are linked.
class PoolView : public heaplet::TlsfView<config> {
 public:
  explicit PoolView(const heaplet_pool& pool)
      : heaplet::TlsfView<config>(pool.tlsf, nullptr, 0), newest_(pool.newest) {}

  template <class Visit>
  bool each_pool(Visit visit) const {
    for (const Region* region = newest_; region; region = region->previous)
      if (!visit(region->address(), region->end() - heaplet::granule - region->address())) return false;
    return true;
  }

 private:
  const Region* newest_;
};

}  // namespace

extern "C" {

heaplet_pool* heaplet_pool_create(void* buffer, size_t bytes) {
  const Word address = reinterpret_cast<Word>(buffer);
  if (reaches_beyond_addresses(address, bytes)) return nullptr;
  const Word state = heaplet::round_up(address, sizeof(Word));
  const Word behind = state + sizeof(heaplet_pool);
  const Word least = heaplet::round_up(behind, heaplet::granule) + least_region - address;
  if (bytes < least) return nullptr;
  heaplet_pool* const pool = reinterpret_cast<heaplet_pool*>(state);
  __builtin_memset(static_cast<void*>(pool), 0, sizeof *pool);  // an empty one
  pool->add(behind, address + bytes - behind);
  return pool;
}

size_t heaplet_pool_least_bytes(void) { return least_bytes; }

size_t heaplet_pool_add(heaplet_pool* pool, void* buffer, size_t bytes) {
  const Word address = reinterpret_cast<Word>(buffer);
  if (!pool || reaches_beyond_addresses(address, bytes) || pool->has_some_of(address, bytes)) return 0;
  return pool->add(address, bytes);
}

void* heaplet_pool_malloc(heaplet_pool* pool, size_t size) {
  return pool ? pool->tlsf.allocate(size) : nullptr;
}

void* heaplet_pool_calloc(heaplet_pool* pool, size_t count, size_t size) {
  const heaplet::Checked bytes = heaplet::checked_multiply(count, size);
  void* const block = bytes.overflow ? nullptr : heaplet_pool_malloc(pool, bytes.value);
  if (block) __builtin_memset(block, 0, bytes.value);
  return block;
}

void* heaplet_pool_aligned_alloc(heaplet_pool* pool, size_t alignment, size_t size) {
  return pool ? pool->tlsf.allocate(size, alignment) : nullptr;
}

void heaplet_pool_free(heaplet_pool* pool, void* block) {
  if (pool) pool->tlsf.deallocate(block);
}

void* heaplet_pool_aligned_realloc(heaplet_pool* pool, void* block, size_t alignment, size_t size) {
  if (!pool || !heaplet::is_power_of_two(alignment)) return nullptr;
  if (reinterpret_cast<Word>(block) % alignment == 0) return pool->tlsf.reallocate(block, size, alignment);
  void* const moved = pool->tlsf.allocate(size, alignment);
  const auto free = [=](void* old) __attribute__((always_inline)) { pool->tlsf.deallocate(old); };
  return moved ? heaplet::move_block(pool->tlsf, block, size, moved, free) : nullptr;
}

void* heaplet_pool_realloc(heaplet_pool* pool, void* block, size_t size) {
  return heaplet_pool_aligned_realloc(pool, block, 1, size);
}

void* heaplet_pool_realloc_in_place(heaplet_pool* pool, void* block, size_t size) {
  return pool && block && pool->tlsf.resize_in_place(block, size) ? block : nullptr;
}

size_t heaplet_pool_usable_size(const heaplet_pool*, const void* block) { return Tlsf::usable_size(block); }

struct heaplet_pool_stats heaplet_pool_stats(const heaplet_pool* pool) {
  if (!pool) return {};
  const heaplet::Stats found = heaplet::stats(PoolView(*pool));
  return {found.pools,       found.pool_bytes, found.used_blocks,    found.used_bytes,
          found.free_blocks, found.free_bytes, found.largest_request};
}

const char* heaplet_pool_check(const heaplet_pool* pool) {
  return pool ? heaplet::check(PoolView(*pool)).what : "there is no pool";
}

}  // extern "C"

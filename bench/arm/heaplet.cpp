// heaplet's core over a static pool: no libc, no growth. HEAPLET_SECOND_LEVEL is log2 of the lists an octave;
// HEAPLET_QUICK_BLOCKS the most freed blocks that wait in quick lists, of up to 256 bytes: 0 for none, and Tlsf alone.
#include "../../src/heap.hpp"

namespace {
using heaplet::Region;
using heaplet::Word;

constexpr heaplet::Config config{.first_levels = 12,
                                 .second_level_bits = HEAPLET_SECOND_LEVEL,
                                 .quick_lists = HEAPLET_QUICK_BLOCKS ? 17 : 0,
                                 .quick_blocks = HEAPLET_QUICK_BLOCKS,
                                 .branchless = false};

/// A pool that does not grow.
struct StaticPool {
  Region pool{};

  Region initial() { return pool; }
  Word next(Word) const { return reinterpret_cast<Word>(pool.start) + pool.bytes; }
  Region grow(Word, Word) { return {nullptr, 0}; }
};

#if HEAPLET_QUICK_BLOCKS
constinit heaplet::Heap<config, StaticPool> heap;
void start(Region pool) { heap = heaplet::Heap<config, StaticPool>(StaticPool{pool}); }
#else
constinit heaplet::Tlsf<config> heap;
void start(Region pool) { heap.insert_free_block(pool.start, pool.bytes); }
#endif
}  // namespace

extern "C" {
void heap_start(void* pool, Word bytes) { start({pool, bytes}); }
void* heap_allocate(Word bytes, Word alignment) { return heap.allocate(bytes, alignment); }
void heap_free(void* block, Word) { heap.deallocate(block); }
}

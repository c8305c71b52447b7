// heaplet's core over a static pool: no libc, no growth. HEAPLET_SECOND_LEVEL is log2 of the lists an octave.
#include "../../src/tlsf.hpp"

namespace {
constexpr heaplet::Config config{.first_levels = 12, .second_level_bits = HEAPLET_SECOND_LEVEL};
constinit heaplet::Tlsf<config> heap;
}  // namespace

extern "C" {
void heap_start(void* pool, heaplet::Word bytes) { heap.insert_free_block(pool, bytes); }
void* heap_allocate(heaplet::Word bytes, heaplet::Word alignment) { return heap.allocate(bytes, alignment); }
void heap_free(void* block, heaplet::Word) { heap.deallocate(block); }
}

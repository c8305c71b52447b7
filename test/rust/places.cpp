// The calls of rust/tests/same.rs on the core's Tlsf: where each block came to lie, a line a step.
#include <cstdio>

#include "src/tlsf.hpp"

namespace {

constexpr heaplet::Config config{.first_levels = 24, .second_level_bits = 5};

alignas(4096) char memory[1 << 20];

struct Slot {
  void* block;
  heaplet::Word align;
};

uint32_t state = 1;

uint32_t below(uint32_t count) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return uint32_t(uint64_t{state} * count >> 32);
}

heaplet::Tlsf<config> tlsf;
Slot slots[256];

}  // namespace

int main() {
  tlsf.insert_free_block(memory, sizeof memory);
  for (int step = 0; step < 20'000; ++step) {
    Slot& slot = slots[below(256)];
    const uint32_t kind = below(3), large = below(8);
    heaplet::Word size = below(500);
    const heaplet::Word align = heaplet::Word{1} << below(9);
    if (large == 0) size *= 40;
    if (!slot.block) {
      slot = {tlsf.allocate(size, align), align};
    } else if (kind == 0) {
      if (void* const moved = tlsf.reallocate(slot.block, size, slot.align)) slot.block = moved;
    } else {
      tlsf.deallocate(slot.block);
      slot.block = nullptr;
    }
    std::printf("%zu\n", slot.block ? size_t(static_cast<char*>(slot.block) - memory) : 0);
  }
}

// How a block is resized: where it is, or by a move. The same for a Tlsf, a Heap and the C family.
#pragma once

#include "bits.hpp"

namespace heaplet {

/// What is left to do to resize a block to `bytes` bytes that could not be resized where it was.
/// @param moved a new block of so many bytes; or null, also where the old one may be resized in place now
/// @param deallocate frees the old block. A lambda must always be inlined: else its captures lie on a stack.
/// @returns the block's place now; or null if there is no memory for it, and the block is as it was
template <class Memory, class Deallocate>
[[gnu::always_inline]] inline void* move_block(Memory& memory, void* payload, Word bytes, void* moved,
                                               Deallocate deallocate) {
  if (!moved) return memory.resize_in_place(payload, bytes) ? payload : nullptr;
  const Word old = memory.usable_size(payload);
  __builtin_memcpy(moved, payload, old < bytes ? old : bytes);
  deallocate(payload);
  return moved;
}

}  // namespace heaplet

// The module of a placed heap: the malloc family, and what its host needs to begin one and to bring one back.
#include "../profile.hpp"
#include "heap.hpp"

using heaplet::Here;
using heaplet::Word;

inline void* operator new(size_t, void* where) noexcept { return where; }

extern "C" {

#if HEAPLET_HARDENED

/// The host's, which throws: a fault has no text here. That would be data of the module, and would be written into the memory
/// whenever an instance is made. `how` is the function that made the block, and the one that found the fault.
__attribute__((import_module("env"), import_name("fault"))) void fault(int kind, const void* block, Word size,
                                                                       Word number, const void* at,
                                                                       Word bytes, const void* neighbour,
                                                                       Word how);

/// The lock is the host's.
[[gnu::visibility("hidden")]] void heaplet_before_fault(const void*) {}

void heaplet_fault(int kind, const void* block, size_t size, const heaplet_fault_details* more) {
  const heaplet_fault_details details = *more;
  // What the host throws unwinds no stack of ours, and whoever catches it calls again: so it begins anew where it began.
  heaplet::empty_stack();
  fault(kind, block, size, details.number, details.at, details.bytes, details.neighbour,
        details.made_by | details.found_by << 8);
}

/// The host's secret, before the first block.
int heaplet_set_secret(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return Here::heap().set_secret(heaplet::Secret::of(a, b, c, d));
}

#endif

/// Makes the heap, in place of whatever lies there. `end` is where its first pool ends; with `grows` it takes more
/// memory when that is used up. What is too small for a block is a heap that has none.
void heaplet_begin(Word end, Word grows) {
  new (&Here::heap()) Here::Heap;  // no (): that would clear it first
  Here::extent() = {grows, Here::first_pool(), end - Here::first_pool()};
  Here::heap().begin();
}

/// The bytes of the heap's state, which lie at its address.
Word heaplet_state_bytes() { return Here::state_bytes(); }

void* malloc(size_t size) { return Here::heap().allocate(size); }

void free(void* block) { Here::heap().deallocate(block); }

void* calloc(size_t count, size_t size) {
  const heaplet::Checked bytes = heaplet::checked_multiply(count, size);
  void* const block = bytes.overflow ? nullptr : malloc(bytes.value);
  if (block) Here::heap().clear(block, bytes.value);
  return block;
}

void* realloc(void* block, size_t size) { return Here::heap().reallocate(block, size); }

void* aligned_alloc(size_t alignment, size_t size) {
  if (!heaplet::is_power_of_two(alignment)) return nullptr;
  return Here::heap().allocate(size, alignment);
}

size_t malloc_usable_size(void* block) { return Here::heap().usable_size(block); }

}  // extern "C"

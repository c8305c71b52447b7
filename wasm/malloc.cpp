// The C malloc family over one heap: the exported module, and the object that replaces a libc's malloc. What each
// function promises stands in heaplet.h; how it is called by a libc, a program or a toolchain in names.hpp.
#include "tracing.hpp"
// After it, for where allocations are traced it gives the functions other names.
#include "heaplet.h"

#include "libc.hpp"
#include "program_heap.hpp"

using heaplet::Checked;
using heaplet::Word;

namespace {

void* or_no_memory(void* block) {
  if (!block) set_errno(no_memory);
  return block;
}

/// A new block for one that is resized. That there is none is no error yet: the old one may still grow, for all that was free
/// is merged then.
template <class Allocate>
[[gnu::always_inline]] inline void* tried(Allocate allocate) {
  [[maybe_unused]] const KeepErrno kept;
  return allocate();
}

/// What a block is made for. A caller with lists puts any block on the one of its size, and not only those that it has asked for:
/// what a component is handed comes from the libc's realloc. So each serves all of its list.
[[gnu::always_inline]] inline Word rounded(Word size) {
#if HEAPLET_KEPT
  if constexpr (config.caller_limit == 0) return heaplet::CallerLists::rounded(size);
#endif
  return size;
}

/// Most heaps gain nothing by what the caller knows.
template <class Heap>
[[gnu::always_inline]] inline void free_sized(Heap& memory, void* block, Word size, Word alignment) {
  if constexpr (requires { memory.deallocate_sized(block, size, alignment, heaplet_free); })
    memory.deallocate_sized(block, size, alignment, heaplet_free);
  else
    heaplet_free(block);
}

/// A block of another size. With slabs the map that says what it is is looked at once.
template <class Heap>
[[gnu::always_inline]] inline void* resized(Heap& memory, void* block, Word size) {
  const auto allocate = [&](auto* old) __attribute__((always_inline)) {
    return tried([&] {
      return size <= memory.largest_cached ? heaplet_malloc(size) : memory.allocate_or_extend(old, size);
    });
  };
  if constexpr (requires { memory.resize_or_move(block, size, allocate, heaplet_free); }) {
    return memory.resize_or_move(block, size, allocate, heaplet_free);
  } else {
    if (memory.resize_in_place(block, size)) return block;
    return heaplet::move_block(memory, block, size, allocate(block), heaplet_free);
  }
}

constexpr Word page = ProgramMemory::page();

}  // namespace

extern "C" {

#if HEAPLET_START
// Run when the module is instantiated: an imported memory may hold anything where the heap's state lies, and what
// somebody grows before the first call is not ours.
void heaplet_start() {
  __builtin_memset(static_cast<void*>(&heap), 0, sizeof heap);
  heap.begin();
}
#endif

[[gnu::noinline]] void* heaplet_malloc(size_t size) { return or_no_memory(heap.allocate(rounded(size))); }

[[gnu::noinline]] void heaplet_free(void* block) { heap.deallocate(block); }

// What follows calls malloc and free where it can, like any program: their code is there once.

void* heaplet_calloc(size_t count, size_t size) {
  const Checked bytes = heaplet::checked_multiply(count, size);
  void* const block = bytes.overflow ? or_no_memory(nullptr) : heaplet_malloc(bytes.value);
  if (block) heap.clear(block, bytes.value);
  return block;
}

void* heaplet_realloc(void* block, size_t size) {
  if (!block) return heaplet_malloc(size);
  size = rounded(size);
#if HEAPLET_THREADS
  return or_no_memory(heap.reallocate(block, size));  // between these steps others would come
#else
  return or_no_memory(resized(heap, block, size));
#endif
}

void* heaplet_reallocarray(void* block, size_t count, size_t size) {
  const Checked bytes = heaplet::checked_multiply(count, size);
  return bytes.overflow ? or_no_memory(nullptr) : heaplet_realloc(block, bytes.value);
}

void* heaplet_realloc_in_place(void* block, size_t size) {
  return block && heap.resize_in_place(block, rounded(size)) ? block : nullptr;
}

#if HEAPLET_HARDENED

#ifdef __EMSCRIPTEN__
// Not by the first malloc: what writes the random numbers is JavaScript, with a view of the memory that has ended once somebody
// else has made it grow.
[[gnu::constructor]] static void draw_secret() { heap.set_secret(SecretMemory<ProgramMemory>::secret()); }
#endif

void heaplet_free_sized(void* block, size_t size) {
  heap.deallocate(block, heaplet::Kind::plain, heaplet::By::sized, size, 1);
}

void heaplet_free_aligned_sized(void* block, size_t alignment, size_t size) {
  heap.deallocate(block, heaplet::Kind::plain, heaplet::By::aligned_sized, size, alignment);
}

void* heaplet_made(void* block, int by) { return heap.made(block, heaplet::Kind(by)); }

void heaplet_free_made(void* block, int by, size_t size, size_t alignment) {
  const heaplet::Kind kind{static_cast<unsigned char>(by)};
  const auto found_by = kind == heaplet::Kind::object ? heaplet::By::object : heaplet::By::array;
  heap.deallocate(block, kind, found_by, size, alignment);
}

int heaplet_set_secret(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return heap.set_secret(heaplet::Secret::of(a, b, c, d));
}

#else

void heaplet_free_sized(void* block, size_t size) { free_sized(heap, block, size, 1); }

void heaplet_free_aligned_sized(void* block, size_t alignment, size_t size) {
  free_sized(heap, block, size, alignment);
}

#endif

void* heaplet_aligned_alloc(size_t alignment, size_t size) {
  if (!heaplet::is_power_of_two(alignment)) {
    set_errno(invalid);
    return nullptr;
  }
  if (alignment <= least_alignment) return heaplet_malloc(size);
  return or_no_memory(heap.allocate(rounded(size), alignment));
}

void* heaplet_memalign(size_t alignment, size_t size) { return heaplet_aligned_alloc(alignment, size); }

int heaplet_posix_memalign(void** result, size_t alignment, size_t size) {
  if (!heaplet::is_power_of_two(alignment) || alignment < sizeof(void*)) return invalid;
  [[maybe_unused]] const KeepErrno kept;  // sbrk sets it
  void* const block = heaplet_aligned_alloc(alignment, size);
  if (!block) return no_memory;
  *result = block;
  return 0;
}

void* heaplet_aligned_realloc(void* block, size_t alignment, size_t size) {
  if (!block || !heaplet::is_power_of_two(alignment)) return heaplet_aligned_alloc(alignment, size);
  size = rounded(size);
  const bool may_stay = reinterpret_cast<Word>(block) % alignment == 0;
  if (may_stay && heap.resize_in_place(block, size)) return block;
  void* const moved = tried([&] { return heaplet_aligned_alloc(alignment, size); });
  if (!moved && !may_stay) return or_no_memory(nullptr);
  return or_no_memory(heaplet::move_block(heap, block, size, moved, heaplet_free));
}

void* heaplet_valloc(size_t size) { return heaplet_aligned_alloc(page, size); }

void* heaplet_pvalloc(size_t size) {
  const Word rest = size % page;
  const Checked bytes = heaplet::checked_add(size, size == 0 || rest ? page - rest : 0);
  return or_no_memory(bytes.overflow ? nullptr : heap.allocate(bytes.value, page));
}

size_t heaplet_malloc_usable_size(void* block) { return heap.usable_size(block); }

#if HEAPLET_KEPT
}

/// A block for a list of the caller's, which is empty and so many bytes from the first; of small ones more into that list, where
/// they are at hand.
template <class Heap>
[[gnu::always_inline]] inline void* malloc_kept(Heap& memory, Word size, Word distance) {
  if constexpr (config.slab_limit == 0) {
    if (void* const larger = heaplet::caller.take_larger(distance)) return larger;
    const Word bytes = distance / sizeof(void*) * heaplet::granule;
    const heaplet::Chain chain = bytes > 128 ? heaplet::Chain{} : memory.cut(bytes, 1024);
    if (!chain.first) return heaplet_malloc(size);
    heaplet::caller.refill(distance, chain.first->next, chain.blocks - 1);
    return chain.first;
  } else if (size > config.slab_limit) {
    void* const larger = heaplet::caller.take_larger(distance);
    return larger ? larger : heaplet_malloc(size);
  } else {
    void* const block = heaplet_malloc(size);
    heaplet::Waiting* first;
    if (const Word more = memory.take_waiting(size, 15, first)) heaplet::caller.refill(distance, first, more);
    return block;
  }
}

extern "C" {

void* heaplet_malloc_kept(size_t size, size_t distance) { return malloc_kept(heap, size, distance); }

// A block of more bytes than a slab's has a header, and so has one with an alignment: nobody need ask.

[[gnu::flatten]] void* heaplet_malloc_large(size_t size) {
  if constexpr (config.caller_limit == 0)
    if (void* const waiting = heap.take_large(size)) return waiting;
  return heaplet_malloc(size);
}

[[gnu::flatten]] void heaplet_free_large(void* block) {
  if constexpr (config.caller_limit == 0)
    if (heap.keep_large(block)) return;
  heaplet_free(block);
}

/// Resizes a block that has a header where it is.
[[gnu::noinline]] bool heaplet_resize_large(void* block, size_t size) {
  return heap.resize_in_place(heaplet::Block::of_payload(block), rounded(size));
}

/// From `old` bytes, of which no more are copied.
void* heaplet_realloc_large(void* payload, size_t old, size_t size) {
  heaplet::Block* const block = heaplet::Block::of_payload(payload);
  if (heap.holds_large(block, size) || heaplet_resize_large(payload, size)) return payload;
  void* const moved =
      size <= heap.largest_cached ? heaplet_malloc(size) : heap.allocate_or_extend(block, size);
  if (!moved) return or_no_memory(heaplet_resize_large(payload, size) ? payload : nullptr);
  __builtin_memcpy(moved, payload, old < size ? old : size);
  heaplet_free_large(payload);
  return moved;
}
#endif

#if HEAPLET_THREADS
void heaplet_thread_flush(void) { heap.flush_thread(); }
#endif

}  // extern "C"

#if HEAPLET_TRACING || HEAPLET_STACKS
#include "traced.hpp"
#endif

#if HEAPLET_HARDENED
// Who finds a fault has the lock. What is done then may want the heap, or wait for a thread that does: on Emscripten the main one
// writes to files for all others. (Without threads too: a main module of Emscripten's wants to know where each name is.)
extern "C" [[gnu::visibility("hidden")]] void heaplet_before_fault([[maybe_unused]] const void* block) {
#if HEAPLET_THREADS
  heap.unlock();
#if HEAPLET_STACKS
  heaplet::stacks.found_fault(block);
#endif
#endif
}
#endif

#include "bulk.hpp"
#include "malloc_info.hpp"
#if HEAPLET_STACKS
void heaplet_print_leaks(void) {
  {
    [[maybe_unused]] const traced::QuietCall call;
    [[maybe_unused]] const Stopped held = stopped();
    heaplet::each_block(heaplet::view(heap), [](const heaplet::BlockInfo& info) {
      if (info.use != heaplet::Use::used) return;
      const void* const block = reinterpret_cast<const void*>(info.payload);
      traced::used(block, whole_heap().usable_size(block));
    });
  }
  traced::print_used();
}
#endif
#if defined(__wasm__) || \
    HEAPLET_OVERRIDE  // natively the process keeps its own malloc, if not asked otherwise
#include "names.hpp"
#endif

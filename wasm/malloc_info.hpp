// The part of the C family that looks at the whole heap.
#pragma once

#include "../src/stats.hpp"
#include "../src/view.hpp"

namespace {

/// What a pool has besides its blocks: the words before its first header, and its sentinel. They are counted as free,
/// so that what is used and what is free is all that was taken.
constexpr heaplet::Word around_blocks = heaplet::granule;

/// What was taken before pools, so that they lie at a granule.
inline heaplet::Word before_pools() {
#ifdef __EMSCRIPTEN__
  return ProgramMemory::skipped;
#else
  return 0;
#endif
}

#if HEAPLET_THREADS

/// While it lives no other thread changes the heap. (Their lists they do.)
using Stopped = heaplet::Holding<decltype(heap)>;
inline Stopped stopped() { return Stopped(heap); }

#else

struct Stopped {};
inline Stopped stopped() { return {}; }

#endif

/// The heap, for who has the lock.
inline const auto& whole_heap() {
#if HEAPLET_THREADS
  return heap.heap();
#else
  return heap;
#endif
}

#if HEAPLET_USAGE

/// What the heap has counted. (What threads keep has left it.)
inline heaplet::UsageFigures usage_figures() {
  [[maybe_unused]] const Stopped held = stopped();
  return whole_heap().usage();
}

#endif

}  // namespace

extern "C" {

#if HEAPLET_USAGE

struct heaplet_usage heaplet_usage(void) {
  const heaplet::UsageFigures figures = usage_figures();
  return {.used_bytes = figures.used_bytes,
          .used_blocks = figures.used_blocks,
          .peak_bytes = figures.peak_bytes,
          .peak_blocks = figures.peak_blocks,
          .footprint = heaplet_malloc_footprint(),
          .growths = figures.growths,
          .refusals = figures.refusals,
          .largest_request = figures.largest_request};
}

#if HEAPLET_USAGE == 2 && defined(__wasm__)
[[gnu::used, clang::export_name("heaplet_usage_figure")]]
#endif
size_t heaplet_usage_figure(unsigned number) {
  const struct heaplet_usage usage = heaplet_usage();
  const size_t figures[] = {usage.used_bytes, usage.used_blocks, usage.peak_bytes, usage.peak_blocks,
                            usage.footprint,  usage.growths,     usage.refusals,   usage.largest_request};
  static_assert(sizeof figures == sizeof usage);
  return number < sizeof figures / sizeof *figures ? figures[number] : 0;
}

#endif

struct heaplet_mallinfo heaplet_mallinfo(void) {
#if HEAPLET_USAGE
  const heaplet::Word most = usage_figures().peak_bytes;  // before the lock is taken
#endif
  [[maybe_unused]] const Stopped held = stopped();
  heaplet::Stats stats = heaplet::stats(heaplet::view(heap));
#if HEAPLET_THREADS
  // What other threads keep looks like used blocks.
  const heaplet::Kept kept = heap.kept_by_others();
  stats.used_bytes -= kept.bytes;
  stats.cached_bytes += kept.bytes;
  stats.cached_blocks += kept.blocks;
#elif HEAPLET_KEPT
  // What the caller keeps too.
  heaplet::caller.each([&](const void* block) {
    const heaplet::Word bytes = heap.taken_by(block);
    stats.used_bytes -= bytes;
    stats.cached_bytes += bytes;
    ++stats.cached_blocks;
  });
#endif
  const heaplet::Word overhead = stats.pools * around_blocks + before_pools();
  const heaplet::Word all = stats.pool_bytes + overhead;
  return {.arena = all,
          .ordblks = stats.free_blocks,
          .smblks = stats.cached_blocks,
          .hblks = 0,
          .hblkhd = 0,
#if HEAPLET_USAGE
          .usmblks = most,
#else
          .usmblks = all,
#endif
          .fsmblks = stats.cached_bytes,
          .uordblks = stats.used_bytes,
          .fordblks = all - stats.used_bytes,
          .keepcost = heap.free_at_end()};
}

size_t heaplet_malloc_footprint(void) {
  [[maybe_unused]] const Stopped held = stopped();
  size_t bytes = before_pools();
  heaplet::view(heap).each_pool([&](heaplet::Word, heaplet::Word blocks) {
    bytes += blocks + around_blocks;
    return true;
  });
  return bytes;
}

size_t heaplet_malloc_footprint_limit(void) { return ~size_t{0}; }

size_t heaplet_malloc_set_footprint_limit(size_t) { return ~size_t{0}; }

#if HEAPLET_DISCARD
int heaplet_malloc_trim(size_t) {
  [[maybe_unused]] const Stopped held = stopped();
  heap.trim();
  return 1;
}
#else
int heaplet_malloc_trim(size_t) { return 0; }
#endif

int heaplet_mallopt(int, int) { return 0; }

#ifdef __EMSCRIPTEN__

size_t emscripten_get_heap_max(void);  // Emscripten's heap.h: the bytes that memory may grow to

/* 0 if every invariant of the heap holds; else says which one does not. Walks the heap. */
int emmalloc_validate_memory_regions(void) {
  const heaplet::Fault fault = [] {
    [[maybe_unused]] const Stopped held = stopped();
    return heaplet::check(heaplet::view(heap));
  }();
  if (fault) say(fault.what);
  return fault ? 1 : 0;
}

/* For what prints them (malloc_stats.cpp): of the next blocks behind an address that one, the bytes, and whether it is used. At most
 * `most`, of one pool. Returns how many.
 *
 * Not one by one to a function that prints: a thread's lines are written by the main thread, which may wait for the heap; and
 * the Module.printErr of a program may call it, between what only a whole walk leaves as it was. */
[[gnu::visibility("hidden")]] size_t heaplet_blocks_behind(size_t behind, size_t (*found)[3], size_t most) {
  [[maybe_unused]] const Stopped held = stopped();
  const auto view = heaplet::view(heap);
  for (;;) {
    // The pool that is next. No payload of it lies behind `last`.
    size_t start = 0, last = 0;
    view.each_pool([&](heaplet::Word first, heaplet::Word bytes) {
      const size_t end = first + decltype(view)::granule + bytes - 1;
      if (end > behind && (start == 0 || first < start)) start = first, last = end;
      return true;
    });
    if (start == 0) return 0;
    size_t count = 0;
    heaplet::each_block(view, [&](const heaplet::BlockInfo& info) {
      if (count == most || info.payload <= behind || info.payload < start || info.payload > last) return;
      size_t (&next)[3] = found[count++];
      next[0] = info.payload, next[1] = info.size, next[2] = info.use == heaplet::Use::used;
    });
    if (count != 0) return count;
    behind = last;
  }
}

/* Bytes that no used block takes. Walks the heap. */
size_t emmalloc_free_dynamic_memory(void) { return heaplet_mallinfo().fordblks; }

/* How many free blocks have 2^i bytes or more, but fewer than 2^(i+1), for each i; and how many there are. Walks the
 * heap. */
size_t emmalloc_compute_free_dynamic_memory_fragmentation_map(size_t counts[32]) {
  [[maybe_unused]] const Stopped held = stopped();
  size_t all = 0;
  for (unsigned i = 0; i < 32; ++i) counts[i] = 0;
  heaplet::each_block(heaplet::view(heap), [&](const heaplet::BlockInfo& block) {
    if (block.use == heaplet::Use::used) return;
    const unsigned octave = heaplet::highest_bit(block.size);
    ++counts[octave < 31 ? octave : 31];
    ++all;
  });
  return all;
}

/* Bytes that sbrk could still give. */
size_t emmalloc_unclaimed_heap_memory(void) {
  return emscripten_get_heap_max() - ProgramMemory::end() - ProgramMemory::others();
}

#endif

}  // extern "C"

// The one heap of a program or module: the profile that the build chose, over the memory of the platform.
#pragma once

#include "../src/heap.hpp"
#include "threads.hpp"

#ifndef HEAPLET_COALESCE_POOLS
#define HEAPLET_COALESCE_POOLS 0
#endif

// Whether the profile is `small`, which has a heap of its own where addresses have 32 bits, in a form that the
// preprocessor can ask.
#define HEAPLET_IS_SMALL_small 1
#define HEAPLET_JOIN(a, b) a##b
#define HEAPLET_IS_SMALL(profile) HEAPLET_JOIN(HEAPLET_IS_SMALL_, profile)
#if defined(__wasm32__) && HEAPLET_IS_SMALL(HEAPLET_PROFILE)
#define HEAPLET_SMALL 1
#endif

#if HEAPLET_SMALL
#include "small/heap.hpp"
#endif

#if defined(__EMSCRIPTEN__)
#include "sbrk.hpp"
#elif defined(__wasm__)
#include "memory_grow.hpp"
#elif defined(HEAPLET_NATIVE_MEMORY)
#include HEAPLET_NATIVE_MEMORY  // a header with heaplet::NativeMemory
#else
#error "HEAPLET_NATIVE_MEMORY is to name a header with heaplet::NativeMemory"
#endif

namespace {

#if defined(__EMSCRIPTEN__)
using ProgramMemory = heaplet::Sbrk;
#elif defined(__wasm__)
using ProgramMemory = heaplet::MemoryGrow;
#else
using ProgramMemory = heaplet::NativeMemory;
#endif

#if HEAPLET_SMALL

using ProfileHeap = heaplet::SmallHeap;

#else

constexpr heaplet::Config config = [] {
  heaplet::Config chosen = heaplet::profiles::HEAPLET_PROFILE;
  if (HEAPLET_THREADS) chosen = heaplet::profiles::threaded(chosen);
  chosen.coalesce_pools = HEAPLET_COALESCE_POOLS;
  if (__STDC_HOSTED__) chosen.largest_request = PTRDIFF_MAX;
#ifdef __EMSCRIPTEN__
  if (chosen.slab_limit != 0) chosen.slab_unit = 8;  // its max_align_t
#endif
  return chosen;
}();

using ProfileHeap = heaplet::Heap<config, ProgramMemory>;

#endif

#if !HEAPLET_THREADS
constinit ProfileHeap heap;
#endif

// What every block is a multiple of.
#if HEAPLET_SMALL
constexpr heaplet::Word least_alignment = heaplet::granule;
#else
constexpr heaplet::Word least_alignment = config.slab_limit != 0 ? config.slab_unit : heaplet::granule;
#endif

}  // namespace

#if HEAPLET_THREADS
#include "program_threads.hpp"
#endif

// The one heap of a program or module: the profile that the build chose, over the memory of the platform.
#pragma once

// What free memory must be long, in bytes, for its pages to be given back through heaplet_discard; 0: none is.
#ifndef HEAPLET_DISCARD
#define HEAPLET_DISCARD 0
#endif
#if HEAPLET_DISCARD && defined(__wasm__) && !defined(__EMSCRIPTEN__)
#include <stddef.h>
// The host's, where no object of the program defines it.
extern "C" __attribute__((import_module("env"), import_name("heaplet_discard"))) void heaplet_discard(
    void* start, size_t bytes);
#endif

#include "../src/heap.hpp"
#include "profile.hpp"
#include "threads.hpp"

#ifndef HEAPLET_COALESCE_POOLS
#define HEAPLET_COALESCE_POOLS 0
#endif

#if HEAPLET_SMALL && HEAPLET_DISCARD
#error "HEAPLET_DISCARD: small has no place for it: the other profiles have"
#endif

#if HEAPLET_SMALL
#include "small/heap.hpp"
#endif

// Whether it counts what is in use (1), and exports it too (2): where the build does not say, as the profile has it.
#define HEAPLET_COUNTS_hardened 1
#define HEAPLET_COUNTS(profile) HEAPLET_JOIN(HEAPLET_COUNTS_, profile)
#ifndef HEAPLET_USAGE
#if HEAPLET_COUNTS(HEAPLET_PROFILE)
#define HEAPLET_USAGE 1
#else
#define HEAPLET_USAGE 0
#endif
#define HEAPLET_USAGE_OF_PROFILE 1
#elif HEAPLET_USAGE && HEAPLET_SMALL
#error "the profile small does not count what is in use"
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

#if HEAPLET_KEPT
#include "kept.hpp"
#endif
#if HEAPLET_HARDENED
#include "secret.hpp"
#endif

namespace {

#if defined(__EMSCRIPTEN__)
using ProgramMemory = heaplet::Sbrk;
#elif defined(__wasm__)
using ProgramMemory = heaplet::MemoryGrow;
#else
using ProgramMemory = heaplet::NativeMemory;
#endif

#if HEAPLET_KEPT
using HeapMemory = heaplet::MemoryUnderLists<ProgramMemory>;
#else
using HeapMemory = ProgramMemory;
#endif

#if HEAPLET_SMALL

using ProfileHeap = heaplet::SmallHeap;

#else

constexpr heaplet::Config config = [] {
  heaplet::Config chosen = heaplet::profiles::HEAPLET_PROFILE;
  if (HEAPLET_THREADS) chosen = heaplet::profiles::threaded(chosen);
#if HEAPLET_KEPT
  chosen = heaplet::kept(chosen);
#endif
  chosen.coalesce_pools = HEAPLET_COALESCE_POOLS;
#if !HEAPLET_USAGE_OF_PROFILE
  chosen.usage = HEAPLET_USAGE != 0;
#endif
  chosen.discard_above = HEAPLET_DISCARD;
  if (HEAPLET_DISCARD != 0) chosen.discard_page = ProgramMemory::page();
  if (__STDC_HOSTED__) chosen.largest_request = PTRDIFF_MAX;
#ifdef __EMSCRIPTEN__
  if (chosen.slab_limit != 0) chosen.slab_unit = 8;  // its max_align_t
#endif
  return chosen;
}();

static_assert(config.usage == (HEAPLET_USAGE != 0), "HEAPLET_COUNTS_... says what the profile does");

#if HEAPLET_HARDENED
using ProfileHeap = heaplet::Heap<config, SecretMemory<HeapMemory> >;
#else
using ProfileHeap = heaplet::Heap<config, HeapMemory>;
#endif

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

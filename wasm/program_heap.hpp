// The one heap of a program or module: the profile that the build chose, over the memory of the platform.
#pragma once

#include "../src/heap.hpp"

#ifdef __EMSCRIPTEN__
#include "sbrk.hpp"
#else
#include "memory_grow.hpp"
#endif

#ifndef HEAPLET_COALESCE_POOLS
#define HEAPLET_COALESCE_POOLS 0
#endif

namespace {

constexpr heaplet::Config config = [] {
  heaplet::Config chosen = heaplet::profiles::HEAPLET_PROFILE;
  chosen.coalesce_pools = HEAPLET_COALESCE_POOLS;
  return chosen;
}();

#ifdef __EMSCRIPTEN__
using ProgramMemory = heaplet::Sbrk;
#else
using ProgramMemory = heaplet::MemoryGrow;
#endif

constinit heaplet::Heap<config, ProgramMemory> heap;

}  // namespace

// Which profile the build chose, in a form that the preprocessor can ask.
#pragma once

#define HEAPLET_IS_SMALL_small 1
#define HEAPLET_IS_HARDENED_hardened 1
#define HEAPLET_JOIN(a, b) a##b
#define HEAPLET_IS_SMALL(profile) HEAPLET_JOIN(HEAPLET_IS_SMALL_, profile)
#define HEAPLET_IS_HARDENED(profile) HEAPLET_JOIN(HEAPLET_IS_HARDENED_, profile)

// `small` has a heap of its own where addresses have 32 bits.
#if defined(__wasm32__) && HEAPLET_IS_SMALL(HEAPLET_PROFILE)
#define HEAPLET_SMALL 1
#endif

#if HEAPLET_IS_HARDENED(HEAPLET_PROFILE)
#define HEAPLET_HARDENED 1
#endif

// Where `hardened` has its secret from in a program: the system's random numbers. A module of dist/ asks nobody: its host gives
// one, by heaplet_set_secret.
#pragma once

#include "../src/secret.hpp"

#if __STDC_HOSTED__ && defined(__wasm__) && !defined(__EMSCRIPTEN__)
// WASI's own call, and not getentropy: the libc's would come with it.
extern "C" [[clang::import_module("wasi_snapshot_preview1"), clang::import_name("random_get")]] int
heaplet_random_get(void* bytes, size_t count);
#elif __STDC_HOSTED__
extern "C" int getentropy(void* bytes, size_t count);  // POSIX.1-2024
#endif

namespace {

/// The same memory, with a secret for who keeps its heap in it.
template <class Memory>
struct SecretMemory : Memory {
#if __STDC_HOSTED__
  static heaplet::Secret secret() {
    uint64_t drawn[2] = {};
#if defined(__wasm__) && !defined(__EMSCRIPTEN__)
    if (heaplet_random_get(drawn, sizeof drawn) != 0) return {};
#else
    if (getentropy(drawn, sizeof drawn) != 0) return {};
#endif
    return heaplet::Secret::of(drawn[0], drawn[1]);
  }
#endif
};

}  // namespace

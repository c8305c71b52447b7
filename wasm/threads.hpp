// What a program's threads are to the heap. Without HEAPLET_THREADS there is nothing of it.
//
//     HEAPLET_THREADS=1   POSIX threads: Emscripten's, or those of the system
//     HEAPLET_THREADS=2   threads whose end nobody hears of: Emscripten's Wasm Workers, and where there is no libc
#pragma once

#ifndef HEAPLET_THREADS
#define HEAPLET_THREADS 0
#endif

#if HEAPLET_THREADS

#include "../src/lock.hpp"

#ifdef __wasm__

#ifdef __EMSCRIPTEN__
// False on a browser's main thread, and in an AudioWorklet.
extern "C" int _emscripten_thread_supports_atomics_wait();
#else
// Elsewhere nothing tells, and to sleep where it is forbidden is a trap. With a libc threads sleep for its locks too; without
// one nothing is known, and none does. A program that knows better defines it.
extern "C" [[gnu::weak]] int heaplet_may_wait(void) { return __STDC_HOSTED__; }
#endif

namespace {

struct ProgramWait {
  static bool may_wait() {
#ifdef __EMSCRIPTEN__
    return _emscripten_thread_supports_atomics_wait();
#else
    return heaplet_may_wait();
#endif
  }
  // Emscripten's own wait does also what other threads have asked of this one, which may call malloc: not in a malloc.
  static void pause(const uint32_t* word, uint32_t value) {
    __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int*>(const_cast<uint32_t*>(word)),
                                        static_cast<int>(value), heaplet::pause_ns);
  }
};

}  // namespace

#if HEAPLET_THREADS == 1
// By hand and not by pthread.h, as in libc.hpp.
extern "C" int pthread_key_create(unsigned* key, void (*destructor)(void*));
extern "C" int pthread_setspecific(unsigned key, const void* value);
extern "C" void* pthread_self();
#endif

#else

#include "../src/posix/threads.hpp"

namespace {
using ProgramWait = heaplet::PosixWait;
}

#endif

#if HEAPLET_THREADS == 1
#include "../src/thread_end.hpp"

namespace {

struct ProgramKeys {
  static bool create(unsigned& key, void (*ended)(void*)) { return pthread_key_create(&key, ended) == 0; }
  static bool set(unsigned key, const void* value) {
#ifdef __EMSCRIPTEN__
    if (!pthread_self()) return false;  // a thread that is none of POSIX's
#endif
    return pthread_setspecific(key, value) == 0;
  }
};

}  // namespace
#endif

#endif

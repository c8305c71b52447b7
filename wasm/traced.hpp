// The functions of heaplet.h where somebody is told of them: see tracing.hpp, whose other names for them end here.
#pragma once

#if HEAPLET_STACKS && HEAPLET_THREADS
#include "stacks_threads.hpp"
#undef heaplet_made
#undef heaplet_malloc_usable_size
#endif
#undef heaplet_malloc
#undef heaplet_free
#undef heaplet_calloc
#undef heaplet_realloc
#undef heaplet_reallocarray
#undef heaplet_realloc_in_place
#undef heaplet_free_sized
#undef heaplet_free_aligned_sized
#undef heaplet_free_made
#undef heaplet_aligned_alloc
#undef heaplet_memalign
#undef heaplet_posix_memalign
#undef heaplet_aligned_realloc
#undef heaplet_valloc
#undef heaplet_pvalloc

extern "C" {

void* heaplet_malloc(size_t size) {
  const traced::Call call;
  return call.block(heaplet_untraced_malloc(size), size);
}

void heaplet_free(void* block) {
  const traced::Call call;
  call.frees(block, [=] { heaplet_untraced_free(block); });
}

void* heaplet_calloc(size_t count, size_t size) {
  const traced::Call call;
  return call.block(heaplet_untraced_calloc(count, size), count * size);
}

void* heaplet_realloc(void* block, size_t size) {
  const traced::Call call;
  return call.block(heaplet_untraced_realloc(block, size), size, block);
}

void* heaplet_reallocarray(void* block, size_t count, size_t size) {
  const traced::Call call;
  return call.block(heaplet_untraced_reallocarray(block, count, size), count * size, block);
}

void* heaplet_realloc_in_place(void* block, size_t size) {
  const traced::Call call;
  return call.block(heaplet_untraced_realloc_in_place(block, size), size, block);
}

void heaplet_free_sized(void* block, size_t size) {
  const traced::Call call;
  call.frees(block, [=] { heaplet_untraced_free_sized(block, size); });
}

void heaplet_free_aligned_sized(void* block, size_t alignment, size_t size) {
  const traced::Call call;
  call.frees(block, [=] { heaplet_untraced_free_aligned_sized(block, alignment, size); });
}

#if HEAPLET_HARDENED
void heaplet_free_made(void* block, int by, size_t size, size_t alignment) {
  const traced::Call call;
  call.frees(block, [=] { heaplet_untraced_free_made(block, by, size, alignment); });
}
#endif

void* heaplet_aligned_alloc(size_t alignment, size_t size) {
  const traced::Call call;
  return call.block(heaplet_untraced_aligned_alloc(alignment, size), size);
}

void* heaplet_memalign(size_t alignment, size_t size) {
  const traced::Call call;
  return call.block(heaplet_untraced_memalign(alignment, size), size);
}

int heaplet_posix_memalign(void** result, size_t alignment, size_t size) {
  const traced::Call call;
  const int error = heaplet_untraced_posix_memalign(result, alignment, size);
  if (!error) call.block(*result, size);
  return error;
}

void* heaplet_aligned_realloc(void* block, size_t alignment, size_t size) {
  const traced::Call call;
  return call.block(heaplet_untraced_aligned_realloc(block, alignment, size), size, block);
}

void* heaplet_valloc(size_t size) {
  const traced::Call call;
  return call.block(heaplet_untraced_valloc(size), size);
}

void* heaplet_pvalloc(size_t size) {
  const traced::Call call;
  return call.block(heaplet_untraced_pvalloc(size), size);
}

#if HEAPLET_STACKS && HEAPLET_THREADS

void* heaplet_made(void* block, int by) {
  const traced::QuietCall call;
  return heaplet_untraced_made(block, by);
}

size_t heaplet_malloc_usable_size(void* block) {
  const traced::QuietCall call;
  return heaplet_untraced_malloc_usable_size(block);
}

#endif

}  // extern "C"

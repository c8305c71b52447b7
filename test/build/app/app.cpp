// Uses the headers over an array of its own, and malloc, which on wasm is heaplet's.
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <heaplet.h>
#include <heaplet/tlsf.hpp>

alignas(64) static char pool[4096];
static heaplet::Tlsf<heaplet::profiles::fast> heap;

// The compiler may not leave calls out by what it knows of malloc.
static void* (*volatile allocate)(size_t) = malloc;

int main() {
  heap.insert_free_block(pool, sizeof pool);
  void* const voice = heap.allocate(480, 64);
  const bool inside = voice >= static_cast<void*>(pool) && voice < static_cast<void*>(pool + sizeof pool);
  void* const block = allocate(100);
  errno = 0;
  const bool refused = !allocate(SIZE_MAX - 8) && errno == ENOMEM;
#ifdef __wasm__
  // malloc is heaplet's if heaplet knows of what it gave.
  const size_t before = heaplet_mallinfo().uordblks;
  void* const more = allocate(1000);
  const bool ours = more && heaplet_mallinfo().uordblks >= before + 1000;
  free(more);
#else
  const bool ours = true;
#endif
  free(block);
  return inside && block && refused && ours ? 0 : 1;
}

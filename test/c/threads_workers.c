/* Wasm Workers, which are no POSIX threads: nobody hears of their end, so they say so. */
#include <emscripten.h>
#include <emscripten/wasm_worker.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heaplet.h"

int emmalloc_validate_memory_regions(void);

enum { workers = 3 };
static atomic_int done;
static _Atomic(void*) handed;

static void work(int seed) {
  unsigned char* block[100] = {0};
  unsigned char fill[100];
  size_t bytes[100];
  unsigned random = (unsigned)seed;
  for (int i = 0; i < 60000; ++i) {
    random = random * 1103515245 + 12345;
    const unsigned k = (random >> 16) % 100;
    if (block[k]) {
      for (size_t j = 0; j < bytes[k]; ++j)
        if (block[k][j] != fill[k]) abort();
      free((random & 256) ? block[k] : atomic_exchange(&handed, block[k]));
    }
    bytes[k] = (random >> 20) % 2000;
    fill[k] = (unsigned char)random;
    block[k] = malloc(bytes[k]);
    if (!block[k]) abort();
    memset(block[k], fill[k], bytes[k]);
  }
  for (int i = 0; i < 100; ++i) free(block[i]);
  heaplet_thread_flush();
  ++done;
}

static void look(void) {
  if (done < workers) return emscripten_async_call((em_arg_callback_func)look, 0, 20);
  free(handed);
  if (emmalloc_validate_memory_regions() != 0) abort();
  if (heaplet_mallinfo().uordblks > 400000) abort();
  puts("all is well");
  fflush(stdout);
  EM_ASM({ process.exit(0); }); /* the workers would wait for more */
}

int main(void) {
  for (int i = 0; i < workers; ++i)
    emscripten_wasm_worker_post_function_vi(emscripten_malloc_wasm_worker(65536), work, i + 1);
  look();
  emscripten_exit_with_live_runtime();
}

// Wasm Workers that allocate and hand blocks to each other: each asks for blocks of a size of its own.
#include <emscripten.h>
#include <emscripten/wasm_worker.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { workers = 3, rounds = 2000 };
static atomic_int done;
static _Atomic(void*) handed;

static void work(int worker) {
  for (int i = 0; i < rounds; ++i) free(atomic_exchange(&handed, malloc(4000 + (size_t)worker)));
  ++done;
}

EMSCRIPTEN_KEEPALIVE int are_done(void) { return done == workers; }

int main(void) {
  for (int i = 0; i < workers; ++i)
    emscripten_wasm_worker_post_function_vi(emscripten_malloc_wasm_worker(65536), work, i);
  return 0;
}

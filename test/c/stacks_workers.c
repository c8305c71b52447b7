/* Wasm Workers: a block that one has allocated another frees twice. */
#include <emscripten.h>
#include <emscripten/wasm_worker.h>
#include <stdatomic.h>
#include <stdlib.h>

// Nothing of it may the compiler see.
void* (*volatile take)(size_t) = malloc;
void (*volatile give)(void*) = free;

static _Atomic(void*) block;

static void makes(void) { block = take(40); }
static void drops(void) {
  while (!block) {
  }
  give(block), give(block);
}

int main(void) {
  emscripten_wasm_worker_post_function_v(emscripten_malloc_wasm_worker(65536), makes);
  emscripten_wasm_worker_post_function_v(emscripten_malloc_wasm_worker(65536), drops);
  emscripten_exit_with_live_runtime();
}

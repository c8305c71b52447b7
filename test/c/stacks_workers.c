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

// The main thread asks for nothing: the workers come to the heap first.
static _Alignas(16) char stack_of_makes[65536], stack_of_drops[65536];

int main(void) {
  emscripten_wasm_worker_post_function_v(emscripten_create_wasm_worker(stack_of_makes, sizeof stack_of_makes),
                                         makes);
  emscripten_wasm_worker_post_function_v(emscripten_create_wasm_worker(stack_of_drops, sizeof stack_of_drops),
                                         drops);
  emscripten_exit_with_live_runtime();
}

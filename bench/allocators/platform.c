// What a C allocator asks of its platform, by wasm's own instructions: memory that grows by as much as is
// asked for, and the few functions of a libc that allocators call.
#include <stddef.h>
#include <stdint.h>

#define PAGE 65536u

void* memcpy(void* to, const void* from, size_t size) { return __builtin_memcpy(to, from, size); }
void* memmove(void* to, const void* from, size_t size) { return __builtin_memmove(to, from, size); }
void* memset(void* to, int value, size_t size) { return __builtin_memset(to, value, size); }

_Noreturn void abort(void) { __builtin_trap(); }

// Emscripten's, which are JavaScript there.

size_t emscripten_get_heap_size(void) { return __builtin_wasm_memory_size(0) * PAGE; }

int emscripten_resize_heap(size_t bytes) {
  const size_t more = bytes - emscripten_get_heap_size();
  return __builtin_wasm_memory_grow(0, more / PAGE + (more % PAGE != 0)) != (size_t)-1;
}

static int error;
int* __errno_location(void) { return &error; }

// Constructors run once, when the harness starts; without this the linker would run them at each call.
void __wasm_call_ctors(void);

__attribute__((export_name("_initialize"))) void initialize(void) { __wasm_call_ctors(); }

/* A thread that makes memory grow, and so has the heap's lock, gives it back only some time after another has been about to ask for
 * it: HOLDS_FOR milliseconds. For a program that is linked with -Wl,--wrap=emscripten_resize_heap. */
#include <emscripten.h>
#include <stdatomic.h>
#include <stddef.h>

static _Thread_local int is_slow;
static atomic_int has_lock, is_asked, gives_back;

int __real_emscripten_resize_heap(size_t bytes);
int __wrap_emscripten_resize_heap(size_t bytes) {
  /* The heap has the lock, and memory has just grown. */
  if (is_slow) {
    has_lock = 1;
    while (!is_asked) continue;
    for (const double start = emscripten_get_now(); emscripten_get_now() < start + HOLDS_FOR;) continue;
    gives_back = 1;
  }
  return __real_emscripten_resize_heap(bytes);
}

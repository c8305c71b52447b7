// The family with the walker beside it, for programs that have no emmalloc_validate_memory_regions.
#include "wasm/malloc.cpp"

extern "C" int is_sound() {
  [[maybe_unused]] const Stopped held = stopped();
  return !heaplet::check(heaplet::view(heap));
}

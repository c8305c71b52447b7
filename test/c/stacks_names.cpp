// What stacks.test.mjs looks for in stacks of functions whose names have those of the heap, or of what Emscripten calls, in them.
#include <heaplet.h>
#include <stdlib.h>

// Nothing of it may the compiler see.
void* (*volatile take)(size_t) = malloc;
void (*volatile give)(void*) = free;

namespace app::heaplet {
struct Session {};
char* open() { return static_cast<char*>(take(40)); }
void close(char* block) { give(block); }
}  // namespace app::heaplet

// The program's own part of the heap's namespace, as a header of src/ that it uses.
namespace heaplet {
template <class T>
void drop(char* block) {
  app::heaplet::close(block);
}
}  // namespace heaplet

extern "C" void my_heaplet_fault_handler(char* block) { heaplet::drop<int>(block); }
extern "C" void invokeEntryPoint(char* block) { my_heaplet_fault_handler(block); }
template <class T>
void callMain(char* block) {
  heaplet_print_stacks(block);
  invokeEntryPoint(block);
}

int main(int, char**) {
  char* const block = app::heaplet::open();
  callMain<app::heaplet::Session>(block);
  callMain<app::heaplet::Session>(block);
}

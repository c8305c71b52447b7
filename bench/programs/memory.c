// How much memory the program's heap has taken: from where the linker begins it to the end of what sbrk gave out.
// Under WASI that is the end of the memory; on Emscripten, which grows the memory by a fifth more than it needs, it is
// where the program's own part of it ends.
#include <stddef.h>
#include <unistd.h>

extern char __heap_base;

__attribute__((export_name("taken"))) size_t taken(void) { return (char*)sbrk(0) - &__heap_base; }

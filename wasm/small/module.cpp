// The stand-alone module of the `small` profile: malloc.hpp's functions under C's names.
// They are declared here first, with the names, so that what they call among themselves is the exported functions
// and not second copies of them; those that are not exported, nor called, the linker leaves out.
#include "linear_memory.hpp"

namespace heaplet::small {

using linear::Address;
using linear::Word;

#define HEAPLET_C_NAME(name) __asm__(#name) __attribute__((used, visibility("default")))

Address malloc(Word) HEAPLET_C_NAME(malloc);
void free(Address) HEAPLET_C_NAME(free);
Address calloc(Word, Word) HEAPLET_C_NAME(calloc);
Address realloc(Address, Word) HEAPLET_C_NAME(realloc);
Address aligned_alloc(Word, Word) HEAPLET_C_NAME(aligned_alloc);
Word malloc_usable_size(Address) HEAPLET_C_NAME(malloc_usable_size);

}  // namespace heaplet::small

#include "malloc.hpp"

#if HEAPLET_START
// Run when the module is instantiated: an imported memory may hold anything, and what somebody grows before the first
// call is not ours.
extern "C" void heaplet_start() { heaplet::small::begin(); }
#endif

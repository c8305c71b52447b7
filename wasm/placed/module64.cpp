// The module of a placed heap for memories of 64-bit addresses, the walker in it. JavaScript's numbers are doubles, exact up
// to 2 ** 53: what takes and returns doubles costs it no BigInt, and no memory is larger. Whatever is above is refused, for a
// double beyond any word becomes the largest word.
#include "inspect.cpp"
#include "module.cpp"

namespace {

double number(Word word) { return static_cast<double>(word); }
double number(const void* address) { return number(reinterpret_cast<Word>(address)); }
Word word(double number) { return static_cast<Word>(number); }
void* address(double number) { return reinterpret_cast<void*>(word(number)); }

}  // namespace

extern "C" {

void number_begin(double end, double grows) { heaplet_begin(word(end), word(grows)); }
double number_certain(double bytes) { return number(certain(word(bytes))); }
double number_malloc(double size) { return number(malloc(word(size))); }
void number_free(double block) { free(address(block)); }
double number_calloc(double count, double size) { return number(calloc(word(count), word(size))); }
double number_realloc(double block, double size) { return number(realloc(address(block), word(size))); }
double number_aligned_alloc(double alignment, double size) {
  return number(aligned_alloc(word(alignment), word(size)));
}
double number_malloc_usable_size(double block) { return number(malloc_usable_size(address(block))); }

}  // extern "C"

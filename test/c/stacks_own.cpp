// A heap of the program's own finds a fault, beside the library's that keeps stacks.
#include <stdio.h>
#include <stdlib.h>

#include "src/heap.hpp"

namespace {

alignas(64) unsigned char memory[65536];

struct Memory {
  static heaplet::Region initial() { return {memory, sizeof memory}; }
  static heaplet::Word next(heaplet::Word) { return 0; }
  static heaplet::Region grow(heaplet::Word, heaplet::Word) { return {nullptr, 0}; }
};

heaplet::Heap<heaplet::profiles::hardened, Memory> own;

}  // namespace

int main() {
  void* volatile block = malloc(10);  // of the library
  free(block);
  block = own.allocate(40);
  own.deallocate(block), own.deallocate(block);
  puts("not found");
}

// Frees a block twice, which the compiler is not to see.
#include <stdlib.h>

void (*volatile give_back)(void*) = free;

int main(void) {
  void* const block = malloc(10);
  give_back(block);
  give_back(block);
  return 0;
}

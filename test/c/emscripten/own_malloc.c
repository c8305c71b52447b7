// A program that has a malloc of its own, and only that: free is the library's, and nothing is there twice.
#include "check.h"

void* __attribute__((noinline)) malloc(size_t size) {
  static char room[64];
  return size <= sizeof room ? room : NULL;
}

int main(void) {
  char* volatile const own = malloc(10);
  void* volatile const other = calloc(1, 10);
  CHECK(own && other && own != other);
  free(NULL);
  free(other);
  return 0;
}

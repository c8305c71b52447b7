// A library that counts knows the most that has been in use.
#include <stdlib.h>

#include <heaplet.h>

void* (*volatile take)(size_t) = malloc;

int main(void) {
  free(take(100000));
  return heaplet_usage().peak_bytes >= 100000 ? 0 : 1;
}

// The smallest program that allocates, and with -DWITHOUT_MALLOC the same one without.
#include <stdio.h>
#include <stdlib.h>

int main(int count, char** arguments) {
  (void)arguments;
#if WITHOUT_MALLOC
  char bytes[400];
  char* volatile block = bytes;
  (void)count;
#else
  char* volatile block = malloc(count * 100);
#endif
  printf("hello %d\n", block != 0);
#if !WITHOUT_MALLOC
  free(block);
#endif
}

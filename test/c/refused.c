// Takes all of a memory that ends: malloc returns null, or the program is aborted, as ABORTING_MALLOC says.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  enum { most = 20000, bytes = 50000 };
  static void* blocks[most];
  int count = 0;
  errno = 0;
  while (count < most && (blocks[count] = malloc(bytes))) ++count;
  printf("null after %d\n", count);
  if (count < 10 || count == most || errno != ENOMEM) return 1;
  for (int i = 0; i < count; ++i) free(blocks[i]);
  return malloc((size_t)count * bytes / 2) ? 0 : 2;
}

// Prints what the family's own statistics say.
#include <stdlib.h>

void malloc_stats(void);

int main(void) {
  char* volatile block = malloc(5000);
  if (!block) return 1;
  malloc_stats();
  return 0;
}

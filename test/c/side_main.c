// Each side frees what the other one allocated, and one heap serves both.
#include <stdlib.h>

char* make(int bytes);
void drop(char* block);

int main(void) {
  enum { bytes = 1000 };
  char* const theirs = make(bytes);
  char* const ours = malloc(bytes);
  if (!theirs || !ours) return 1;
  for (int i = 0; i < bytes; ++i)
    if (theirs[i] != 7) return 2;
  drop(ours);
  free(theirs);
  /* What is freed is used again: by most profiles at once, by `hardened` once others have been freed. */
  for (int tries = 0; tries < 2000; ++tries) {
    char* const again = make(bytes);
    if (again == theirs || again == ours) return 0;
    drop(again);
  }
  return 3;
}

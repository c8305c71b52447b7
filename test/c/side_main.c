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
  char* const again = make(bytes);
  return again == theirs || again == ours ? 0 : 3;
}

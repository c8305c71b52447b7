/* Runs the tests where there is a libc. */
#include <stdio.h>

#include "pool.h"

int main(void) {
  int failures = 0, line = 0;
  const char *name, *what;
  for (unsigned index = 0; (name = pool_test(index, &what, &line)); index++) {
    if (what) printf("pool.c:%d: %s: expected %s\n", line, name, what);
    failures += what != 0;
  }
  printf("pool: %d failed\n", failures);
  return failures != 0;
}

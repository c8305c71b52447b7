/* Churn of 64 MB in a program whose malloc gives pages back. */
#include <heaplet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef OWN_HOOK
/* A program may define the hook itself. */
static size_t given_back;
void heaplet_discard(void* start, size_t bytes) {
  memset(start, 0, bytes);
  given_back += bytes;
}
#endif

#define BLOCKS 1000
#define BYTES 64000

static unsigned char* volatile blocks[BLOCKS];

/* Returns 0, or the number of what is wrong. */
int churn(void) {
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = malloc(BYTES);
    if (!blocks[i]) return 1;
    memset(blocks[i], i, BYTES);
  }
  for (int i = 0; i < BLOCKS; i++) free(blocks[i * 7 % BLOCKS]);
  if (heaplet_malloc_trim(0) != 1) return 2;
  unsigned char* const zeros = calloc(1, 40000000);
  if (!zeros) return 3;
  for (size_t i = 0; i < 40000000; i++)
    if (zeros[i]) return 4;
  memset(zeros, 9, 40000000);
  free(zeros);
  return 0;
}

#ifdef WITH_MAIN
int main(void) {
  for (int round = 0; round < 5; round++) {
    const int wrong = churn();
    if (wrong) return wrong;
  }
#ifdef OWN_HOOK
  if (given_back < 5 * 60000000) return 5;
#endif
  return 0;
}
#endif

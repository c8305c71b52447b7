// Memory beyond 2 GiB, where addresses are negative as signed numbers, to the last page of 4 GiB. Only the ends of blocks
// are touched: the rest is never in real memory. Returns 0, or the line of the first thing that is wrong.
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
  if (!(condition)) return __LINE__

static const size_t gib = (size_t)1 << 30;

static void mark(char* block, size_t bytes, char tag) { block[0] = block[bytes - 1] = tag; }
static int is_marked(const char* block, size_t bytes, char tag) {
  return block[0] == tag && block[bytes - 1] == tag;
}

int main(void) {
  enum { most = 8192, page = 65536 };
  static char* pages[most];
  char* volatile large = malloc(3 * gib);
  CHECK(large);
  mark(large, 3 * gib, 3);
  CHECK(!malloc(3 * gib) && errno == ENOMEM && is_marked(large, 3 * gib, 3));
  char* const small = malloc(100);
  CHECK(small);
  memset(small, 1, 100);
  free(large);
  large = malloc(2 * gib + gib / 2);  // from the block that was freed
  CHECK(large);
  mark(large, 2 * gib + gib / 2, 2);
  // The rest, in ever smaller pieces, until nothing at all is left.
  int count = 0;
  for (size_t bytes = 512 << 20; bytes >= page; bytes /= 2)
    while (count < most && (pages[count] = malloc(bytes))) mark(pages[count++], bytes, 5);
  CHECK(count > 5 && count < most);
  uintptr_t highest = 0;
  for (int i = 0; i < count; ++i)
    if ((uintptr_t)pages[i] > highest) highest = (uintptr_t)pages[i];
  CHECK(highest > 3 * gib + gib / 2);
  CHECK(is_marked(large, 2 * gib + gib / 2, 2) && small[0] == 1 && small[99] == 1);
  for (int i = 0; i < count; ++i) free(pages[i]);
  free(large);
  large = malloc(3 * gib);
  CHECK(large);
  free(large);
  large = aligned_alloc(gib, gib);
  CHECK(large && (uintptr_t)large % gib == 0);
  free(large);
  free(small);
  return 0;
}

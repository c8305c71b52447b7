// Memory beyond 2 GiB in many blocks, where addresses are negative as signed numbers, to the last page of 4 GiB. Only the ends of blocks
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

static int is_refused(void* block) {
  const int refused = !block && errno == ENOMEM;
  errno = 0;
  return refused;
}

/// However such a size comes, memory stays as small as it is.
static int refuses_negative_sizes(void) {
  char* const block = malloc(100);
  const size_t before = __builtin_wasm_memory_size(0);
  for (size_t size = (size_t)PTRDIFF_MAX + 1; size; size += gib / 8 + 7) {
    if (size < PTRDIFF_MAX) break;
    errno = 0;
    if (!is_refused(malloc(size)) || !is_refused(calloc(1, size)) || !is_refused(calloc(2, size / 2 + 1)))
      return 0;
    if (!is_refused(realloc(block, size)) || !is_refused(aligned_alloc(64, size))) return 0;
    void* aligned = block;
    if (posix_memalign(&aligned, 64, size) != ENOMEM || aligned != block) return 0;
  }
  free(block);
  return __builtin_wasm_memory_size(0) == before;
}

int main(void) {
  enum { pieces = 8192, page = 65536 };
  static char* pages[pieces];
  // One block is at most PTRDIFF_MAX: a negative int takes no memory.
  CHECK(refuses_negative_sizes());
  char* volatile large = malloc(PTRDIFF_MAX);
  CHECK(large);
  mark(large, PTRDIFF_MAX, 3);
  errno = 0;
  CHECK(!malloc(PTRDIFF_MAX) && errno == ENOMEM && is_marked(large, PTRDIFF_MAX, 3));
  CHECK(!realloc(large, (size_t)PTRDIFF_MAX + 1) && is_marked(large, PTRDIFF_MAX, 3));
  char* const small = malloc(100);
  CHECK(small);
  memset(small, 1, 100);
  free(large);
  const size_t most = gib + gib / 2;
  large = malloc(most);  // from the block that was freed
  CHECK(large);
  mark(large, most, 2);
  // The rest, in ever smaller pieces, until nothing at all is left.
  int count = 0;
  for (size_t bytes = 512 << 20; bytes >= page; bytes /= 2)
    while (count < pieces && (pages[count] = malloc(bytes))) mark(pages[count++], bytes, 5);
  CHECK(count > 5 && count < pieces);
  uintptr_t highest = 0;
  for (int i = 0; i < count; ++i)
    if ((uintptr_t)pages[i] > highest) highest = (uintptr_t)pages[i];
  CHECK(highest > 3 * gib + gib / 2);
  CHECK(is_marked(large, most, 2) && small[0] == 1 && small[99] == 1);
  for (int i = 0; i < count; ++i) free(pages[i]);
  free(large);
  large = malloc(PTRDIFF_MAX);  // all has joined
  CHECK(large);
  free(large);
  large = aligned_alloc(
      gib, gib / 2);  // room for it at any place: what its size is rounded up to, and another GiB
  CHECK(large && (uintptr_t)large % gib == 0);
  free(large);
  free(small);
  return 0;
}

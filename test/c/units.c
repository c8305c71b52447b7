// The sizes and the alignment of small blocks of `fast` on Emscripten: multiples of 8. Whoever asks for more has it, whichever
// function was asked and whatever was freed before. Returns 0, or the line of the first thing that is wrong.
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#define CHECK(condition) \
  if (!(condition)) return __LINE__

static int is_aligned(const void* block, size_t alignment) { return (uintptr_t)block % alignment == 0; }

static void* volatile blocks[3][100];

int main(void) {
  int odd = 0;
  free(malloc(1));  // where slab pages begin one request gets a block with a header
  for (size_t size = 1; size <= 128; ++size) {
    for (int i = 0; i < 20; ++i) {
      CHECK(blocks[0][i] = malloc(size));
      CHECK(malloc_usable_size(blocks[0][i]) == (size + 7) / 8 * 8);
      odd += !is_aligned(blocks[0][i], 16);
      void* by_posix;
      CHECK(posix_memalign(&by_posix, 16, size) == 0);
      blocks[1][i] = by_posix;
      CHECK(blocks[2][i] = aligned_alloc(16, size));
      CHECK(is_aligned(by_posix, 16) && is_aligned(blocks[2][i], 16));
    }
    for (int i = 0; i < 20; ++i)
      for (int way = 0; way < 3; ++way) free(blocks[way][i]);
  }
  CHECK(odd);
  return 0;
}

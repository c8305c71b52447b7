// For Emscripten's AddressSanitizer, whose malloc takes its memory from ours: with an argument, writes past a block.
#include <stdlib.h>
#include <string.h>

int main(int count, char** arguments) {
  (void)arguments;
  char* volatile block = realloc(malloc(100), 5000);
  void* aligned = NULL;
  if (!block || posix_memalign(&aligned, 64, 128)) return 1;
  free(aligned);
  free(strdup("by the libc"));
  for (size_t bytes = 1; bytes < 200000; bytes += 999) {
    char* volatile other = calloc(1, bytes);
    if (!other || other[bytes - 1]) return 2;
    free(other);
  }
  if (count > 1) block[5000] = 1;
  free(block);
  return 0;
}

// Buffers that grow by realloc in steps of 5,000 bytes, in turn, to 19 MiB each. The bytes of memory that the program has
// taken for them, in hundredths of the size of one, are printed; under WASI they are what main returns.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __EMSCRIPTEN__
#include <unistd.h>
// Emscripten grows memory by a fifth more than is asked for: what was taken is below the break.
static size_t taken(void) { return (size_t)sbrk(0); }
#else
static size_t taken(void) { return __builtin_wasm_memory_size(0) * 65536; }
#endif

int main(int count, char** arguments) {
  const int buffers = count > 1 ? atoi(arguments[1]) : 1;
  const size_t before = taken();
  char* buffer[4] = {0};
  size_t size = 0;
  while (size < 19 << 20) {
    for (int i = 0; i < buffers; ++i) {
      char* const grown = realloc(buffer[i], size + 5000);
      if (!grown) return -1;
      buffer[i] = grown;
      memset(grown + size, i + 1, 5000);
      if (grown[0] != i + 1 || grown[size / 2] != i + 1) return -2;
    }
    size += 5000;
  }
  const int hundredths = (int)((taken() - before) / (size / 100));
#ifdef __EMSCRIPTEN__
  printf("%d\n", hundredths);
  return 0;
#else
  return hundredths;
#endif
}

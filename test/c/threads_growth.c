/* Threads that make memory grow by malloc, while somebody else makes it grow too, by wasm's instruction and from JavaScript: nobody
 * gets what is another's. POSIX threads, or Wasm Workers. */
#include <emscripten.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                               \
  do {                                                                                 \
    if (!(condition)) fprintf(stderr, "line %d: %s\n", __LINE__, #condition), abort(); \
  } while (0)

int emmalloc_validate_memory_regions(void);

enum { threads = 2, page = 65536, most_pages = 2000, most_blocks = 3000, enough = 40 << 20 };

static atomic_int started, running = threads, grower_ended;

/* A page holds its own number in all of its words that a heap might write first, and some more. */
static struct {
  uint32_t* start;
} grown[most_pages];
static int pages;

static void mark_or_verify(int i, int verify) {
  for (unsigned word = 0; word < page / 4; word += word < 64 || word >= page / 4 - 64 ? 1 : 64)
    if (verify)
      CHECK(grown[i].start[word] == 0xabcd0000u + (unsigned)i);
    else
      grown[i].start[word] = 0xabcd0000u + (unsigned)i;
}

static void* grow(void* unused) {
  ++started;
  while (running > 0 && pages < most_pages) {
    const size_t first =
        pages % 16 ? __builtin_wasm_memory_grow(0, 1) : (size_t)EM_ASM_INT({ return wasmMemory.grow(1); });
    if (first == (size_t)-1) break;
    grown[pages].start = (uint32_t*)(first * page);
    mark_or_verify(pages, 0);
    ++pages;
  }
  grower_ended = 1;
  return unused;
}

static unsigned char fill_of(const void* block) { return (unsigned char)((size_t)block * 2654435761u >> 13); }

struct block {
  unsigned char* start;
  size_t bytes;
};

static void* use(void* seed) {
  static struct block of_all[threads][most_blocks];
  struct block* const blocks = of_all[(size_t)seed];
  unsigned random = (unsigned)(size_t)seed;
  ++started;
  while (started <= threads) continue;
  int count = 0;
  for (size_t all = 0; all < enough && count < most_blocks; ++count) {
    random = random * 1103515245 + 12345;
    struct block* const b = &blocks[count];
    b->bytes = count % 4 ? (random >> 20) % 900 : (random >> 12) % 200000;
    b->start = malloc(b->bytes);
    CHECK(b->start);
    memset(b->start, fill_of(b->start), b->bytes);
    all += b->bytes;
  }
  while (count--) {
    const struct block* const b = &blocks[count];
    for (size_t i = 0; i < b->bytes; ++i) CHECK(b->start[i] == fill_of(b->start));
    free(b->start);
  }
  --running;
  return 0;
}

static void verify(void) {
  for (int i = 0; i < pages; ++i) mark_or_verify(i, 1);
  CHECK(pages > 0 && emmalloc_validate_memory_regions() == 0);
  printf("%d pages are as they were left\n", pages);
  fflush(stdout);
}

#ifdef __EMSCRIPTEN_PTHREADS__
#include <pthread.h>

int main(void) {
  pthread_t thread[threads + 1];
  CHECK(pthread_create(&thread[threads], 0, grow, 0) == 0);
  for (size_t i = 0; i < threads; ++i) CHECK(pthread_create(&thread[i], 0, use, (void*)i) == 0);
  for (int i = 0; i <= threads; ++i) pthread_join(thread[i], 0);
  verify();
  return 0;
}

#else
#include <emscripten/wasm_worker.h>

static void work(int number) {
  if (number == threads)
    grow(0);
  else
    use((void*)(size_t)number);
}

static void look(void) {
  if (running || !grower_ended) return emscripten_async_call((em_arg_callback_func)look, 0, 20);
  verify();
  EM_ASM({ process.exit(0); }); /* the workers would wait for more */
}

int main(void) {
  for (int i = threads; i >= 0; --i)
    emscripten_wasm_worker_post_function_vi(emscripten_malloc_wasm_worker(65536), work, i);
  look();
  emscripten_exit_with_live_runtime();
}
#endif

/* What programs with threads do with malloc: one workload with so many threads, timed as a whole.
 *
 *     workloads NAME THREADS [SCALE]        SCALE per cent of the work
 *
 * prints the processor's time and the clock's for the run, in ms, and the memory that it took at most, in KiB, as JSON. With -DTIMED
 * it reads the clock around each call and adds the longest, in ms, and the longest time between two readings with no call in
 * between: that is how long the system takes the processor away, which a call may be charged with too. With -DALONE=1 no thread is
 * started and main does the work, so that the program runs in a build without threads, too.
 * Each thread does the same, so more threads do more. Natively and on Emscripten, over whatever malloc it is linked with. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __EMSCRIPTEN__
#include <emscripten.h>
EM_JS(double, processor_ms, (void), {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1000;
});
static double clock_ms(void) { return emscripten_get_now(); }
extern char __heap_base;
static size_t peak_kib(void) { return ((size_t)sbrk(0) - (size_t)&__heap_base) / 1024; }
#else
#include <time.h>
static double ms(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}
static double processor_ms(void) { return ms(CLOCK_PROCESS_CPUTIME_ID); }
static double clock_ms(void) { return ms(CLOCK_MONOTONIC); }
static size_t peak_kib(void) { /* getrusage's is also that of who has started this program */
  char text[4096];
  FILE* const file = fopen("/proc/self/status", "r");
  const size_t read = file ? fread(text, 1, sizeof text - 1, file) : 0;
  if (file) fclose(file);
  text[read] = 0;
  const char* const line = strstr(text, "VmHWM:");
  return line ? strtoul(line + 6, 0, 10) : 0;
}
#endif

#ifdef TIMED
static _Thread_local double longest_call, longest_pause;
static void timed_since(double start) {
  const double end = clock_ms(), later = clock_ms();
  if (end - start > longest_call) longest_call = end - start;
  if (later - end > longest_pause) longest_pause = later - end;
}
static void* timed_malloc(size_t bytes) {
  const double start = clock_ms();
  void* const block = malloc(bytes);
  timed_since(start);
  return block;
}
static void timed_free(void* block) {
  const double start = clock_ms();
  free(block);
  timed_since(start);
}
static void* timed_realloc(void* block, size_t bytes) {
  const double start = clock_ms();
  void* const moved = realloc(block, bytes);
  timed_since(start);
  return moved;
}
#define malloc timed_malloc
#define free timed_free
#define realloc timed_realloc
#endif

enum { most_threads = 16 };
static int threads = 1;
static int scale;

static unsigned next(unsigned* state) { /* xorshift */
  unsigned x = *state;
  x ^= x << 13, x ^= x >> 17, x ^= x << 5;
  return *state = x;
}

/* Small ones are frequent: each power of two as often as the next. */
static size_t any_size(unsigned* random, unsigned octaves) {
  const unsigned r = next(random);
  const size_t low = (size_t)8 << (r >> 8) % octaves;
  return low + (r >> 16) % low;
}

static void* take(size_t bytes) {
  char* const block = malloc(bytes);
  if (!block) abort();
  block[0] = 1;
  block[bytes - 1] = 1;
  return block;
}

/* All threads wait for each other. By a mutex: to spin would be counted. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static int arrived, turn;
static void meet(void) {
  pthread_mutex_lock(&gate);
  const int mine = turn;
  if (++arrived == threads) {
    arrived = 0;
    ++turn;
    pthread_cond_broadcast(&opened);
  } else
    while (turn == mine) pthread_cond_wait(&opened, &gate);
  pthread_mutex_unlock(&gate);
}

/* A thousand blocks of up to 8 KiB, replaced in any order. */
static void random_sizes(int self) {
  enum { slots = 1000 };
  void** const block = calloc(slots, sizeof *block);
  unsigned random = 17 + self;
  for (int i = 0; i < 8000 * scale; ++i) {
    const unsigned slot = next(&random) % slots;
    free(block[slot]);
    block[slot] = take(any_size(&random, next(&random) % 16 ? 6 : 10));
  }
  for (int i = 0; i < slots; ++i) free(block[i]);
  free(block);
}

/* A block, and back. */
static void pairs(int self) {
  unsigned random = 17 + self;
  for (int i = 0; i < 25000 * scale; ++i) free(take(8 + next(&random) % 120));
}

/* Larson and Krishnan's server (ISMM 1998): what one thread has taken another one frees. */
static void* slots_of[most_threads][1000];
static void larson(int self) {
  unsigned random = 17 + self;
  for (int round = 0; round < 10; ++round) {
    void** const block = slots_of[(self + round) % threads];
    for (int i = 0; i < 800 * scale; ++i) {
      const unsigned slot = next(&random) % 1000;
      free(block[slot]);
      block[slot] = take(10 + next(&random) % 490);
    }
    meet();
  }
  for (int i = 0; i < 1000; ++i) free(slots_of[self][i]), slots_of[self][i] = 0;
}

/* One takes, its neighbour frees, a batch at a time. (Alone it does both.) */
enum { batch = 4000 };
static void* handed[most_threads][batch];
static void producers(int self) {
  unsigned random = 17 + self;
  const int pair = self & ~1, alone = pair + 1 == threads;
  for (int round = 0; round < scale * 3 / 2 + 1; ++round) {
    if (self == pair)
      for (int i = 0; i < batch; ++i) handed[pair][i] = take(any_size(&random, 5));
    meet();
    if (self != pair || alone)
      for (int i = 0; i < batch; ++i) free(handed[pair][i]);
    meet();
  }
}

/* Binary trees of some thousand nodes. */
struct node {
  struct node *left, *right;
};
static struct node* grown(int depth) {
  struct node* const node = take(sizeof *node);
  node->left = depth ? grown(depth - 1) : 0;
  node->right = depth ? grown(depth - 1) : 0;
  return node;
}
static void fell(struct node* node) {
  if (!node) return;
  fell(node->left);
  fell(node->right);
  free(node);
}
static void trees(int self) {
  (void)self;
  struct node* const stays = grown(11);
  for (int i = 0; i < scale * 2; ++i) fell(grown(11));
  fell(stays);
}

/* Messages through one queue: whoever comes frees one and puts one in, sixteen times. */
enum { queued = 4096 };
static void* queue[queued];
static unsigned position;
static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static void shared_queue(int self) {
  unsigned random = 17 + self;
  for (int i = 0; i < 500 * scale; ++i) {
    void* message[16];
    for (int j = 0; j < 16; ++j) message[j] = take(16 + next(&random) % 240);
    pthread_mutex_lock(&queue_lock);
    for (int j = 0; j < 16; ++j) {
      void** const slot = &queue[position++ % queued];
      void* const old = *slot;
      *slot = message[j];
      message[j] = old;
    }
    pthread_mutex_unlock(&queue_lock);
    for (int j = 0; j < 16; ++j) free(message[j]);
  }
}

/* Buffers of 1 to 32 KiB. */
static void buffers(int self) {
  enum { slots = 64 };
  void* block[slots] = {0};
  unsigned random = 17 + self;
  for (int i = 0; i < 5000 * scale; ++i) {
    const unsigned slot = next(&random) % slots;
    free(block[slot]);
    block[slot] = take(1024 + next(&random) % 31744);
  }
  for (int i = 0; i < slots; ++i) free(block[i]);
}

/* Strings that grow. */
static void reallocs(int self) {
  enum { slots = 16 };
  char* text[slots] = {0};
  size_t length[slots] = {0};
  unsigned random = 17 + self;
  for (int i = 0; i < 6000 * scale; ++i) {
    const unsigned slot = next(&random) % slots;
    if (length[slot] > 4000) {
      free(text[slot]);
      text[slot] = 0;
      length[slot] = 0;
    }
    length[slot] += 8 + length[slot] / 2;
    text[slot] = realloc(text[slot], length[slot]);
    if (!text[slot]) abort();
    text[slot][length[slot] - 1] = 1;
  }
  for (int i = 0; i < slots; ++i) free(text[i]);
}

/* A thread that takes some, frees all, and ends. */
static void short_life(int self) {
  enum { slots = 2000 };
  void* block[slots];
  unsigned random = 17 + self;
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < slots; ++i) block[i] = take(any_size(&random, 6));
    for (int i = 0; i < slots; ++i) free(block[i]);
  }
}

static void (*work)(int);
#ifdef TIMED
static double longest_of_all, pause_of_all;
#endif
static void* started(void* self) {
  work((int)(size_t)self);
#ifdef TIMED
  pthread_mutex_lock(&gate);
  if (longest_call > longest_of_all) longest_of_all = longest_call;
  if (longest_pause > pause_of_all) pause_of_all = longest_pause;
  pthread_mutex_unlock(&gate);
#endif
  return 0;
}
static void run_all(void) {
#ifdef ALONE
  return (void)started(0);
#endif
  pthread_t thread[most_threads];
  for (int i = 0; i < threads; ++i)
    if (pthread_create(&thread[i], 0, started, (void*)(size_t)i)) abort();
  for (int i = 0; i < threads; ++i) pthread_join(thread[i], 0);
}

int main(int count, char** arguments) {
  static const struct {
    const char* name;
    void (*work)(int);
  } all[] = {{"random", random_sizes}, {"pairs", pairs},      {"larson", larson},
             {"producers", producers}, {"trees", trees},      {"queue", shared_queue},
             {"buffers", buffers},     {"realloc", reallocs}, {"short-lived", short_life}};
  if (count < 3) return 2;
  threads = atoi(arguments[2]);
  if (threads < 1 || threads > most_threads) return 2;
  for (size_t i = 0; i < sizeof all / sizeof *all; ++i)
    if (strcmp(all[i].name, arguments[1]) == 0) work = all[i].work;
  if (!work) return 2;
  const int wanted = count > 3 ? atoi(arguments[3]) : 100;
  const int runs = work == short_life ? wanted / 5 + 1 : 1;
  scale = (wanted + 9) / 10; /* what is compiled as it runs has been compiled then */
  run_all();
#ifdef TIMED
  longest_of_all = pause_of_all = 0;
#endif
  scale = wanted;
  const double processor = processor_ms(), clock = clock_ms();
  for (int run = 0; run < runs; ++run) run_all();
  printf("{\"cpu\": %.1f, \"wall\": %.1f, \"peak\": %zu", processor_ms() - processor, clock_ms() - clock,
         peak_kib());
#ifdef TIMED
  printf(", \"longest\": %.3f, \"pause\": %.3f", longest_of_all, pause_of_all);
#endif
  puts("}");
  return 0;
}

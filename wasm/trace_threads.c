// What trace.c reports of a program with threads: every thread writes it into the program's memory, which all of them share,
// and the main thread's JavaScript (js/capture/ring.js) reads it there. Nobody waits for anybody.
//
//   each thread                          the main thread
//     ticket = next++                      reads in the order of tickets, as far as all are written,
//     writes the record of that ticket     and gives segments back for later tickets
//            |                                    ^
//            v                                    |
//   directory [  |  | * | * | * |  | ... ]   an entry for 2,048 tickets, in a circle
//                     |
//                     +-> segment: 2,048 records of 40 bytes
//
// The order of tickets is that of what happened: a block's is taken once there is the block, and before it is freed. So what
// a thread frees comes after what another has allocated.
//
// Where the main thread does not come to read more segments are needed, from sbrk, until the directory is full: then the
// recording ends, and says so.
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

void* sbrk(intptr_t bytes);
size_t emscripten_get_heap_max(void);
size_t emscripten_get_heap_size(void);

// In trace_threads.js, for the thread that calls it.
void heaplet_trace_begin(void* ring);
// The number of this thread, which gets `if_new` if it has none; -1 if that is 0.
int32_t heaplet_trace_thread(uint32_t if_new);
// The number of the thread's stack of now in a recording, 0 if `depth` is, -1 if a block of so many bytes is not to be recorded.
int32_t heaplet_trace_stack(uint32_t recording, uint32_t depth, double sampling, size_t size);
// Up to 16 units of the text of a stack that is new: how many. -1 where none is waiting.
int32_t heaplet_trace_text(uint16_t* units);
double heaplet_trace_time(void);  // milliseconds since 1970
void heaplet_trace_read(void);

enum { record_count = 2048, segment_count = 1024, capacity = (segment_count - 1) * record_count };
enum { units_of_text = 16, read_after = 1024, thread_shift = 16, version = 1 };

// The calls of trace.c, and two that are no calls: a piece of a stack's text, and that a realloc begins.
enum { traced_realloc = 3, traced_free = 4, traced_moves = 15, traced_text = 16 };

struct Record {
  _Atomic uint32_t ready;  // its ticket + 1, once it is written
  uint32_t what;           // the call; in bits 8 to 15 the units of a text; above that the thread
  union {
    struct {
      uint32_t block, size, other, usable, stack, unused;
      double time;
    };
    uint16_t text[units_of_text];
  };
};
_Static_assert(sizeof(struct Record) == 40 && offsetof(struct Record, time) == 32, "js/capture/ring.js");

struct Segment {
  struct Record records[record_count];
};

static struct {
  uint32_t version;
  _Atomic uint32_t on;     // the number of the recording that listens, or 0
  _Atomic uint32_t next;   // ticket
  _Atomic uint32_t taken;  // all before it have been read
  _Atomic uint32_t full;   // the directory was
  uint32_t depth;          // frames that are wanted of a stack
  double sampling;
  _Atomic(struct Segment*) directory[segment_count];
} ring = {version};
_Static_assert(sizeof ring == 32 + 4 * segment_count, "js/capture/ring.js");

static struct Segment first[8];
static _Atomic uint32_t first_used;
static _Atomic(struct Segment*) spare;

static _Atomic uint32_t last_thread;

// Before all other constructors: what they allocate may be recorded.
__attribute__((constructor(101))) static void begin(void) { heaplet_trace_begin(&ring); }

/// The calling thread's number, 0 of the main thread. No thread_local: a thread allocates its own before it has any.
static uint32_t number(void) {
  const int32_t known = heaplet_trace_thread(0);
  return (uint32_t)(known >= 0 ? known : heaplet_trace_thread(atomic_fetch_add(&last_thread, 1) + 1));
}

static struct Segment* new_segment(void) {
  struct Segment* const left = atomic_exchange(&spare, NULL);
  if (left) return left;
  if (first_used < sizeof first / sizeof *first) {
    const uint32_t index = atomic_fetch_add(&first_used, 1);
    if (index < sizeof first / sizeof *first) return &first[index];
  }
  const size_t bytes = sizeof(struct Segment) + 8;
  // Emscripten ends a program that may not grow when it asks for more.
  const uintptr_t end = (uintptr_t)sbrk(0) + bytes;
  if (end > emscripten_get_heap_size() && end > emscripten_get_heap_max()) return NULL;
  const uintptr_t place = (uintptr_t)sbrk((intptr_t)bytes);
  return place == UINTPTR_MAX ? NULL : (struct Segment*)((place + 7) & ~(uintptr_t)7);
}

/// Where the record of a ticket is to be written. @returns null if there is no room: then nobody listens any more
static struct Record* slot(uint32_t ticket) {
  if (ticket - ring.taken < capacity) {
    _Atomic(struct Segment*)* const entry = &ring.directory[ticket / record_count % segment_count];
    struct Segment* segment = atomic_load(entry);
    if (!segment) {
      struct Segment* const made = new_segment();
      // Another may have been quicker: what it has put there is then in `segment`.
      if (atomic_compare_exchange_strong(entry, &segment, made))
        segment = made;
      else if (made)
        atomic_exchange(&spare, made);
    }
    if (segment) return &segment->records[ticket % record_count];
  }
  ring.full = 1;
  ring.on = 0;
  return NULL;
}

static void publish(struct Record* record) {
  const uint32_t ticket = atomic_fetch_add(&ring.next, 1);
  struct Record* const place = slot(ticket);
  if (!place) return;
  place->what = record->what;
  for (unsigned i = 0; i < units_of_text; i++) place->text[i] = record->text[i];
  atomic_store(&place->ready, ticket + 1);
}

void heaplet_trace(int call, const void* block, size_t size, size_t other, size_t usable) {
  const uint32_t recording = ring.on;
  if (!recording) return;
  const uint32_t thread = number() << thread_shift;
  struct Record record = {.what = thread | (uint32_t)call};
  record.stack = 0;
  if (call != traced_free && call != traced_moves && (ring.depth || ring.sampling > 0)) {
    const int32_t stack = heaplet_trace_stack(recording, ring.depth, ring.sampling, size);
    // A stack comes before what names it.
    for (int32_t units; stack > 0 && (units = heaplet_trace_text(record.text)) >= 0;) {
      record.what = thread | (uint32_t)units << 8 | traced_text;
      publish(&record);
    }
    record.what = thread | (uint32_t)call;
    record.stack = (uint32_t)stack;
  }
  record.block = (uint32_t)(uintptr_t)block;
  record.size = (uint32_t)size;
  record.other = (uint32_t)other;
  record.usable = (uint32_t)usable;
  record.unused = 0;
  record.time = heaplet_trace_time();
  publish(&record);
  if (thread == 0 && ring.next - ring.taken > read_after) heaplet_trace_read();
}

// A threaded heap whose lock is the host's, which so can count what is done under it, and says which thread goes on.
#include "src/thread_heap.hpp"
#include "wasm/memory_grow.hpp"

extern "C" {
__attribute__((import_module("env"), import_name("locked"))) void locked();
__attribute__((import_module("env"), import_name("unlocked"))) void unlocked();
}

namespace heaplet {

struct HostWait {
  static bool may_wait() { return true; }
  static void pause(const uint32_t*, uint32_t) {}
};

template <>
class Lock<HostWait> {
 public:
  void lock() { locked(); }
  void unlock() { unlocked(); }
};

}  // namespace heaplet

#define HEAPLET_IS_SMALL_small 1
#define HEAPLET_JOIN(a, b) a##b
#define HEAPLET_IS_SMALL(profile) HEAPLET_JOIN(HEAPLET_IS_SMALL_, profile)

#if HEAPLET_IS_SMALL(HEAPLET_PROFILE)

#include "wasm/small/heap.hpp"

namespace {
constinit heaplet::LockedHeap<heaplet::SmallHeap, heaplet::HostWait> heap;
}
extern "C" void be(unsigned) {}

#else

namespace {

constexpr heaplet::Config config = heaplet::profiles::threaded(heaplet::profiles::HEAPLET_PROFILE);

constexpr unsigned threads = 4;
unsigned current;

template <heaplet::Config config>
struct HostThreads {
  using Wait = heaplet::HostWait;
  static inline constinit heaplet::ThreadLists<config> all[threads];
  static heaplet::ThreadLists<config>& lists() { return all[current]; }
  static bool tell_of_end() { return true; }
};

template <heaplet::Config config>
struct HeapOf {
  using Type = heaplet::ThreadHeap<config, heaplet::MemoryGrow, HostThreads<config> >;
};
template <heaplet::Config config>
  requires(config.thread_granules == 0)
struct HeapOf<config> {
  using Type = heaplet::LockedHeap<heaplet::Heap<config, heaplet::MemoryGrow>, heaplet::HostWait>;
};
constinit HeapOf<config>::Type heap;

}  // namespace

/// From now on another thread calls.
extern "C" void be(unsigned thread) { current = thread % threads; }

#endif

extern "C" {
/// As a thread that ends.
void end() { heap.close_thread(); }
void flush() { heap.flush_thread(); }
void* malloc(size_t size) { return heap.allocate(size); }
void free(void* block) { heap.deallocate(block); }
void* realloc(void* block, size_t size) { return heap.reallocate(block, size); }
}

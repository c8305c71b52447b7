// A heap of several threads, whose steps the tests order: what each keeps, hands on and leaves behind.
#include "src/thread_heap.hpp"

#include "src/stats.hpp"
#include "src/view.hpp"
#include "test/support/array_source.hpp"
#include "test/support/expect.hpp"
#include "test/support/threads_by_hand.hpp"

using namespace heaplet;

namespace {

constexpr Config config = [] {
  Config chosen = profiles::threaded(profiles::fast);
  chosen.thread_granules = 128;
  chosen.thread_blocks = 8;
  chosen.batch_granules = 32;
  chosen.quick_blocks = 16;
  chosen.usage = true;
  return chosen;
}();
using Threads = HandThreads<config>;

/// An array from which somebody else takes a page just when the heap is about to.
class ContestedSource : public ArraySource {
 public:
  explicit ContestedSource(Array& array) : ArraySource(array), array_(&array) {}
  Region grow(Word least, Word more) {
    if (contests > 0) {
      --contests;
      array_->take_foreign();
    }
    return ArraySource::grow(least, more);
  }
  static inline unsigned contests = 0;

 private:
  Array* array_;
};

using TestedHeap = ThreadHeap<config, ContestedSource, Threads>;
TestedHeap* current = nullptr;

struct Fixture {
  explicit Fixture(Word limit = 60) {
    Threads::forget();
    HandWait::can_wait = true;
    HandWait::meanwhile = nullptr;
    ContestedSource::contests = 0;
    array.limit = limit * array.page;
    current = &heap;
  }
  /// As a thread.
  Fixture& as(unsigned thread) {
    Threads::current = thread;
    return *this;
  }
  void* take(Word granules) { return heap.allocate(usable_bytes(granules * granule)); }
  void free(void* block) { heap.deallocate(block); }
  Stats stats(bool all = true) {
    EXPECT_SOUND(view(heap, all));
    return heaplet::stats(view(heap, all));
  }

  alignas(64) unsigned char memory[60 * 64 * granule];
  Array array{.start = memory, .page = 64 * granule};
  TestedHeap heap{ContestedSource(array)};
};

}  // namespace

TEST("thread heap: what a thread frees it gets again, and another one does not") {
  Fixture f;
  void* const a = f.take(2);
  f.free(a);
  void* const other = f.as(1).take(2);
  EXPECT(other != a);
  EXPECT_SAME(f.as(0).take(2), a);
  f.free(a);
  f.as(1).free(other);
  EXPECT_SAME(f.stats().used_blocks, Word{0});
}

TEST("thread heap: whoever frees a block keeps it") {
  Fixture f;
  void* const a = f.take(3);
  f.as(1).free(a);
  EXPECT_SAME(f.take(3), a);
}

TEST("thread heap: the walker sees all threads' blocks, or the calling one's, and the rest looks used") {
  Fixture f;
  void* block[3];
  for (auto& b : block) b = f.take(2);
  f.free(block[0]);
  f.as(1).free(block[1]);
  f.as(2).free(block[2]);
  const Stats all = f.stats();
  EXPECT_SAME(all.used_blocks, Word{0});
  // A batch of two was cut for the second request.
  EXPECT_SAME(all.cached_blocks, Word{3});
  const Stats own = f.stats(false);
  EXPECT_SAME(own.used_blocks, Word{2});
  EXPECT_SAME(f.heap.kept_by_others().blocks, Word{2});
  EXPECT_SAME(f.heap.kept_by_others().bytes, 4 * granule);
}

TEST("thread heap: what a thread has too many of goes to the next one that needs it") {
  Fixture f;
  void* block[12];
  for (auto& b : block) b = f.take(1);
  for (auto& b : block) f.as(1).free(b);
  EXPECT_SAME(f.heap.heap().quick_lists().count(), Word{4});
  const Stats before = f.stats();
  // The chain that came first to the depot: block 3, then 2, 1, 0.
  EXPECT_SAME(f.as(2).take(1), block[3]);
  EXPECT_SAME(f.take(1), block[2]);
  EXPECT_SAME(f.heap.heap().quick_lists().count(), Word{0});
  EXPECT_SAME(f.stats().pool_bytes, before.pool_bytes);
}

TEST("thread heap: threads that began one after the other get back what they handed on themselves") {
  Fixture f;
  void *one[12], *two[12];
  for (auto& b : one) b = f.take(1);
  for (auto& b : two) b = f.take(1);
  for (auto& b : one) f.as(1).free(b);
  for (auto& b : two) f.as(2).free(b);  // what it hands on comes last
  f.as(1);
  for (unsigned i = 12; i-- > 4;) EXPECT_SAME(f.take(1), one[i]);
  EXPECT_SAME(f.take(1), one[3]);
}

TEST("thread heap: a depot that is full merges as much as it needs, and the new chain stays") {
  Fixture f;
  void* block[40];
  for (auto& b : block) b = f.take(1);
  for (auto& b : block) f.as(1).free(b);
  EXPECT(f.heap.heap().quick_lists().count() <= 16);
  EXPECT(f.heap.heap().quick_lists().count() > 12);
  EXPECT_SAME(f.stats().used_blocks, Word{0});
}

TEST("thread heap: a thread that ends leaves what it kept to the others, and keeps nothing from then on") {
  Fixture f;
  void *const late = f.take(2), *const a = f.as(1).take(2);
  f.free(a);
  f.heap.close_thread();
  EXPECT_SAME(f.heap.all_lists(), static_cast<const ThreadLists<config>*>(&Threads::all[0]));
  EXPECT_SAME(f.heap.heap().quick_lists().count(), Word{1});
  f.free(late);  // by a destructor that is called after ours
  void* const again = f.take(2);
  EXPECT(again == late || again == a);
  f.free(again);
  EXPECT_SAME(f.as(0).stats().used_blocks, Word{0});
  EXPECT(f.take(2));
  EXPECT(f.take(2));
}

TEST("thread heap: threads are known until they end, in any order") {
  Fixture f;
  for (unsigned i = 0; i < 4; ++i) f.as(i).free(f.take(1));
  EXPECT_SAME(Threads::told, 15u);
  for (unsigned ended : {2u, 0u, 3u, 1u}) {
    f.as(ended).heap.close_thread();
    f.heap.close_thread();  // twice is no fault
    unsigned known = 0;
    for (auto* lists = f.heap.all_lists(); lists; lists = lists->next) {
      EXPECT(lists != &Threads::all[ended]);
      ++known;
    }
    EXPECT_SAME(known, ended == 2 ? 3u : ended == 0 ? 2u : ended == 3 ? 1u : 0u);
  }
  EXPECT_SAME(f.stats().used_blocks, Word{0});
}

TEST("thread heap: a thread that is told of its end twice, with others around it, leaves those known") {
  Fixture f;
  for (unsigned i = 0; i < 3; ++i) f.as(i).free(f.take(1));  // known: 2, 1, 0
  f.as(1).heap.close_thread();
  f.as(0).heap.close_thread();
  f.as(1).heap.close_thread();
  EXPECT_SAME(f.heap.all_lists(), static_cast<const ThreadLists<config>*>(&Threads::all[2]));
  EXPECT(!Threads::all[2].next);
}

TEST("thread heap: who makes threads looks into no thread's lists") {
  Fixture f;
  void* const a = f.take(2);
  f.free(a);
  const ThreadLists<config> before = Threads::all[0];
  void* const apart = f.heap.allocate_apart(usable_bytes(2 * granule), 64);
  EXPECT(apart && apart != a && reinterpret_cast<Word>(apart) % 64 == 0);
  memset(apart, 0x55, usable_bytes(2 * granule));
  f.heap.deallocate_apart(apart);
  void* const large = f.heap.allocate_apart(usable_bytes(90 * granule));
  f.heap.deallocate_apart(large);
  EXPECT(memcmp(&before, &Threads::all[0], sizeof before) == 0);
  EXPECT_SAME(f.stats().used_blocks, Word{0});
}

TEST("thread heap: where nobody hears of a thread's end it keeps blocks all the same, until it says so") {
  Fixture f;
  Threads::tells = false;
  void* const a = f.as(1).take(2);
  f.free(a);
  EXPECT(!f.heap.all_lists());
  EXPECT_SAME(f.take(2), a);
  f.free(a);
  f.heap.flush_thread();
  EXPECT_SAME(f.heap.heap().quick_lists().count(), Word{1});
  EXPECT_SAME(f.as(0).take(2), a);
}

TEST("thread heap: telling of a thread's end may allocate and free") {
  Fixture f;
  Threads::in_telling = [] {
    void* const a = current->allocate(20);
    void* const b = current->allocate(20);
    current->deallocate(a);
    current->deallocate(b);
  };
  void* const a = f.heap.allocate(20);
  EXPECT(a);
  f.free(a);
  EXPECT_SAME(f.stats().used_blocks, Word{0});
  // Where it begins by freeing.
  void* const b = f.heap.allocate(20);
  f.as(1).free(b);
  EXPECT_SAME(f.stats().used_blocks, Word{0});
}

TEST("thread heap: before null is returned the thread's own blocks are merged") {
  Fixture f(4);
  void* block[8];
  for (auto& b : block) b = f.take(31);
  EXPECT(!f.take(31));
  for (auto& b : block) f.free(b);
  EXPECT(f.take(62 * 3));
}

TEST("thread heap: what another thread keeps is what a request may lack, and no more") {
  Fixture f(4);
  void* block[8];
  for (auto& b : block) b = f.take(31);
  f.as(1).free(block[0]);
  for (unsigned i = 1; i < 8; ++i) f.as(0).free(block[i]);
  EXPECT(f.take(31 * 7));
  EXPECT(!f.take(31));
  f.as(1).heap.flush_thread();
  EXPECT(f.as(0).take(31));
}

TEST("thread heap: another thread that grows memory just then is grown around") {
  for (unsigned contests = 1; contests < 6; ++contests) {
    Fixture f;
    EXPECT(f.take(10));
    ContestedSource::contests = contests;
    EXPECT(f.take(150));  // what would have joined is too small alone
    EXPECT(ContestedSource::contests < contests);
    f.stats();
    for (Word i = 0; i < f.array.end; i += f.array.page)
      if (f.memory[i] == Array::foreign)
        for (Word j = 0; j < f.array.page; ++j) EXPECT_SAME(f.memory[i + j], Array::foreign);
  }
}

TEST("thread heap: what comes elsewhere may be too little for a pool: that is no null") {
  Fixture f(50);
  f.array.page = granule;  // so it gets what it asks for, and no more
  for (unsigned i = 0; i < 40; ++i) {
    ContestedSource::contests = 1;
    EXPECT(f.take(i % 2 ? 1 : 150));
  }
  f.stats();
}

TEST("thread heap: a block that is to grow where it is survives another thread's growth") {
  for (unsigned contests = 0; contests < 4; ++contests) {
    Fixture f;
    auto* const a = static_cast<unsigned char*>(f.take(70));
    memset(a, 0x77, usable_bytes(70 * granule));
    ContestedSource::contests = contests;
    auto* const b = static_cast<unsigned char*>(f.heap.reallocate(a, usable_bytes(300 * granule)));
    EXPECT(b);
    if (contests == 0) EXPECT_SAME(a, b);
    for (Word i = 0; i < usable_bytes(70 * granule); ++i) EXPECT_SAME(b[i], 0x77);
    f.free(b);
    EXPECT_SAME(f.stats().used_blocks, Word{0});
  }
}

TEST("thread heap: a resize within a granule asks nobody, any other holds the lock") {
  Fixture f;
  void* const large = f.take(80);
  HandWait::can_wait = true;
  HandWait::pauses = 0;
  HandWait::meanwhile = [] { current->unlock(); };
  f.heap.lock();
  EXPECT(f.heap.resize_in_place(large, usable_bytes(80 * granule) - 1));
  EXPECT_SAME(f.heap.reallocate(large, usable_bytes(79 * granule) + 1), large);
  EXPECT_SAME(f.heap.usable_size(large), usable_bytes(80 * granule));
  EXPECT_SAME(HandWait::pauses, 0u);
  EXPECT(f.heap.resize_in_place(large, usable_bytes(79 * granule)));
  EXPECT_SAME(HandWait::pauses, 1u);
  HandWait::meanwhile = nullptr;
}

TEST("thread heap: small blocks come and go while somebody has the lock") {
  Fixture f;
  void* const a = f.take(2);
  f.free(a);
  HandWait::pauses = 0;
  f.heap.lock();
  for (int i = 0; i < 10; ++i) {
    void* const b = f.take(2);
    EXPECT_SAME(b, a);
    f.free(b);
  }
  f.heap.unlock();
  EXPECT_SAME(HandWait::pauses, 0u);
}

TEST("thread heap: in the child of a fork there is one thread") {
  Fixture f;
  f.free(f.take(1));
  f.as(1).free(f.take(1));
  f.as(2).free(f.take(1));
  f.heap.lock();
  f.as(1).heap.forget_others();
  f.heap.unlock();
  EXPECT_SAME(f.heap.all_lists(), static_cast<const ThreadLists<config>*>(&Threads::all[1]));
  EXPECT(!Threads::all[1].next && !Threads::all[1].previous);
  EXPECT_SAME(f.heap.kept_by_others().blocks, Word{0});
}

TEST("thread heap: alignments and zeros are as a Heap's") {
  Fixture f;
  f.array.clears = true;
  EXPECT(!f.heap.allocate(10, 3));
  EXPECT(!f.heap.allocate(10, 0));
  for (Word alignment = 1; alignment <= 32 * granule; alignment *= 2) {
    void* const block = f.heap.allocate(10, alignment);
    EXPECT(block && reinterpret_cast<Word>(block) % alignment == 0);
    f.free(block);
  }
  const Word bytes = 100 * granule;
  auto* const large = static_cast<unsigned char*>(f.heap.allocate(bytes));
  f.heap.clear(large, bytes);
  for (Word i = 0; i < bytes; ++i) EXPECT_SAME(large[i], 0);
  memset(large, 1, bytes);
  f.free(large);
  auto* const again = static_cast<unsigned char*>(f.heap.allocate(bytes));
  f.heap.clear(again, bytes);
  for (Word i = 0; i < bytes; ++i) EXPECT_SAME(again[i], 0);
}

TEST("thread heap: one under a lock alone gives the lock back whatever happens") {
  constexpr Config hardened = profiles::threaded(profiles::hardened);
  static_assert(hardened.threads && hardened.thread_granules == 0);
  struct Source : ArraySource {
    Source() : ArraySource(array()) {}
    static Array& array() {
      alignas(64) static unsigned char memory[8 * 64 * granule];
      static Array own{.start = memory, .page = 64 * granule, .limit = sizeof memory};
      return own;
    }
  };
  static LockedHeap<Heap<hardened, Source>, HandWait> heap;
  HandWait::pauses = 0;
  void* const a = heap.allocate(100);
  void* const b = heap.reallocate(a, 400);
  EXPECT(a && b);
  EXPECT(!heap.allocate(100'000'000));
  EXPECT(!heap.reallocate(b, 100'000'000));
  EXPECT(heap.usable_size(b) >= 400);
  heap.deallocate(b);
  heap.deallocate(nullptr);
  EXPECT_SOUND(view(heap));
  heap.lock();
  heap.unlock();
  EXPECT_SAME(HandWait::pauses, 0u);
}

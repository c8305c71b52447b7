// Four threads and one heap: all entry points, blocks that another thread frees, threads that come and go, somebody else who
// takes memory at the same time. Built with ThreadSanitizer where the compiler has it, else with the others.
//
//     thread_fuzz [rounds [seed]]
//
// Each block is filled with what its owner knows; the walker runs when all threads have been joined.
#include <string.h>

#include <atomic>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "src/posix/threads.hpp"
#include "src/stats.hpp"
#include "src/thread_end.hpp"
#include "src/thread_heap.hpp"
#include "src/view.hpp"
#include "test/support/expect.hpp"

using namespace heaplet;

namespace {

/// An array that many may take pages from at once.
struct SharedArray {
  static constexpr Word page = 4096, pages = 4096;
  alignas(4096) static inline unsigned char memory[pages * page];
  static inline std::atomic<Word> taken{0};

  /// @returns the first page, or null
  static unsigned char* take(Word count) {
    for (Word at = taken.load();;) {
      if (count > pages - at) return nullptr;
      if (taken.compare_exchange_weak(at, at + count)) return memory + at * page;
    }
  }
};

struct SharedSource {
  static Region initial() { return {nullptr, 0}; }
  static Word next(Word) {
    return reinterpret_cast<Word>(SharedArray::memory) + SharedArray::taken.load() * SharedArray::page;
  }
  static Region grow(Word least, Word) {
    const Word pages = least / SharedArray::page + 1;
    return {SharedArray::take(pages), pages * SharedArray::page};
  }
};

struct Keys {
  static bool create(unsigned& key, void (*ended)(void*)) { return pthread_key_create(&key, ended) == 0; }
  static bool set(unsigned key, const void* value) { return pthread_setspecific(key, value) == 0; }
};

template <Config config>
struct Threads {
  using Wait = PosixWait;
  static ThreadLists<config>& lists() { return own; }
  static bool tell_of_end();
  static inline constinit thread_local ThreadLists<config> own;
};
template <Config config>
constinit ThreadHeap<config, SharedSource, Threads<config>> heap;

template <Config config>
bool Threads<config>::tell_of_end() {
  struct KeysOfThis : Keys {};  // a key for each heap
  return ThreadEnd<KeysOfThis>::tell([](void*) { heap<config>.close_thread(); });
}

struct Owned {
  unsigned char* block;
  Word bytes;
  unsigned char fill;
};

/// What a thread leaves for another one to verify and free.
class Market {
 public:
  Owned exchange(unsigned slot, Owned owned) {
    const std::lock_guard guard(mutex_[slot % count]);
    std::swap(slots_[slot % count], owned);
    return owned;
  }
  static constexpr unsigned count = 64;

 private:
  std::mutex mutex_[count];
  Owned slots_[count] = {};
};

template <Config config>
class Worker {
 public:
  Worker(Market& market, unsigned seed) : market_(market), random_(seed) {}

  /// As the thread ends it frees what it still has, some before and some after the heap has heard of it.
  void run(unsigned steps) {
    for (unsigned i = 0; i < steps; ++i) step();
    for (size_t i = 0; i < mine_.size(); ++i) {
      if (i == mine_.size() / 2) heap<config>.close_thread();
      free(mine_[i]);
      if (i % 8 == 7) memory().deallocate(memory().allocate(any_size()));
      if (i % 8 == 3) memory().deallocate_apart(memory().allocate_apart(any_size(), 64));
    }
  }

 private:
  auto& memory() { return heap<config>; }
  Word below(Word limit) { return random_() % limit; }
  Word any_size() { return below(8) ? below(300) : below(below(4) ? 5000 : 40000); }

  void step() {
    const Word choice = below(100);
    if (choice < 45 || mine_.empty()) {
      const Word bytes = any_size();
      added(memory().allocate(bytes), bytes, granule);
    } else if (choice < 50) {
      const Word bytes = any_size(), alignment = Word{1} << below(13);
      added(memory().allocate(bytes, alignment), bytes, alignment);
    } else if (choice < 60) {
      Owned& owned = mine_[below(mine_.size())];
      const Word bytes = any_size();
      verify(owned);
      auto* const moved = static_cast<unsigned char*>(memory().reallocate(owned.block, bytes));
      if (!moved) return;
      const Word kept = bytes < owned.bytes ? bytes : owned.bytes;
      verify({moved, kept, owned.fill});
      owned = {moved, bytes, owned.fill};
      memset(moved, owned.fill, bytes);
    } else if (choice < 63) {
      Owned& owned = mine_[below(mine_.size())];
      const Word bytes = any_size();
      if (memory().resize_in_place(owned.block, bytes)) {
        verify({owned.block, bytes < owned.bytes ? bytes : owned.bytes, owned.fill});
        owned.bytes = bytes;
        memset(owned.block, owned.fill, bytes);
      }
    } else if (choice < 66) {
      const Word bytes = any_size();
      void* const block = memory().allocate(bytes);
      if (!block) return;
      memory().clear(block, bytes);
      verify({static_cast<unsigned char*>(block), bytes, 0});
      added(block, bytes, granule);
    } else if (choice < 80) {
      Owned& owned = mine_[below(mine_.size())];
      const Owned other = market_.exchange(unsigned(below(Market::count)), owned);
      owned = mine_.back();
      mine_.pop_back();
      if (other.block) mine_.push_back(other);
    } else if (choice < 99 || below(50)) {
      const Word at = below(mine_.size());
      free(mine_[at]);
      mine_[at] = mine_.back();
      mine_.pop_back();
    } else {
      memory().flush_thread();
      const Holding held(memory());
      if (const Fault fault = check(view(memory()))) fail(fault.what);
      if (memory().kept_by_others().bytes > 4 * 65 * 256 * granule) fail("others keep more than they may");
    }
    if (mine_.size() > 400) {
      free(mine_.back());
      mine_.pop_back();
    }
  }

  void added(void* block, Word bytes, Word alignment) {
    if (!block) return;
    if (reinterpret_cast<Word>(block) % alignment != 0) fail("a block lies wrong");
    if (memory().usable_size(block) < bytes) fail("a block is too short");
    const auto fill = static_cast<unsigned char>(random_());
    memset(block, fill, bytes);
    mine_.push_back({static_cast<unsigned char*>(block), bytes, fill});
  }

  void verify(const Owned& owned) {
    for (Word i = 0; i < owned.bytes; ++i)
      if (owned.block[i] != owned.fill) fail("a block was written by somebody else");
  }

  void free(Owned& owned) {
    verify(owned);
    memory().deallocate(owned.block);
  }

  [[noreturn]] static void fail(const char* what) { expect::fail(__FILE__, __LINE__, what); }

  Market& market_;
  std::mt19937 random_;
  std::vector<Owned> mine_;
};

template <Config config>
void fuzz(const char* name, unsigned rounds, unsigned seed) {
  auto& memory = heap<config>;
  const auto before = SharedArray::taken.load();
  std::vector<unsigned char*> foreign;
  for (unsigned round = 0; round < rounds; ++round) {
    Market market;
    std::atomic<bool> done{false};
    std::thread somebody([&] {
      while (!done) {
        if (foreign.size() < 30 * (round + 1) && SharedArray::taken < SharedArray::pages / 2)
          if (unsigned char* const page = SharedArray::take(1)) {
            memset(page, 0xf0, SharedArray::page);
            foreign.push_back(page);
          }
        std::this_thread::yield();
      }
    });
    // Threads that end while others go on, and others after them.
    for (unsigned generation = 0; generation < 2; ++generation) {
      std::vector<std::thread> threads;
      for (unsigned i = 0; i < 4; ++i)
        threads.emplace_back(
            [&, i] { Worker<config>(market, seed + round * 100 + generation * 10 + i).run(1500 * (i + 1)); });
      for (std::thread& thread : threads) thread.join();
      const Holding held(memory);
      if (const Fault fault = check(view(memory, true))) expect::fail(__FILE__, __LINE__, fault.what);
    }
    done = true;
    somebody.join();
    for (unsigned slot = 0; slot < Market::count; ++slot) memory.deallocate(market.exchange(slot, {}).block);
    for (const unsigned char* page : foreign)
      for (Word i = 0; i < SharedArray::page; ++i)
        if (page[i] != 0xf0) expect::fail(__FILE__, __LINE__, "somebody else's page was written");
  }
  const Holding held(memory);
  const Stats stats = heaplet::stats(view(memory, true));
  if (stats.used_blocks) expect::fail(__FILE__, __LINE__, "blocks are lost");
  printf("  %-24s %u rounds, %zu pages\n", name, rounds, size_t(SharedArray::taken.load() - before));
  fflush(stdout);
}

constexpr Config fast = profiles::threaded(profiles::fast);

/// Lists that are full at once, and a depot that is.
constexpr Config tight = [] {
  Config config = fast;
  config.thread_granules = 128;
  config.thread_blocks = 4;
  config.batch_granules = 16;
  config.thread_depots = 2;
  config.quick_blocks = 32;
  config.usage = true;
  return config;
}();

constexpr Config apart = [] {
  Config config = tight;
  config.coalesce_pools = false;
  return config;
}();

}  // namespace

int main(int count, char** arguments) {
  const unsigned rounds = count > 1 ? unsigned(atoi(arguments[1])) : 3;
  const unsigned seed = count > 2 ? unsigned(atoi(arguments[2])) : 1;
  fuzz<fast>("fast", rounds, seed);
  fuzz<tight>("tight", rounds, seed);
  fuzz<apart>("tight, pools apart", rounds, seed);
  puts("3 passed, 0 failed");
}

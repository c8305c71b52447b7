// Random histories of Heap in every profile under the shadow map, the walker after every step.
//
//     heap_fuzz [rounds [seed]]     native, with the sanitizers; and under wasi
//
// A failure prints its profile and seed: give them back to see it again.
#include "src/heap.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "src/stats.hpp"
#include "src/view.hpp"
#include "test/fuzz/shadow.hpp"
#include "test/support/array_source.hpp"
#include "test/support/discarding.hpp"

using namespace heaplet;

namespace {

constexpr Word page = 4096;

/// What a history is like.
struct Regime {
  const char* name;
  Word largest;       // bytes of a request
  unsigned keep;      // live blocks that it hovers around
  unsigned foreign;   // per mille of steps: somebody else takes a page
  unsigned refusals;  // per mille: growth is refused from here on, or granted again
};

constexpr Regime regimes[] = {
    {"small blocks", 64, 200, 0, 0},    {"mixed blocks", 2000, 100, 0, 5},
    {"large blocks", 40000, 20, 0, 5},  {"foreign pages", 600, 100, 10, 10},
    {"tight memory", 9000, 400, 1, 50},
};

template <Config config>
class History {
 public:
  History(const char* profile, const Regime& regime, unsigned seed)
      : memory_(258 * page, 0xdd), regime_(regime), random_(seed) {
    shadow_.context = std::string(profile) + ", " + regime.name + ", seed " + std::to_string(seed);
    // Somewhere in a page, which the seed says, so that the same blocks are aligned whenever it is run.
    const Word start = round_up(reinterpret_cast<Word>(memory_.data()), page) + below(page / 64) * 64;
    array_.start = reinterpret_cast<unsigned char*>(start);
    array_.page = page;
    array_.initial = below(2 * page);
    array_.end = round_up(array_.initial, page);
    array_.limit = 256 * page;
    array_.clears = true;
  }

  void run(unsigned steps) {
    for (unsigned i = 0; i < steps; ++i) {
      step();
      expect_sound();
    }
    shadow_.verify_all();
    finish();
  }

 private:
  static constexpr Word least_alignment =
      config.slab_limit != 0 && config.slab_unit < granule ? config.slab_unit : granule;

  Word below(Word limit) { return std::uniform_int_distribution<Word>(0, limit - 1)(random_); }
  Word any_size() { return below(4) ? below(regime_.largest / 8 + 1) : below(regime_.largest + 1); }

  void step() {
    if (below(1000) < regime_.foreign) foreign_.push_back(array_.take_foreign());
    if (below(1000) < regime_.refusals) array_.refuses = !array_.refuses;
    const Word choice = below(100);
    if (shadow_.empty() || choice < (shadow_.count() < regime_.keep ? 50 : 25))
      allocate(any_size(), least_alignment);
    else if (choice < 55)
      allocate(any_size(), Word{1} << below(13));
    else if (choice < 70)
      reallocate(shadow_.pick(below(~Word{0})), any_size());
    else if (choice < 75)
      renew(shadow_.pick(below(~Word{0})));
    else if (choice < 77)
      allocate_largest();
    else if (choice < 80)
      allocate_zeroed(any_size());
    else
      free(shadow_.pick(below(~Word{0})));
  }

  void allocate(Word bytes, Word alignment) {
    auto* const block = static_cast<unsigned char*>(heap_.allocate(bytes, alignment));
    if (block)
      added(block, bytes, alignment);
    else if (!array_.refuses && array_.limit - array_.end > bytes + alignment + 2 * page)
      fail("a block was refused without need");
  }

  /// Memory cannot grow while it lives.
  class Refusing {
   public:
    explicit Refusing(Array& array) : array_(array), before_(array.refuses) { array.refuses = true; }
    ~Refusing() { array_.refuses = before_; }

   private:
    Array& array_;
    bool before_;
  };

  /// What was freed just before serves its own size; where a realloc has left a block as it was, what it was made for.
  void renew(unsigned char* block) {
    const Word bytes = std::min(requests_.at(block).bytes, requests_.at(block).made_for);
    free(block);
    const Refusing refusing(array_);
    auto* const again = static_cast<unsigned char*>(heap_.allocate(bytes));
    if (!again) fail("what was just freed is refused to its own size");
    added(again, bytes, least_alignment);
  }

  /// What the statistics say is certain to be had, is.
  void allocate_largest() {
    const Word bytes = stats(view(heap_)).largest_request;
    if (bytes == 0) return;
    const Refusing refusing(array_);
    auto* const block = static_cast<unsigned char*>(heap_.allocate(bytes));
    if (!block) fail("the largest request that is certain to succeed is refused");
    added(block, bytes, least_alignment);
    free(block);  // else no other test would find any memory
  }

  void allocate_zeroed(Word bytes) {
    auto* const block = static_cast<unsigned char*>(heap_.allocate(bytes));
    if (!block) return;
    heap_.clear(block, bytes);
    for (Word i = 0; i < bytes; ++i)
      if (block[i]) fail("a block that was cleared is not 0");
    added(block, bytes, least_alignment);
  }

  void added(unsigned char* block, Word bytes, Word alignment) {
    const Word usable = heap_.usable_size(block);
    if (usable < bytes) fail("a block is shorter than asked for");
    requests_[block] = {bytes, bytes, alignment};
    shadow_.add(block, usable, alignment < least_alignment ? least_alignment : alignment);
  }

  void reallocate(unsigned char* block, Word bytes) {
    shadow_.verify(block);
    const Shadow::Live old = shadow_.at(block);
    auto* const moved = static_cast<unsigned char*>(heap_.reallocate(block, bytes, least_alignment));
    if (!moved) return shadow_.verify(block);
    shadow_.expect(moved, old.number, old.bytes < bytes ? old.bytes : bytes);
    shadow_.remove(block);
    const Word made_for = requests_.at(block).made_for;
    added(moved, bytes, least_alignment);
    if (moved == block && heap_.usable_size(moved) == old.bytes) requests_.at(moved).made_for = made_for;
  }

  void free(unsigned char* block) {
    shadow_.verify(block);
    shadow_.remove(block);
    const auto free = [this](void* any) { heap_.deallocate(any); };
    const Request& request = requests_.at(block);
    if (below(2)) return free(block);
    // Its size is what counts: an alignment need not be told.
    heap_.deallocate_sized(block, request.bytes, below(2) ? request.alignment : 1, free);
  }

  /// With everything freed and merged nothing is lost: each pool is one free block again.
  void finish() {
    while (!shadow_.empty()) free(shadow_.pick(below(~Word{0})));
    array_.refuses = true;
    if (heap_.allocate(~Word{0} / 2))
      fail("a block larger than memory was granted");  // merges what is cached
    expect_sound();
    const Stats totals = stats(view(heap_));
    if (totals.used_blocks || totals.cached_blocks || totals.free_blocks != totals.pools)
      fail("blocks are left over");
    if (totals.free_bytes != totals.pool_bytes) fail("bytes are lost");
  }

  void expect_sound() const {
    if (const Fault fault = check(view(heap_))) fail(fault.what);
    for (const Word at : foreign_)
      for (Word i = 0; at < array_.limit && i < page; ++i)
        if (array_.start[at + i] != Array::foreign) fail("somebody else's page was written");
  }

  [[noreturn]] void fail(const char* what) const {
    expect::fail(__FILE__, __LINE__, shadow_.context + ": " + what);
  }

  std::vector<unsigned char> memory_;
  const Regime& regime_;
  std::mt19937_64 random_;
  Array array_;
  Heap<config, ArraySource> heap_{ArraySource(array_)};
  Shadow shadow_;
  struct Request {
    Word bytes;
    Word made_for;  ///< what its block was cut for, in bytes
    Word alignment;
  };
  std::map<unsigned char*, Request> requests_;  ///< of live blocks and of former ones
  std::vector<Word> foreign_;
};

/// These count what is in use too: the walk after each step holds that against what it finds.
constexpr Config apart(Config config) {
  config.coalesce_pools = false;
  config.usage = true;
  return config;
}

/// Few blocks wait: see src/README.md.
constexpr Config hasty = [] {
  Config config = profiles::lean;
  config.quick_blocks = 64;
  return config;
}();

/// Small slab pages in a small map: memory beyond it, leaves that come and go, pages that fill and empty.
constexpr Config small_slabs = [] {
  Config config = profiles::fast;
  config.quick_blocks = 20;
  config.slab_page = 512;
  config.leaf_pages = 8;
  config.slab_leaves = 64;
  config.slab_batch = 3;
  config.empty_pages = 2;
  return config;
}();

/// Blocks at multiples of 8 bytes, as Emscripten's are.
constexpr Config unit_of_8 = [] {
  Config config = profiles::fast;
  config.slab_unit = 8;
  config.quick_blocks = 100;
  return config;
}();

/// Nothing waits in a quarantine, and what is freed is not poisoned.
constexpr Config guards_alone = [] {
  Config config = profiles::hardened;
  config.quarantine_blocks = config.quarantine_bytes = config.poison_bytes = config.poison_checked = 0;
  return config;
}();
/// Pages of 256 bytes are given back.
constexpr Config discarding(Config config) {
  config.discard_page = 256;
  config.discard_above = config.slab_limit ? 4200 : 600;
  return config;
}

template <Config config>
void fuzz(const char* profile, unsigned rounds, unsigned seed) {
  for (unsigned round = 0; round < rounds; ++round)
    for (const Regime& regime : regimes) History<config>(profile, regime, seed + round).run(1500);
  printf("  %-24s %u histories\n", profile, unsigned(rounds * (sizeof regimes / sizeof *regimes)));
  fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) {
  const unsigned rounds = count > 1 ? unsigned(atoi(arguments[1])) : 10;
  const unsigned seed = count > 2 ? unsigned(atoi(arguments[2])) : 1;
  printf("  seeds %u to %u\n", seed, seed + rounds - 1);
  fuzz<profiles::small>("small", rounds, seed);
  fuzz<profiles::lean>("lean", rounds, seed);
  fuzz<profiles::fast>("fast", rounds, seed);
  fuzz<small_slabs>("small slabs", rounds, seed);
  fuzz<unit_of_8>("fast, units of 8 bytes", rounds, seed);
  fuzz<profiles::hardened>("hardened", rounds, seed);
  fuzz<guards_alone>("hardened, guards alone", rounds, seed);
  fuzz<apart(profiles::hardened)>("hardened, pools apart", rounds, seed);
  fuzz<profiles::realtime>("realtime", rounds, seed);
  fuzz<apart(profiles::small)>("small, pools apart", rounds, seed);
  fuzz<apart(profiles::lean)>("lean, pools apart", rounds, seed);
  fuzz<apart(profiles::fast)>("fast, pools apart", rounds, seed);
  fuzz<apart(small_slabs)>("small slabs, apart", rounds, seed);
  fuzz<hasty>("lean, few wait", rounds, seed);
  fuzz<discarding(profiles::small)>("small, discarding", rounds, seed);
  fuzz<discarding(profiles::lean)>("lean, discarding", rounds, seed);
  fuzz<discarding(profiles::fast)>("fast, discarding", rounds, seed);
  fuzz<discarding(profiles::hardened)>("hardened, discarding", rounds, seed);
  fuzz<apart(discarding(profiles::realtime))>("realtime, both", rounds, seed);
  fuzz<apart(discarding(profiles::small))>("discarding, pools apart", rounds, seed);
  puts("20 passed, 0 failed");
}

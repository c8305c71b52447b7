// Random histories of the `small` heap over an emulated wasm memory, under a shadow map and the walker; then the
// edges of a 4 GiB memory.
//
//     small_fuzz [rounds [seed]]
//
// A failure prints its regime and seed: give them back to see it again. Compiled once for the heap that has a memory to
// itself and once for each way of taking a program's memory.
#include "wasm/small/malloc.hpp"

#include <random>

#include "test/support/small_check.hpp"

namespace small = heaplet::small;
namespace linear = heaplet::linear;
using linear::Address;
using linear::Word;

#if !HEAPLET_IN_PROGRAM
static_assert(small::first_block == linear::initial_top);
#endif

namespace {

struct Regime {
  const char* name;
  Word largest;       // bytes of a request
  unsigned keep;      // live blocks that it hovers around
  unsigned foreign;   // per mille of steps: somebody else takes memory
  unsigned refusals;  // per mille: growth is refused from here on, or granted again
  Word maximum;       // pages
};

constexpr Regime regimes[] = {
    {"small blocks", 64, 200, 0, 0, 64},      {"mixed blocks", 2000, 200, 0, 5, 64},
    {"large blocks", 200000, 20, 0, 5, 512},  {"foreign pages", 3000, 200, 10, 10, 512},
    {"tight memory", 30000, 40, 1, 50, 12},   {"one page", 3000, 60, 0, 0, 1},
    {"several at first", 9000, 60, 5, 5, 64},
};

/// From here on the heap is in `memory`.
void enter(linear::Memory& memory) {
  linear::memory = &memory;
#ifdef HEAPLET_STATE_IN_MEMORY
  memset(memory.at(0, memory.bytes()), 0x5a, memory.bytes());  // it may hold anything
  small::begin();
#endif
}

class History {
 public:
  History(const Regime& regime, unsigned seed)
      : memory_(initial(regime, seed), regime.maximum), regime_(regime), random_(seed) {
    context_ = std::string(regime.name) + ", seed " + std::to_string(seed) + ": ";
    enter(memory_);
  }

  void run(unsigned steps) {
    for (unsigned i = 0; i < steps; ++i) {
      step();
      check();
    }
    while (!live_.empty()) release(live_.begin()->first);
    check();
  }

 private:
  struct Live {
    Word bytes;
    uint8_t tag;
  };

  // A module with a memory of its own has one page.
  static Word initial([[maybe_unused]] const Regime& regime, [[maybe_unused]] unsigned seed) {
#if defined(HEAPLET_STATE_IN_MEMORY) || HEAPLET_IN_PROGRAM
    return 1 + seed % std::min<Word>(regime.maximum, 5);
#else
    return 1;
#endif
  }

  Word below(Word limit) { return std::uniform_int_distribution<Word>(0, limit - 1)(random_); }
  void require(bool condition, const std::string& what) {
    if (!condition) expect::fail(__FILE__, __LINE__, context_ + what);
  }

  void check() {
    const small::Walk walk = small::walk();
    require(walk.fault.empty(), walk.fault);
    require(walk.used.size() == live_.size(), "a block in use is nobody's");
    for (const auto& [payload, block] : live_) {
      require(walk.used.count(payload) && walk.used.at(payload) >= block.bytes,
              "a block is lost or too short");
      require(small::malloc_usable_size(payload) == walk.used.at(payload), "usable size");
    }
  }

  void step() {
    const Word kind = below(1000);
    if (kind < regime_.foreign) {
      memory_.take_foreign(1 + below(below(2) ? 40 : 200000));
      return;
    }
    if (kind < regime_.foreign + regime_.refusals) memory_.refuse = !memory_.refuse;
    if (live_.empty() || below(2 * regime_.keep) > live_.size()) return allocate();
    auto at = live_.begin();
    std::advance(at, below(live_.size()));
    if (below(3)) return release(at->first);
    reallocate(at->first);
  }

  Word any_size() {
    if (below(500) == 0) return -1 - below(200);
    return below(4) ? below(1 + below(regime_.largest)) : below(40);
  }

  void adopt(Address payload, Word bytes, Word alignment = 16) {
    require(payload % alignment == 0, "alignment");
    const Live block{bytes, static_cast<uint8_t>(++tags_)};
    memset(memory_.at(payload, bytes), block.tag, bytes);
    live_[payload] = block;
  }
  void same(Address payload, Word bytes, uint8_t tag) {
    const uint8_t* at = memory_.at(payload, bytes);
    for (Word i = 0; i < bytes; ++i) require(at[i] == tag, "a block's bytes changed");
  }

  void allocate() {
    const Word bytes = any_size(), how = below(8);
    const std::string before = memory_.state();
    if (how == 0) {
      const Word alignment = 1u << below(below(20) ? 14 : 32);
      if (const Address payload = small::aligned_alloc(alignment, bytes))
        return adopt(payload, bytes, std::max<Word>(alignment, 16));
    } else if (how == 1) {
      if (const Address payload = small::calloc(bytes / 4 + 1, 4)) {
        same(payload, (bytes / 4 + 1) * 4, 0);
        return adopt(payload, (bytes / 4 + 1) * 4);
      }
    } else if (const Address payload = below(2) ? small::malloc(bytes) : small::realloc(0, bytes)) {
      return adopt(payload, bytes);
    }
    require(memory_.state() == before, "a refusal changed the heap");
  }

  void release(Address payload) {
    same(payload, live_.at(payload).bytes, live_.at(payload).tag);
    live_.erase(payload);
    small::free(payload);
  }

  void reallocate(Address payload) {
    const Live old = live_.at(payload);
    const Word bytes = any_size();
    const std::string before = memory_.state();
    const bool in_place = below(2) && small::resize_in_place(payload, bytes);
    const Address moved = in_place ? payload : small::realloc(payload, bytes);
    if (!moved) {
      require(memory_.state() == before, "a refusal changed the heap");
      return same(payload, old.bytes, old.tag);
    }
    live_.erase(payload);
    same(moved, std::min(bytes, old.bytes), old.tag);
    adopt(moved, bytes);
  }

  linear::Memory memory_;
  const Regime& regime_;
  std::mt19937 random_;
  std::map<Address, Live> live_;
  unsigned tags_ = 0;
  std::string context_;
};

Address must(Address payload) {
  EXPECT(payload);
  return payload;
}
void sound() { EXPECT_SAME(small::walk().fault, std::string()); }

TEST("every size up to every list's edge gets a block that holds it, from the lists alone") {
  linear::Memory memory(1, 65536);
  for (unsigned i = 0; i < small::list_count; ++i) {
    // The least size of the list: found among the floats' own rounding.
    const Address list = small::list_at(i);
    uint64_t low = 0, high = (uint64_t{1} << 32) - 1;
    while (low < high) {
      const uint64_t middle = (low + high) / 2;
      small::list_of(small::number_of(middle)) < list ? low = middle + 1 : high = middle;
    }
    const uint64_t least = (low + 15) & -16;
    if (small::list_of(small::number_of(least)) != list) continue;  // 24 to 31: no multiple of 16
    // The largest request whose search begins at this list.
    for (uint64_t n = low < 40 ? 0 : low - 40; n <= low + 40; ++n)
      if (small::list_of(small::number_of(n + 3)) < list) EXPECT(((n + 4 + 15) & -16) <= least);
  }
}

#if HEAPLET_IN_PROGRAM

TEST("4 GiB: what can be had of it, huge blocks, refusal and recovery") {
  linear::Memory memory(1, 65536);
  enter(memory);
  for (Word i = 0; i < 140; ++i) EXPECT_SAME(small::malloc(-1 - i), 0u);
  EXPECT_SAME(memory.pages(), 1u);
  EXPECT_SAME(linear::top(), 0u);
  const Address huge = must(small::malloc(3u << 30));
  EXPECT_SAME(small::malloc(3u << 30), 0u);
  sound();
  small::free(huge);
#if HEAPLET_COALESCE_POOLS
  EXPECT_SAME(small::malloc(3u << 30), huge);
  small::free(huge);
#endif
  std::vector<Address> blocks;
  while (const Address block = small::malloc(1 << 26)) blocks.push_back(block);
  while (small::malloc(60000)) {
  }
  while (small::malloc(0)) {
  }
  EXPECT(memory.pages() >= 65535);
  sound();
#if HEAPLET_COALESCE_POOLS
  EXPECT_SAME(blocks.size(), 63u);
  // By the break all but the last page, behind which it would be 0; else all.
  EXPECT_SAME(linear::top(), HEAPLET_BY_BREAK ? 0xfffefff0u : 0xfffffff0u);
  for (const Address block : blocks) small::free(block);
  must(small::malloc(1 << 26));
  sound();
#endif
}

TEST("a memory of all 4 GiB from the start") {
  linear::Memory memory(65536, 65536);
  enter(memory);
  std::vector<Address> blocks;
  while (const Address block = small::malloc(1 << 26)) blocks.push_back(block);
  EXPECT(blocks.size() >= (HEAPLET_COALESCE_POOLS ? 63u : 30u));
  while (small::malloc(20000)) {
  }
  sound();
#if HEAPLET_BY_BREAK
  EXPECT(memory.program_break);
#endif
  EXPECT(!small::malloc(1 << 30));
}

TEST("somebody else takes the end of 4 GiB") {
  linear::Memory memory(1, 65536);
  enter(memory);
  must(small::malloc(0));
  EXPECT(memory.take_foreign(65534u * linear::page));
  while (small::malloc(100)) {
  }
  EXPECT_SAME(small::malloc(200000), 0u);
  sound();
}

TEST("what somebody else takes before the first call is theirs") {
  for (const Word bytes : {1u, 100u, 70000u}) {
    linear::Memory memory(2, 40);
    enter(memory);
    EXPECT(memory.take_foreign(bytes));
    must(small::malloc(100));
    must(small::malloc(200000));
    sound();
  }
}

TEST("a pool begins at the first granule that nobody has taken") {
  for (Address base = 5520; base < 5570; ++base) {
    linear::Memory memory(1, 40, base);
    enter(memory);
    must(small::malloc(40000));
    EXPECT_SAME(small::header(linear::top()) & -2, (base + 15) / 16 * 16);
#if HEAPLET_BY_BREAK
    memory.take_foreign(base - 5519);
    const Address foreign_end = memory.program_break;
    must(small::malloc(80000));
    EXPECT_SAME(small::header(linear::top()) & -2, (foreign_end + 15) / 16 * 16);
#endif
    sound();
  }
}

#else

TEST("4 GiB: the last page, huge blocks, refusal and recovery") {
  linear::Memory memory(1, 65536);
  enter(memory);
  for (Word i = 0; i < 140; ++i) EXPECT_SAME(small::malloc(-1 - i), 0u);
  EXPECT_SAME(memory.pages(), 1u);
  const Address huge = must(small::malloc(3u << 30));
  EXPECT_SAME(small::malloc(3u << 30), 0u);
  sound();
  small::free(huge);
#if HEAPLET_COALESCE_POOLS
  EXPECT_SAME(small::malloc(3u << 30), huge);
  small::free(huge);
  EXPECT_SAME(memory.pages(), 65536u * 3 / 4 + 1 + (65536u * 3 / 4 + 1) / 16);
  std::vector<Address> blocks;
  while (const Address block = small::malloc(1 << 26)) blocks.push_back(block);
  EXPECT_SAME(blocks.size(), 63u);
  while (small::malloc(60000)) {
  }
  while (small::malloc(0)) {
  }
  EXPECT_SAME(memory.pages(), 65536u);
  sound();
  EXPECT_SAME(linear::top(), 0xfffffff0u);
  for (const Address block : blocks) small::free(block);
  must(small::malloc(1 << 26));
  sound();
#endif
}

TEST("somebody else takes the last page of 4 GiB") {
  linear::Memory memory(1, 65536);
  enter(memory);
  must(small::malloc(0));
  memory.grow(65535, false);
  while (small::malloc(100)) {
  }
  EXPECT_SAME(small::malloc(20000), 0u);
  sound();
}

#endif

// Where the first pool begins: in a program behind its data, which ends at 5555 (test/support/linear_program.hpp).
#if HEAPLET_IN_PROGRAM
constexpr Word first_block = 5568;
#else
constexpr Word first_block = small::first_block;
#endif

#if HEAPLET_COALESCE_POOLS
TEST("growth asks for exactly what the free tail lacks") {
  for (Word maximum = 2; maximum < 40; ++maximum) {
    linear::Memory memory(1, maximum);
    enter(memory);
    small::free(must(small::malloc(20000)));
    const Word most = maximum * linear::page - first_block - 16 - 4;
    EXPECT_SAME(small::malloc(most + 1), 0u);
    EXPECT_SAME(memory.pages(), 1u);
    must(small::malloc(most));
    EXPECT_SAME(memory.pages(), maximum);
    sound();
  }
}

TEST("realloc of the last block of a full memory reads nothing behind it") {
  linear::Memory memory(1, 1);
  enter(memory);
  const Address before = must(small::malloc(40000)),
                last = must(small::malloc(65536 - first_block - 16 - 40016 - 4));
  small::free(before);
  EXPECT(small::realloc(last, 30000));
  sound();
}
#endif

TEST("a block is resized where it is if it has room there") {
  linear::Memory memory(1, 40);
  enter(memory);
  small::free(must(small::malloc(50000)));
  const Address first = must(small::malloc(1000)), second = must(small::malloc(1000)),
                third = must(small::malloc(1000));
  EXPECT(small::resize_in_place(second, 1004));  // what it was given
  EXPECT(!small::resize_in_place(second, 1005));
  EXPECT(small::resize_in_place(second, 500));
  EXPECT_SAME(small::malloc_usable_size(second), 508u);
  EXPECT(small::resize_in_place(second, 0));
  EXPECT_SAME(small::malloc_usable_size(second), 12u);
  EXPECT(small::resize_in_place(second, 1004));
  small::free(first);
  EXPECT(small::resize_in_place(second, 100));  // which keeps the flag before it
  sound();
  small::free(third);
  for (Word i = 0; i < 200; ++i) EXPECT(!small::resize_in_place(second, -1 - i));
  EXPECT(!small::resize_in_place(second, 1u << 31));
  EXPECT(small::resize_in_place(second, 40000));
  EXPECT_SAME(small::malloc_usable_size(second), 40012u);
  sound();
}

TEST("bad alignments and products") {
  linear::Memory memory(1, 65536);
  enter(memory);
  EXPECT_SAME(small::aligned_alloc(0, 8), 0u);
  EXPECT_SAME(small::aligned_alloc(24, 8), 0u);
  EXPECT_SAME(small::aligned_alloc(1u << 31, -64), 0u);
  EXPECT_SAME(must(small::aligned_alloc(64, 65)) % 64, 0u);
  EXPECT(small::aligned_alloc(1, 0));
  EXPECT_SAME(must(small::aligned_alloc(1u << 31, 100)), 1u << 31);
  EXPECT_SAME(small::calloc(65536, 65537), 0u);
  EXPECT_SAME(small::malloc_usable_size(0), 0u);
  EXPECT_SAME(small::malloc_usable_size(must(small::realloc(must(small::malloc(99)), 0))), 12u);
  small::free(0);
  sound();
}

}  // namespace

int main(int count, char** arguments) {
  const unsigned rounds = count > 1 ? atoi(arguments[1]) : 20;
  const unsigned seed = count > 2 ? atoi(arguments[2]) : 1;
  for (const Regime& regime : regimes) {
    for (unsigned round = 0; round < rounds; ++round) History(regime, seed + round).run(1500);
    printf("  %s: %u histories from seed %u\n", regime.name, rounds, seed);
  }
  return expect::run_all();
}

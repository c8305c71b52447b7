// The memory that surely suffices: by the worst that is known to be done to best fit, and by chance.
#include "src/bound.hpp"

#include <random>
#include <vector>

#include "src/check.hpp"
#include "src/heap.hpp"
#include "src/view.hpp"
#include "test/support/array_source.hpp"
#include "test/support/expect.hpp"

using namespace heaplet;

namespace {

constexpr Config config = profiles::realtime;

/// Asks for no more than it needs.
constexpr Config sparing = [] {
  Config sparing = config;
  sparing.growth_shift = word_bits - 1;
  return sparing;
}();

/// A request that takes so many granules.
constexpr Word filling(Word granules) { return usable_bytes(granules * granule); }

/// A Heap over an array that grows by granules up to `limit` bytes, and what a program has had of it at most.
template <Config config>
class Program {
 public:
  explicit Program(Word limit) : memory_(limit + granule) {
    const Word start = round_up(reinterpret_cast<Word>(memory_.data()), granule);
    array_ = {.start = reinterpret_cast<unsigned char*>(start),
              .page = granule,
              .limit = round_down(limit, granule)};
  }

  /// Null only where memory is refused.
  void* allocate(Word bytes, Word alignment = granule) {
    void* const block = heap_.allocate(bytes, alignment);
    if (!block) return nullptr;
    add(bytes);
    if (alignment > alignment_) alignment_ = alignment;
    return block;
  }
  void free(void* block, Word bytes) {
    heap_.deallocate(block);
    bytes_ -= bytes;
    --blocks_;
  }
  /// As a program sees it, which must expect a move: both blocks are there for a while.
  void* reallocate(void* block, Word old, Word bytes) {
    void* const moved = heap_.reallocate(block, bytes);
    if (!moved) return nullptr;
    add(bytes);
    bytes_ -= old;
    --blocks_;
    return moved;
  }

  Word blocks() const { return blocks_; }
  Word bytes() const { return bytes_; }
  Word taken() const { return array_.end; }
  /// For what it has had so far.
  Word sufficient() const {
    return sufficient_memory<config>(peak_bytes_, peak_blocks_, largest_, alignment_).value;
  }
  void expect_sound() const { EXPECT_SOUND(view(heap_)); }

 private:
  void add(Word bytes) {
    bytes_ += bytes;
    ++blocks_;
    if (bytes_ > peak_bytes_) peak_bytes_ = bytes_;
    if (blocks_ > peak_blocks_) peak_blocks_ = blocks_;
    if (bytes > largest_) largest_ = bytes;
  }

  std::vector<unsigned char> memory_;
  Array array_;
  Heap<config, ArraySource> heap_{ArraySource(array_)};
  Word bytes_ = 0, blocks_ = 0, peak_bytes_ = 0, peak_blocks_ = 0, largest_ = 0, alignment_ = granule;
};

/// Robson's attack on best fit, as a program that never has more than `live` granules. A round cuts what memory it may have into
/// blocks of one size, a granule more than in the round before; each is replaced by one that is a granule smaller and by a
/// granule that stays. So no hole of an earlier round is large enough for a later one, and all that a round takes is new.
/// @returns false if a request was refused
template <class Program>
bool attack(Program& program, Word live, Word smallest, Word largest) {
  Word pins = 0;
  for (Word size = smallest; size <= largest; ++size) {
    std::vector<void*> all((live - pins) / size);
    for (void*& block : all)
      if (!(block = program.allocate(filling(size)))) return false;
    for (void*& block : all) {
      program.free(block, filling(size));
      if (!(block = program.allocate(filling(size - 1)))) return false;
      if (!program.allocate(filling(1))) return false;
    }
    for (void* const block : all) program.free(block, filling(size - 1));
    pins += all.size();
  }
  return true;
}

constexpr Word live = 2000, smallest = 18, largest = 48;

}  // namespace

TEST("bound: live blocks, and between any two of them less than the largest one") {
  // A header, and less than a granule each; two granules at the ends.
  constexpr Word own = overhead + granule - 1;
  EXPECT_SAME(sufficient_memory<config>(0, 0, 0).value, Word{0});
  EXPECT_SAME(sufficient_memory<config>(filling(1), 1, filling(1)).value, 3 * granule);
  EXPECT_SAME(sufficient_memory<config>(filling(9), 1, filling(9)).value, 11 * granule);
  EXPECT_SAME(sufficient_memory<config>(20 * granule, 4, filling(9)).value,
              20 * granule + 4 * own + 26 * granule);
  // Blocks of one size leave no gaps that matter to the sum of their sizes.
  EXPECT_SAME(sufficient_memory<config>(4 * filling(9), 4, filling(9)).value, (36 + 24 + 2) * granule);
  // Large ones are rounded up by a 32nd at most.
  const Word two_large = sufficient_memory<config>(1500 * granule, 2, filling(1000)).value;
  const Word exact = 1500 * granule + 2 * own;
  EXPECT_SAME(two_large, exact + exact / 32 + (1008 - 1) * granule + 2 * granule);
  // Of an aligned block's span not all may be used.
  EXPECT_SAME(sufficient_memory<config>(filling(3), 1, filling(3), 4 * granule).value,
              (3 + (3 + 3 - 1) + 2) * granule);
}

TEST("bound: what no memory holds is an overflow") {
  EXPECT(sufficient_memory<config>(1, 1, ~Word{0}).overflow);
  EXPECT(sufficient_memory<config>(1, 1, ~Word{0} / 2 + granule).overflow);
  EXPECT(sufficient_memory<config>(1, ~Word{0}, 100).overflow);
  EXPECT(sufficient_memory<config>(1, ~Word{0} / 100, 1000).overflow);
  EXPECT(sufficient_memory<config>(1, 1, 100, 3).overflow);
  EXPECT(!sufficient_memory<config>(~Word{0}, 10, 100).overflow);  // ten blocks are not so many bytes
}

TEST("bound: of two blocks it is exact, but for what rounding may add") {
  for (const Word granules : {2, 9, 60}) {
    const auto run = [&](Word memory) {
      Program<config> program(memory);
      void* const first = program.allocate(filling(granules - 1));
      EXPECT(program.allocate(filling(1)));
      program.free(first, filling(granules - 1));
      return program.allocate(filling(granules)) ? program.sufficient() : 0;
    };
    // The hole, the block behind it, the one for which the hole lacks a granule; and the pool's own granule.
    const Word needed = (2 * granules + 1) * granule;
    EXPECT_SAME(run(needed - granule), Word{0});
    const Word sufficient = run(needed);
    EXPECT(sufficient >= needed && sufficient < needed + 3 * granule);
  }
}

TEST("bound: the worst that is done to best fit takes over half of it, and no more") {
  Program<sparing> program(40'000 * granule);
  EXPECT(attack(program, live, smallest, largest));
  program.expect_sound();
  EXPECT(program.bytes() < live * granule);
  EXPECT(program.taken() <= program.sufficient());
  EXPECT(program.taken() > program.sufficient() / 2);
  EXPECT(program.taken() > 17 * live * granule);
}

TEST("bound: so much memory serves that program, and half of it does not") {
  Program<sparing> measured(40'000 * granule);
  attack(measured, live, smallest, largest);
  Program<config> enough(measured.sufficient());  // which takes more at once, while there is more
  EXPECT(attack(enough, live, smallest, largest));
  Program<config> half(measured.sufficient() / 2);
  EXPECT(!attack(half, live, smallest, largest));
}

TEST("bound: programs by chance never take more, and are refused nothing") {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](Word limit) { return Word(random() % limit); };
    // Of two or three blocks chance comes near to the worst.
    const Word most = 1 + below(seed % 2 ? 3 : 40), bytes = 200 * most + below(1000 * most);
    const Word largest = 1 + below(bytes < 6000 ? bytes : 6000);
    const Word alignment = granule << (seed % 3 ? 0 : below(4));
    const Word memory = sufficient_memory<config>(bytes, most, largest, alignment).value;
    Program<config> program(memory);
    struct Live {
      void* block;
      Word bytes;
    };
    std::vector<Live> all;
    for (unsigned step = 0; step < 2000; ++step) {
      const Word size = below(4) ? below(largest / 8 + 1) : below(largest + 1);
      const bool fits = program.blocks() < most && program.bytes() + size <= bytes;
      if (fits && below(3)) {
        all.push_back({program.allocate(size, granule << below(highest_bit(alignment / granule) + 1)), size});
        EXPECT(all.back().block);
      } else if (!all.empty()) {
        Live& one = all[below(all.size())];
        if (fits && below(4) == 0) {
          one = {program.reallocate(one.block, one.bytes, size), size};
          EXPECT(one.block);
        } else {
          program.free(one.block, one.bytes);
          one = all.back();
          all.pop_back();
        }
      }
      EXPECT(program.taken() <= memory);
    }
    program.expect_sound();
  }
}

TEST("bound: a Tlsf over so much memory, wherever it begins, serves that program too") {
  Program<sparing> measured(40'000 * granule);
  attack(measured, live, smallest, largest);
  for (const Word offset : {0u, 1u, 11u, 12u, 13u, 15u}) {
    std::vector<unsigned char> memory(measured.sufficient() + granule + offset);
    const Word start = round_up(reinterpret_cast<Word>(memory.data()), granule) + offset;
    struct : Tlsf<config> {
      void free(void* block, Word) { this->deallocate(block); }
    } tlsf;
    EXPECT(tlsf.insert_free_block(reinterpret_cast<void*>(start), measured.sufficient()) != 0);
    EXPECT(attack(tlsf, live, smallest, largest));
  }
}

// What `hardened` catches, and what it says. Each fault ends the program, so each runs in a process of its own; under wasi
// there are none, and test/c/faults.test.mjs does the same with programs.
#include "src/guard.hpp"

#include "src/check.hpp"
#include "src/fault_text.hpp"
#include "src/heap.hpp"
#include "src/view.hpp"
#include "test/support/array_source.hpp"
#include "test/support/expect.hpp"

#if __has_include(<sys/wait.h>) && !defined(__wasi__)
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace heaplet;

namespace {

/// @param waiting freed blocks in the quarantine
constexpr Config guarded(unsigned waiting) {
  Config config{
      .first_levels = 8, .second_level_bits = 2, .quick_lists = 3, .quick_blocks = 2, .hardened = true};
  config.poison_bytes = 512;
  config.poison_checked = 256;
  config.quarantine_blocks = waiting;
  config.quarantine_bytes = 256 * granule;  // half of them for small blocks
  return config;
}
constexpr Config hardened = guarded(4);
constexpr Config at_once = guarded(0);  // what is freed is merged, or in a quick list

template <Config config = hardened>
struct Fixture {
  alignas(64) unsigned char memory[256 * granule] = {};  // no guards of an earlier test
  Array array{.start = memory,
              .page = 256 * granule,
              .initial = sizeof memory,
              .end = sizeof memory,
              .limit = sizeof memory};
  Heap<config, ArraySource> heap{ArraySource(array)};

  /// Each its own secret, and the same in each run; but what fills a slack is nothing that the tests write.
  Fixture() {
    static uint64_t count = 0;
    ++count;
    EXPECT(heap.set_secret(Secret::of(0x1234567'7b9abcdeull ^ count << 32, count * 0x9e3779b97f4a7c15ull)));
  }

  unsigned char* allocate(Word bytes) {
    auto* const block = static_cast<unsigned char*>(heap.allocate(bytes));
    memset(block, 0x11, bytes);
    return block;
  }
};

int said_to = -1;
const unsigned char* innocent = nullptr;  // 100 bytes of 0x11, until somebody writes there

/// The signal that ends a process which does `act`; 0 if it goes through, -1 if it ends otherwise: a sanitizer's report
/// is no signal.
template <class Act>
int signal_of(Act act) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGILL, SIG_DFL);  // not the sanitizer's: a trap is what is wanted
    signal(SIGTRAP, SIG_DFL);
    act();
    _exit(0);
  }
  int status = 0;
  EXPECT(waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) return WTERMSIG(status);
  return WEXITSTATUS(status) == 0 ? 0 : -1;
}

/// What `hardened` says of a fault before it traps. Nothing, if it does not.
template <class Act>
std::string verdict_of(Act act) {
  int ends[2];
  EXPECT(pipe(ends) == 0);
  const int signal_number = signal_of([&] {
    said_to = ends[1];
    act();
  });
  close(ends[1]);
  char text[fault_text_bytes];
  const auto length = read(ends[0], text, sizeof text);
  close(ends[0]);
  if (signal_number == 0) return "";
  EXPECT(signal_number == SIGILL || signal_number == SIGTRAP);
  return std::string(text, length < 0 ? 0 : size_t(length));
}

std::string at(const void* pointer) {
  char text[32];
  snprintf(text, sizeof text, "0x%zx", reinterpret_cast<size_t>(pointer));
  return text;
}

/// `40 bytes at 0x12340 (malloc #17)`
std::string block(Word bytes, const void* where, unsigned number) {
  return std::to_string(bytes) + " bytes at " + at(where) + " (malloc #" + std::to_string(number) + ")";
}

bool begins(const std::string& text, const std::string& with) {
  return text.compare(0, with.size(), with) == 0;
}

#define EXPECT_BEGINS(text, with)                                                                         \
  do {                                                                                                    \
    const std::string text_value = text;                                                                  \
    if (!begins(text_value, with))                                                                        \
      expect::fail(__FILE__, __LINE__, "expected '" + std::string(with) + "', got '" + text_value + "'"); \
  } while (0)

}  // namespace

extern "C" void heaplet_fault(int kind, const void* block, size_t size, const heaplet_fault_details* more) {
  const FaultText text(kind, block, size, *more);
  for (unsigned i = 0; innocent && i < 100; ++i)
    if (innocent[i] != 0x11) _exit(1);
  if (said_to >= 0 && write(said_to, text.text(), strlen(text.text())) < 0) _exit(1);
}

TEST("guard: a healthy heap says nothing") {
  Fixture<> f;
  EXPECT_SAME(verdict_of([&] {
                void* a = f.heap.allocate(100);
                a = f.heap.reallocate(a, 300);
                a = f.heap.reallocate(a, 10);
                EXPECT_SAME(f.heap.usable_size(a), Word{10});
                memset(a, 0xff, f.heap.usable_size(a));
                f.heap.deallocate(a);
                f.heap.deallocate(nullptr);
                for (unsigned i = 0; i < 1000; ++i) f.heap.deallocate(f.allocate(i % 150));
                EXPECT_SOUND(view(f.heap));
              }),
              "");
}

TEST("guard: a block has the length that was asked for") {
  Fixture<> f;
  for (Word bytes = 0; bytes < 200; ++bytes) {
    void* const a = f.heap.allocate(bytes);
    EXPECT_SAME(f.heap.usable_size(a), bytes);
    void* const b = f.heap.reallocate(a, bytes + 1);
    EXPECT_SAME(f.heap.usable_size(b), bytes + 1);
    f.heap.deallocate(b);
  }
}

template <Config config>
void expect_double_frees(bool waits) {
  for (const Word bytes : {1, 100, 500}) {
    Fixture<config> f;
    void* const a = f.heap.allocate(bytes);
    void* const b = f.heap.allocate(bytes);
    if (waits)
      EXPECT_SAME(verdict_of([&] { f.heap.deallocate(a), f.heap.deallocate(a); }),
                  "double free: " + block(bytes, a, 1) + " were freed before; found by free");
    for (const bool kept : {false, true}) {
      if (kept) EXPECT(f.heap.allocate(1));
      EXPECT_BEGINS(verdict_of([&] { f.heap.deallocate(a), f.heap.deallocate(a); }), "double free: ");
      EXPECT_BEGINS(verdict_of([&] { f.heap.deallocate(a), f.heap.deallocate(b), f.heap.deallocate(b); }),
                    "double free: ");
      EXPECT_BEGINS(verdict_of([&] { f.heap.deallocate(b), f.heap.deallocate(a), f.heap.deallocate(b); }),
                    "double free: ");
      EXPECT_BEGINS(verdict_of([&] { f.heap.deallocate(a), (void)f.heap.reallocate(a, 10); }),
                    "double free: ");
      EXPECT_BEGINS(verdict_of([&] { f.heap.deallocate(a), (void)f.heap.usable_size(a); }), "double free: ");
    }
  }
}

TEST("guard: a double free is one, whether the block waits, was merged or linked, or became the wilderness") {
  expect_double_frees<hardened>(true);
  expect_double_frees<at_once>(false);
}

TEST("guard: a block that was freed is known as such while others are freed and asked for") {
  Fixture<> f;
  void* const a = f.heap.allocate(40);
  for (int i = 0; i < 3; ++i) f.heap.deallocate(f.heap.allocate(40));
  f.heap.deallocate(a);
  for (int i = 0; i < 3; ++i) f.heap.deallocate(f.heap.allocate(40));
  EXPECT_BEGINS(verdict_of([&] { f.heap.deallocate(a); }), "double free: " + block(40, a, 1));
}

TEST("guard: a pointer that is no block's is none, inside of the heap and outside, whatever a block holds") {
  for (const int byte : {0x00, 0x01, 0x40, 0x41, 0x78, 0xff}) {
    Fixture<> f;
    unsigned char* const a = f.allocate(200);
    memset(a, byte, 200);
    static int elsewhere;
    for (const Word inside : {Word{1}, granule, 2 * granule, Word{199}})
      EXPECT_SAME(verdict_of([&] { f.heap.deallocate(a + inside); }),
                  "not a block of this heap: " + at(a + inside) + " lies " + std::to_string(inside) +
                      (inside == 1 ? " byte" : " bytes") + " into " + block(200, a, 1) + "; found by free");
    EXPECT_BEGINS(verdict_of([&] { (void)f.heap.reallocate(a + granule, 1); }), "not a block of this heap: ");
    EXPECT_BEGINS(verdict_of([&] { (void)f.heap.usable_size(a + granule); }), "not a block of this heap: ");
    for (void* const outside : {static_cast<void*>(&elsewhere), static_cast<void*>(f.memory),
                                static_cast<void*>(f.memory + sizeof f.memory), reinterpret_cast<void*>(7),
                                reinterpret_cast<void*>(granule), reinterpret_cast<void*>(-granule)})
      EXPECT_SAME(verdict_of([&] { f.heap.deallocate(outside); }),
                  "not a block of this heap: " + at(outside) + "; found by free");
  }
}

TEST("guard: another heap's block is none of this one") {
  Fixture<> a, b;
  // In one memory: each takes what the other leaves.
  Array shared{.start = a.memory, .page = 64 * granule, .initial = 0, .end = 0, .limit = sizeof a.memory};
  Heap<hardened, ArraySource> first{ArraySource(shared)}, second{ArraySource(shared)};
  void* const one = first.allocate(40);
  void* const two = second.allocate(40);
  void* const three = first.allocate(100 * granule);
  EXPECT(one < two && two < three);
  EXPECT_BEGINS(verdict_of([&] { first.deallocate(two); }), "not a block of this heap: " + at(two));
  EXPECT_BEGINS(verdict_of([&] { second.deallocate(one); }), "not a block of this heap: " + at(one));
  EXPECT_BEGINS(verdict_of([&] { second.deallocate(three); }), "not a block of this heap: " + at(three));
}

TEST("guard: a write past the end names the block that it began in, from its first byte on") {
  for (Word bytes = 1; bytes <= 70; ++bytes)
    for (const Word length : {Word{1}, Word{4}, granule, Word{64}}) {
      Fixture<> f;
      unsigned char* const a = f.allocate(bytes);
      unsigned char* const b = f.allocate(40);
      EXPECT(f.allocate(40));
      for (const int byte : {0x00, 0x55, 0xff}) {
        unsigned char before[64];
        memcpy(before, a + bytes, length);
        memset(a + bytes, byte, length);
        const bool changed = memcmp(before, a + bytes, length) != 0;
        EXPECT(changed || byte != 0);
        if (changed) {
          EXPECT_BEGINS(verdict_of([&] { f.heap.deallocate(a); }), "write past the end of a block: ");
          if (length == 64 || bytes + length > 8 * granule) {
            const std::string said = verdict_of([&] { f.heap.deallocate(b); });
            EXPECT_BEGINS(said, "write past the end of a block: ");
            EXPECT(said.find(at(a)) != std::string::npos);
            EXPECT(said.find("found by free of " + at(b)) != std::string::npos);
          }
          EXPECT(check(view(f.heap)));
        }
        memcpy(a + bytes, before, length);
      }
    }
  Fixture<> f;
  unsigned char* const a = f.allocate(10);
  EXPECT_SAME(verdict_of([&] { a[10] = 0, a[12] = 0, f.heap.deallocate(a); }),
              "write past the end of a block: " + block(10, a, 1) +
                  ", 3 bytes behind it were changed; found by free");
  EXPECT_SAME(verdict_of([&] { a[10] = 0, (void)f.heap.usable_size(a); }),
              "write past the end of a block: " + block(10, a, 1) +
                  ", 1 byte behind it was changed; found by malloc_usable_size");
  // Without a slack, too: what is changed of the seal is known.
  constexpr Word all = 2 * granule - 3 * sizeof(Word);
  unsigned char* const full = f.allocate(all);
  for (const Word length : {Word{1}, Word{3}})
    EXPECT_SAME(verdict_of([&] { full[all + length - 1] ^= 0x80, f.heap.deallocate(full); }),
                "write past the end of a block: " + block(all, full, 2) + ", " + std::to_string(length) +
                    (length == 1 ? " byte behind it was changed" : " bytes behind it were changed") +
                    "; found by free");
}

TEST("guard: a write before the start is named as such, whatever it writes") {
  for (const int byte : {0x01, 0x20, 0x40, 0x41, 0x61, 0x78, 0x80, 0xc0, 0xff})
    for (const Word length : {Word{1}, sizeof(Word), granule}) {
      Fixture<> f;
      EXPECT(f.allocate(7 * granule - 3 * sizeof(Word) + 4));  // with a slack
      unsigned char* const a = f.allocate(40);
      EXPECT(f.allocate(40));
      memset(a - length, byte, length);
      EXPECT_SAME(verdict_of([&] { f.heap.deallocate(a); }),
                  "write before the start of a block: " + block(40, a, 2) +
                      ", the bytes before it were changed; found by free");
      EXPECT(check(view(f.heap)));
    }
}

TEST("guard: what was written before the start is not blamed on the free block before, whose flag is there") {
  for (const int byte : {0x07, 0x40, 0xff}) {
    Fixture<at_once> f;
    unsigned char* const free = f.allocate(400);
    unsigned char* const a = f.allocate(40);
    EXPECT(f.allocate(40));
    f.heap.deallocate(free);
    a[-1] = static_cast<unsigned char>(byte);
    EXPECT_SAME(verdict_of([&] { f.heap.deallocate(a); }),
                "write before the start of a block: " + block(40, a, 2) +
                    ", the bytes before it were changed; found by free");
  }
}

TEST("guard: a block that was made smaller is not of its size before again, if its header says so") {
  Fixture<at_once> f;
  unsigned char* const a = f.allocate(500);
  unsigned char* const free = f.allocate(400);
  EXPECT(f.allocate(40));
  f.heap.deallocate(free);
  const Word size = Block::of_payload(a)->size();
  EXPECT(f.heap.reallocate(a, 40) == a);
  Block::of_payload(a)->header = Block::header_of(size);
  EXPECT_SAME(verdict_of([&] { f.heap.deallocate(a); }),
              "write before the start of a block: " + block(40, a, 1) +
                  ", the bytes before it were changed; found by free");
}

TEST("guard: a small block that is given back by its size waits as long as any") {
  Fixture<> f;
  unsigned char* const a = f.allocate(40);
  f.heap.deallocate(a, Kind::plain, By::sized, 40, 1);
  for (int others = 0; others < 4; ++others) {
    unsigned char* const b = f.allocate(40);
    EXPECT(b != a);
    f.heap.deallocate(b, Kind::plain, By::sized, 40, 1);
  }
  EXPECT_SAME(verdict_of([&] { f.heap.deallocate(a); }),
              "double free: " + block(40, a, 1) + " were freed before; found by free");
}

TEST("guard: a secret of zeros makes seals that are of a block's place, too") {
  const Secret secret = Secret::of(0u, 0u, 0u, 0u);
  const auto seal_at = [&](Word place) {
    return Secret::seal(secret.mix(place, Block::header_of(2 * granule)), 17);
  };
  EXPECT(seal_at(granule) != seal_at(2 * granule) && seal_at(granule) != seal_at(3 * granule));
}

TEST("guard: every bit of what stands before and behind a block is guarded") {
  Fixture<> f;
  unsigned char* const a = f.allocate(40);
  EXPECT(f.allocate(40));
  const Word end =
      Guard<hardened>::end_of(Block::of_payload(a)) + Guard<hardened>::bytes - reinterpret_cast<Word>(a);
  for (unsigned bit = 0; bit < 8; ++bit) {
    for (Word i = 1; i <= sizeof(Word); ++i)
      EXPECT_BEGINS(verdict_of([&] { a[-int(i)] ^= 1 << bit, f.heap.deallocate(a); }), "write ");
    for (Word i = 40; i < end; ++i)
      EXPECT_BEGINS(verdict_of([&] { a[i] ^= 1 << bit, f.heap.deallocate(a); }), "write past the end");
  }
}

TEST("guard: a write after free shows when the memory is used again, wherever it is") {
  for (const Word bytes : {8, 40, 200})
    for (Word offset = 0; offset < bytes; offset += 4) {
      Fixture<> f;
      unsigned char* const a = f.allocate(bytes);
      unsigned char* const b = f.allocate(bytes);
      const auto reuse = [&] {
        a[offset] ^= 1;
        EXPECT(check(view(f.heap)));
        for (int i = 0; i < 10; ++i) f.heap.deallocate(f.heap.allocate(bytes));
        (void)f.heap.allocate(10000);
      };
      f.heap.deallocate(a);
      EXPECT_SAME(verdict_of(reuse).substr(0, verdict_of(reuse).find(';')),
                  "write after free: " + block(bytes, a, 1) + " were changed at their byte " +
                      std::to_string(offset));
      f.heap.deallocate(b);
      EXPECT_BEGINS(verdict_of(reuse), "write after free: " + block(bytes, a, 1));
    }
}

TEST("guard: a link that was written after free leads nowhere, of blocks that wait and of free ones") {
  Word target[4] = {1, 2, 3, 4};
  for (const Word bytes : {Word{8}, Word{40}, Word{500}, 20 * granule}) {
    Fixture<at_once> f;
    unsigned char* const a = f.allocate(bytes);
    EXPECT(f.allocate(10));
    for (void* const aimed :
         {static_cast<void*>(target), static_cast<void*>(f.memory), static_cast<void*>(a + 8)})
      for (const Word at : {Word{0}, sizeof(Word)}) {
        if (at + sizeof(Word) > bytes) continue;
        EXPECT_BEGINS(verdict_of([&] {
                        f.heap.deallocate(a);
                        memcpy(a + at, &aimed, sizeof aimed);
                        void* const b = f.heap.allocate(bytes);
                        (void)f.heap.allocate(bytes);
                        f.heap.deallocate(b);
                        (void)f.heap.allocate(10000);
                      }),
                      "write after free: ");
      }
  }
  EXPECT_SAME(target[0], Word{1});
}

TEST("guard: a header that is forged while its block waits makes nobody write to another block") {
  for (const Word bytes : {Word{1}, 2 * granule}) {
    Fixture<> f;
    unsigned char* const a = f.allocate(1);
    unsigned char* const b = f.allocate(100);
    EXPECT_BEGINS(verdict_of([&] {
                    innocent = b;
                    f.heap.deallocate(a);
                    const Word forged = Block::header_of(2 * granule);
                    memcpy(a - sizeof forged, &forged, sizeof forged);
                    for (int i = 0; i < 10; ++i) f.heap.deallocate(f.allocate(300));
                    (void)f.heap.allocate(bytes);
                    (void)f.heap.allocate(10000);
                  }),
                  "write ");
  }
}

TEST("guard: a flag that is forged while its block waits is not believed, and the write is named") {
  for (const Word flag : {Block::free_flag, Block::previous_free_flag}) {
    Fixture<> f;
    unsigned char* const a = f.allocate(40);
    unsigned char* const b = f.allocate(500);
    EXPECT(f.allocate(40));
    memset(a, 0x11, 40);
    EXPECT_SAME(verdict_of([&] {
                  f.heap.deallocate(b);
                  Block::of_payload(b)->header |= flag;
                  (void)f.heap.allocate(10000);
                }),
                "write before the start of a block: " + block(500, b, 2) +
                    ", the bytes before it were changed; found by malloc");
  }
}

TEST("guard: a block that waits and whose header was changed has its size in what is said") {
  for (const Word bytes : {Word{40}, Word{500}})
    for (const int last : {0x00, 0x01, 0xff}) {
      Fixture<> f;
      unsigned char* const b = f.allocate(bytes);
      EXPECT(f.allocate(40));
      EXPECT_BEGINS(verdict_of([&] {
                      f.heap.deallocate(b);
                      b[-int(sizeof(Word))] = static_cast<unsigned char>(last);
                      (void)f.heap.allocate(10000);
                    }),
                    "write before the start of a block: " + block(bytes, b, 1));
    }
}

TEST("guard: a zero that ends what is before a block is found though that block waits now") {
  Fixture<> f;
  unsigned char* const a = f.allocate(500);
  unsigned char* const b = f.allocate(100);
  EXPECT(f.allocate(40));
  f.heap.deallocate(a);
  EXPECT(!f.heap.allocate(10000));  // merged: it is free
  EXPECT_BEGINS(verdict_of([&] {
                  b[-1] = 0;  // with the flag for the block before it
                  f.heap.deallocate(b);
                  (void)f.heap.allocate(480);
                }),
                "write before the start of a block: " + block(100, b, 2));
}

TEST("guard: a block that gets back what stood in it and behind it is not handed out twice") {
  constexpr Word bytes = 2 * granule - 3 * sizeof(Word);  // no slack
  for (const Word first : {poison_word, poison_word ^ 1, Word{0x11}}) {
    Fixture<> f;
    unsigned char* const a = f.allocate(bytes);
    EXPECT(f.allocate(40));
    memcpy(a, &first, sizeof first);
    unsigned char former[bytes + Guard<hardened>::bytes];
    memcpy(former, a, sizeof former);
    bool twice = false;
    EXPECT_BEGINS(verdict_of([&] {
                    f.heap.deallocate(a);
                    memcpy(a, former, sizeof former);
                    f.heap.deallocate(a);
                    for (int i = 0; i < 10; ++i) f.heap.deallocate(f.heap.allocate(100));
                    for (int i = 0, seen = 0; i < 10; ++i) {
                      void* const got = f.heap.allocate(bytes);
                      if (got == a) memcpy(got, &first, sizeof first), twice = ++seen == 2;
                      f.heap.deallocate(f.heap.allocate(100));
                      if (twice) _exit(0);
                    }
                  }),
                  "write after free: " + block(bytes, a, 1));
  }
}

TEST("guard: a block that is made up inside of a live one is none") {
  Fixture<> f;
  unsigned char* const real = f.allocate(40);
  unsigned char* const a = f.allocate(400);
  // All of another block's own words, as who can read them copies them.
  const Word all = Block::of_payload(real)->size();
  memcpy(a + 2 * granule - sizeof(Word), real - sizeof(Word), all);
  EXPECT_BEGINS(verdict_of([&] { f.heap.deallocate(a + 2 * granule); }), "not a block of this heap: ");
}

TEST("guard: freed memory and new memory hold none of the old bytes") {
  Fixture<> f;
  // Four in a row: a seal may have one anywhere. And what fills a slack is odd.
  const auto is_shown = [](const unsigned char* from, Word bytes) {
    return std::string_view(reinterpret_cast<const char*>(from), bytes).find("xxxx") !=
           std::string_view::npos;
  };
  for (const Word bytes : {8, 40, 200, 400}) {
    unsigned char* a = f.allocate(bytes);
    memset(a, 'x', bytes);
    EXPECT(is_shown(f.memory, sizeof f.memory));
    a = static_cast<unsigned char*>(f.heap.reallocate(a, bytes * 2));
    f.heap.deallocate(a);
    a = static_cast<unsigned char*>(f.heap.reallocate(f.allocate(bytes), 4));
    EXPECT(!is_shown(a + 4, 4));
    f.heap.deallocate(a);
  }
  EXPECT(!is_shown(f.memory, sizeof f.memory));
}

TEST("guard: a size, an alignment or a function that does not fit") {
  Fixture<> f;
  const auto give = [&](void* block, Kind kind, By by, Word bytes, Word alignment) {
    return verdict_of([&] { f.heap.deallocate(block, kind, by, bytes, alignment); });
  };
  void* const a = f.heap.allocate(40);
  void* const b = f.heap.made(f.heap.allocate(50), Kind::array);
  void* const c = f.heap.allocate(64, 64);
  constexpr Word any = ~Word{0};
  EXPECT_SAME(give(a, Kind::plain, By::sized, 40, 1), "");
  EXPECT_SAME(give(c, Kind::plain, By::aligned_sized, 64, 64), "");
  EXPECT_SAME(give(b, Kind::array, By::array, any, 1), "");
  EXPECT_SAME(give(a, Kind::plain, By::sized, 48, 1),
              "wrong size: " + block(40, a, 1) + " are given back as 48; found by free_sized");
  EXPECT_SAME(give(a, Kind::plain, By::sized, any, 1), "wrong size: " + block(40, a, 1) +
                                                           " are given back as " + std::to_string(any) +
                                                           "; found by free_sized");
  const Word alignment = 2 * (reinterpret_cast<Word>(c) & -reinterpret_cast<Word>(c));
  EXPECT_SAME(give(c, Kind::plain, By::aligned_sized, 64, alignment),
              "wrong alignment: " + block(64, c, 3) + " are no multiple of " + std::to_string(alignment) +
                  "; found by free_aligned_sized");
  const std::string array = "wrong function: 50 bytes at " + at(b) + " (new[] #2) are given back by ";
  EXPECT_SAME(give(b, Kind::object, By::object, any, 1), array + "delete");
  EXPECT_SAME(verdict_of([&] { f.heap.deallocate(b); }), array + "free");
  EXPECT_SAME(verdict_of([&] { (void)f.heap.reallocate(b, 5); }), array + "realloc");
  EXPECT_SAME(give(a, Kind::object, By::object, any, 1),
              "wrong function: " + block(40, a, 1) + " are given back by delete");
}

TEST("guard: a heap takes a secret before its first block, and none later") {
  Fixture<> a, b;
  EXPECT(a.heap.set_secret(Secret::of(1, 2)));
  EXPECT(a.heap.set_secret(Secret::of(3, 4)));
  void* const block_of_a = a.heap.allocate(40);
  EXPECT(!a.heap.set_secret(Secret::of(5, 6)));
  EXPECT(b.heap.allocate(40));
  const uint64_t key = Secret::of(3, 4).key;
  EXPECT(a.heap.guard().secret().key == key && b.heap.guard().secret().key != key);
  EXPECT_SOUND(view(a.heap));
  a.heap.deallocate(block_of_a);
}

TEST("guard: whatever the secret is, none of the oldest waits for long") {
  using Ring = Quarantine<profiles::hardened>;
  uint64_t random = 1;
  const auto next = [&] { return random = (random ^ random >> 29) * 0xbf58476d1ce4e5b9ull + 1; };
  for (unsigned number = 0; number < 10000; ++number) {
    const Secret secret = Secret::of(next(), next());
    Ring ring;
    Block* const watched = Block::at(granule);
    const auto goes = [&](Word turn, Word size) {
      Block* const block = Block::at(granule * (turn + 1));
      const auto leaves = ring.exchange({block, size}, secret.mix(block->address(), Block::header_of(size)));
      return leaves.block() == watched;
    };
    goes(0, granule);
    bool left = false;
    // One of eight goes each time: by chance it stays for so long once in 600,000 times.
    for (Word turn = 1; turn <= profiles::hardened.quarantine_blocks + 101; ++turn) {
      const bool now = goes(turn, granule * (1 + number % 15));
      EXPECT(!now || turn > profiles::hardened.quarantine_blocks);
      left |= now;
    }
    EXPECT(left);
  }
}

TEST("guard: what waits serves before null is returned, and before memory grows") {
  Fixture<> f;
  std::vector<void*> blocks;
  while (void* const block = f.heap.allocate(2 * granule)) blocks.push_back(block);
  f.heap.deallocate(blocks[5]);
  EXPECT(f.heap.quarantine().count() == 1);
  EXPECT(f.heap.allocate(2 * granule) == blocks[5]);
  EXPECT_SOUND(view(f.heap));
}

#endif

// What `hardened` catches. Each fault traps, so each runs in a process of its own; under wasi there are none, and
// the wasm tests do the same with modules.
#include "src/guard.hpp"

#include "src/heap.hpp"
#include "test/support/array_source.hpp"
#include "test/support/expect.hpp"

#if __has_include(<sys/wait.h>) && !defined(__wasi__)
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace heaplet;

namespace {

constexpr Config hardened{
    .first_levels = 8, .second_level_bits = 2, .quick_lists = 3, .quick_blocks = 2, .hardened = true};

struct Fixture {
  alignas(64) unsigned char memory[128 * granule] = {};  // no guards of an earlier test
  Array array{.start = memory,
              .page = 128 * granule,
              .initial = sizeof memory,
              .end = sizeof memory,
              .limit = sizeof memory};
  Heap<hardened, ArraySource> heap{ArraySource(array)};
};

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

#define EXPECT_TRAP(...)                                         \
  do {                                                           \
    const int signal_number = signal_of([&] { __VA_ARGS__; });   \
    EXPECT(signal_number == SIGILL || signal_number == SIGTRAP); \
  } while (0)

int said_to = -1;

}  // namespace

extern "C" void heaplet_fault(const char* message) {
  if (said_to >= 0 && write(said_to, message, strlen(message)) < 0) _exit(1);
}

TEST("guard: a healthy heap does not trap") {
  Fixture f;
  EXPECT(signal_of([&] {
           void* a = f.heap.allocate(100);
           a = f.heap.reallocate(a, 300);
           a = f.heap.reallocate(a, 10);
           memset(a, 0xff, f.heap.usable_size(a));
           f.heap.deallocate(a);
           f.heap.deallocate(nullptr);
         }) == 0);
}

TEST("guard: a double free traps, whether the block was cached, merged or linked") {
  Fixture f;
  for (const Word bytes : {1, 100, 500}) {
    void* const a = f.heap.allocate(bytes);
    void* const b = f.heap.allocate(bytes);
    EXPECT_TRAP(f.heap.deallocate(a); f.heap.deallocate(a));
    EXPECT_TRAP(f.heap.deallocate(a); f.heap.deallocate(b); f.heap.deallocate(b));
    EXPECT_TRAP(f.heap.deallocate(a); (void)f.heap.reallocate(a, 10));
    EXPECT_TRAP(f.heap.deallocate(a); (void)f.heap.usable_size(a));
  }
}

TEST("guard: a pointer that is no block's traps, inside of the heap and outside") {
  Fixture f;
  auto* const a = static_cast<unsigned char*>(f.heap.allocate(200));
  memset(a, 0, 200);
  static int elsewhere;
  EXPECT_TRAP(f.heap.deallocate(a + 1));
  EXPECT_TRAP(f.heap.deallocate(a + granule));
  EXPECT_TRAP(f.heap.deallocate(&elsewhere));
  EXPECT_TRAP(f.heap.deallocate(f.memory));
  EXPECT_TRAP(f.heap.deallocate(f.memory + sizeof f.memory));
  EXPECT_TRAP((void)f.heap.reallocate(a + granule, 1));
}

TEST("guard: a byte written behind a block traps when the block is freed") {
  Fixture f;
  auto* const a = static_cast<unsigned char*>(f.heap.allocate(40));
  const Word usable = f.heap.usable_size(a);
  for (Word i = 0; i < overhead; ++i) EXPECT_TRAP(a[usable + i] ^= 1; f.heap.deallocate(a));
}

/// What `hardened` says of a fault.
template <class Act>
std::string verdict_of(Act act) {
  int ends[2];
  EXPECT(pipe(ends) == 0);
  signal_of([&] {
    said_to = ends[1];
    act();
  });
  close(ends[1]);
  char text[80];
  const auto length = read(ends[0], text, sizeof text);
  close(ends[0]);
  return std::string(text, length < 0 ? 0 : size_t(length));
}

constexpr const char* double_free = "double free";
constexpr const char* foreign_pointer = "not a block of this heap";
constexpr const char* overwritten = "a block was written past its end, or before its start";

TEST("guard: whatever an overflow writes, the block behind is no double free") {
  for (const int byte : {0x00, 0x01, 0x20, 0x40, 0x41, 0x55, 0x61, 0x78, 0x80, 0xc0, 0xff})
    for (const Word length : {1, 2, 3, 4, 5, 8, 12, 30}) {
      Fixture f;
      auto* const a = static_cast<unsigned char*>(f.heap.allocate(40));
      void* const b = f.heap.allocate(40);
      EXPECT(f.heap.allocate(40));
      unsigned char* const end = a + f.heap.usable_size(a) + Guard<hardened>::bytes;
      unsigned char before[30];
      memcpy(before, end, length);
      memset(end, byte, length);
      if (memcmp(before, end, length) == 0) continue;  // as it was
      EXPECT_SAME(verdict_of([&] { f.heap.deallocate(b); }), overwritten);
    }
}

TEST("guard: a byte written before a block is no double free") {
  for (const int byte : {0x01, 0x20, 0x40, 0x41, 0x61, 0x78, 0x80, 0xc0, 0xff}) {
    Fixture f;
    EXPECT(f.heap.allocate(40));
    auto* const a = static_cast<unsigned char*>(f.heap.allocate(40));
    a[-1] = static_cast<unsigned char>(byte);
    EXPECT_SAME(verdict_of([&] { f.heap.deallocate(a); }), overwritten);
  }
}

TEST("guard: a pointer into a block is no block, whatever the block holds") {
  for (const int byte : {0x00, 0x01, 0x40, 0x41, 0x78, 0xff}) {
    Fixture f;
    auto* const a = static_cast<unsigned char*>(f.heap.allocate(200));
    memset(a, byte, 200);
    for (Word inside = granule; inside < 200; inside += granule)
      EXPECT_SAME(verdict_of([&] { f.heap.deallocate(a + inside); }), foreign_pointer);
    EXPECT_SAME(verdict_of([&] { f.heap.deallocate(a + 1); }), foreign_pointer);
  }
}

TEST(
    "guard: a double free is one, whether the block was cached, merged or linked, or became the wilderness") {
  for (const Word bytes : {1, 100, 500})
    for (const bool kept : {false, true}) {
      Fixture f;
      void* const a = f.heap.allocate(bytes);
      void* const b = f.heap.allocate(bytes);
      if (kept) EXPECT(f.heap.allocate(1));
      EXPECT_SAME(verdict_of([&] { f.heap.deallocate(a), f.heap.deallocate(a); }), double_free);
      EXPECT_SAME(verdict_of([&] { f.heap.deallocate(a), f.heap.deallocate(b), f.heap.deallocate(b); }),
                  double_free);
      EXPECT_SAME(verdict_of([&] { f.heap.deallocate(b), f.heap.deallocate(a), f.heap.deallocate(b); }),
                  double_free);
    }
}

TEST("guard: an overwritten header traps") {
  Fixture f;
  auto* const a = static_cast<unsigned char*>(f.heap.allocate(40));
  EXPECT(f.heap.allocate(40));
  Block* const block = Block::of_payload(a);
  for (unsigned bit = 0; bit < word_bits; ++bit) {
    EXPECT_TRAP(block->header ^= Word{1} << bit; f.heap.deallocate(a));
  }
}

#endif

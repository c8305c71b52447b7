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
  alignas(64) unsigned char memory[128 * granule];
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

}  // namespace

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

TEST("guard: an overwritten header traps") {
  Fixture f;
  auto* const a = static_cast<unsigned char*>(f.heap.allocate(40));
  EXPECT(f.heap.allocate(40));
  Block* const block = Block::of_payload(a);
  for (unsigned bit = 0; bit < word_bits; ++bit) {
    if (Word{1} << bit == Block::previous_free_flag) continue;  // says nothing about this block
    EXPECT_TRAP(block->header ^= Word{1} << bit; f.heap.deallocate(a));
  }
}

#endif

// C++ on heaplet: every form of operator new and delete, the containers, exceptions and longjmp where they are on.
// Returns 0, or the line of the first thing that is wrong.
#include <stdint.h>
#include <stdlib.h>

#include <heaplet.h>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

#ifdef HEAPLET_OPERATORS
#include <heaplet_new.hpp>
#endif

#ifdef HEAPLET_LONGJMP
#include <setjmp.h>
#endif

#define CHECK(condition) \
  if (!(condition)) return __LINE__

struct alignas(128) Wide {
  char bytes[200];
};

static bool is_aligned(const void* block, uintptr_t alignment) {
  return reinterpret_cast<uintptr_t>(block) % alignment == 0;
}

static size_t used() { return heaplet_mallinfo().uordblks; }

// The compiler may leave out a pair of new and delete: these it cannot see through.
static void* (*volatile get)(size_t) = operator new;
static void* (*volatile get_aligned)(size_t, std::align_val_t) = operator new;

// Each form of operator new with each form of operator delete that may follow it.
static int operators() {
  using std::align_val_t;
  using std::nothrow;
  const size_t before = used();
  void* const blocks[] = {
      get(100),
      operator new(100),
      operator new(100, nothrow),
      operator new[](100),
      operator new[](100),
      operator new[](100, nothrow),
  };
  void* const
      aligned
          [] =
              {
                  get_aligned(100, align_val_t{256}),
                  operator new(100, align_val_t{256}),
                  operator new(100, align_val_t{256}, nothrow),
                  operator new[](100, align_val_t{256}),
                  operator new[](100, align_val_t{256}),
                  operator new[](100, align_val_t{256}, nothrow),
              };
  for (void* block : blocks) CHECK(block && is_aligned(block, alignof(max_align_t)));
  for (void* block : aligned) CHECK(block && is_aligned(block, 256));
  CHECK(used() >= before + 1200);
  operator delete(blocks[0]);
  operator delete(blocks[1], size_t{100});
  operator delete(blocks[2], nothrow);
  operator delete[](blocks[3]);
  operator delete[](blocks[4], size_t{100});
  operator delete[](blocks[5], nothrow);
  operator delete(aligned[0], align_val_t{256});
  operator delete(aligned[1], size_t{100}, align_val_t{256});
  operator delete(aligned[2], align_val_t{256}, nothrow);
  operator delete[](aligned[3], align_val_t{256});
  operator delete[](aligned[4], size_t{100}, align_val_t{256});
  operator delete[](aligned[5], align_val_t{256}, nothrow);
  operator delete(nullptr);
  CHECK(used() == before);
  return 0;
}

// Out of memory: the forms that may not throw return null. Without exceptions a library ends the program in them.
static int refused() {
#ifdef __cpp_exceptions
  const volatile size_t too_much = PTRDIFF_MAX;
  CHECK(!operator new(too_much, std::nothrow) && !operator new[](too_much, std::nothrow));
  CHECK(!operator new(too_much, std::align_val_t{64}, std::nothrow));
#endif
  return 0;
}

#ifdef HEAPLET_OPERATORS
static int asked = 0;
static void* kept = nullptr;
static void give_up() {
  ++asked;
  if (kept)
    heaplet_free(kept), kept = nullptr;
  else
    std::set_new_handler(nullptr);
}

// A handler is asked until there is memory, or no handler.
static int handlers() {
  std::set_new_handler(give_up);
  kept = heaplet_malloc(100);
  const volatile size_t too_much = size_t{PTRDIFF_MAX} + 1;
  CHECK(!operator new(too_much, std::nothrow) && asked == 2 && !kept);
  CHECK(!operator new(too_much, std::align_val_t{64}, std::nothrow) && asked == 2);
  return 0;
}

// What is freed by its size serves that size, whatever it was before; and all sizes beside each other.
static int sizes() {
  const size_t before = used();
  static char* blocks[400];
  for (size_t i = 0; i < 400; ++i) blocks[i] = static_cast<char*>(get(i + 1));
  for (size_t turn = 0; turn < 4; ++turn) {
    for (size_t i = turn; i < 400; i += 4) operator delete(blocks[i], i + 1);
    for (size_t i = turn; i < 400; i += 4) {
      blocks[i] = static_cast<char*>(get(i + 1));
      for (size_t at = 0; at <= i; ++at) blocks[i][at] = static_cast<char>(i);
    }
  }
  for (size_t i = 0; i < 400; ++i) {
    for (size_t at = 0; at <= i; ++at) CHECK(blocks[i][at] == static_cast<char>(i));
    operator delete(blocks[i], i + 1);
  }
  CHECK(used() == before);
  return 0;
}
#else
static int handlers() { return 0; }
static int sizes() { return 0; }
#endif

static int containers() {
  const size_t before = used();
  {
    std::map<std::string, std::vector<int>> map;
    for (int i = 0; i < 1000; ++i)
      map["a key that does not fit in place: " + std::to_string(i % 100)].push_back(i);
    CHECK(map.size() == 100 && map.begin()->second.size() == 10);
    std::vector<std::unique_ptr<Wide>> wide;
    for (int i = 0; i < 50; ++i) wide.push_back(std::make_unique<Wide>());
    for (const auto& one : wide) CHECK(is_aligned(one.get(), 128));
  }
  CHECK(used() == before);
  return 0;
}

#ifdef __cpp_exceptions
static int exceptions() {
  const size_t before = used();
  for (int i = 0; i < 100; ++i) {
    try {
      std::string text(1000, 'x');
      if (i % 2) throw text;
      volatile size_t too_much = PTRDIFF_MAX;
      char* volatile block = new char[too_much];
      delete[] block;
      return __LINE__;
    } catch (const std::string& text) {
      CHECK(text.size() == 1000);
    } catch (const std::bad_alloc&) {
    }
  }
  CHECK(used() == before);
  return 0;
}
#else
static int exceptions() { return 0; }
#endif

#ifdef HEAPLET_LONGJMP
static int jumps() {
  jmp_buf place;
  void* volatile block = nullptr;
  volatile int turns = 0;
  if (setjmp(place) < 100) {
    free(block);
    block = malloc(100 + turns);
    turns = turns + 1;
    longjmp(place, turns);
  }
  free(block);
  return turns == 100 ? 0 : __LINE__;
}
#else
static int jumps() { return 0; }
#endif

int main() {
  for (int (*test)() : {operators, refused, handlers, sizes, containers, exceptions, jumps})
    if (const int line = test()) return line;
  return 0;
}

// Just enough of a test runner: the same programs run natively and, compiled by the npm build, under wasi without
// exceptions, on machines that have no C++ package manager to bring a larger one.
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include <string>
#include <vector>

namespace expect {

struct Test {
  const char* name;
  void (*run)();
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

struct Register {
  Register(const char* name, void (*run)()) { tests().push_back({name, run}); }
};

[[noreturn]] inline void fail(const char* file, int line, const std::string& what) {
  fflush(stdout);
  fprintf(stderr, "%s:%d: %s\n", file, line, what.c_str());
  exit(1);
}

template <class Value>
std::string show(const Value& value) {
  if constexpr (requires { std::to_string(value); })
    return std::to_string(value);
  else if constexpr (requires { std::string(value); })
    return std::string(value);
  else
    return std::to_string(reinterpret_cast<size_t>(value));
}

/// Runs every test, or those whose name contains `wanted`.
inline int run_all(const char* wanted = "") {
  int passed = 0;
  for (const Test& test : tests()) {
    if (std::string(test.name).find(wanted) == std::string::npos) continue;
    printf("  %s\n", test.name);
    fflush(stdout);
    test.run();
    ++passed;
  }
  printf("%d passed, 0 failed\n", passed);
  return passed ? 0 : 1;
}

}  // namespace expect

#define EXPECT_JOIN2(a, b) a##b
#define EXPECT_JOIN(a, b) EXPECT_JOIN2(a, b)
#define TEST_NAMED(name, id)                                       \
  static void id();                                                \
  static const expect::Register EXPECT_JOIN(id, _entry)(name, id); \
  static void id()
#define TEST(name) TEST_NAMED(name, EXPECT_JOIN(test_, __LINE__))

#define EXPECT(condition)                                                        \
  do {                                                                           \
    if (!(condition)) expect::fail(__FILE__, __LINE__, "expected: " #condition); \
  } while (0)

#define EXPECT_SOUND(view_of_heap)                                                                           \
  do {                                                                                                       \
    if (const heaplet::Fault fault = heaplet::check(view_of_heap))                                           \
      expect::fail(__FILE__, __LINE__,                                                                       \
                   std::string("the heap is broken: ") + fault.what + " at " + std::to_string(fault.where)); \
  } while (0)

#define EXPECT_SAME(left, right)                                                            \
  do {                                                                                      \
    const auto left_value = (left);                                                         \
    if (!(left_value == (right)))                                                           \
      expect::fail(__FILE__, __LINE__,                                                      \
                   "expected " #left " to be " #right ", got " + expect::show(left_value)); \
  } while (0)

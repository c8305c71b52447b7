// What C++ does with blocks that it must not: one mistake for each name. What `hardened` says of it stands in
// test/c/faults.test.mjs; OTHERS is defined for what others find.
#ifndef OTHERS
#include <heaplet_new.hpp>
#endif

#include <new>

#include <stdlib.h>
#include <string.h>

#include <cstdio>

// Nothing of it may the compiler see.
static void* (*volatile take)(size_t) = malloc;
static void (*volatile give)(void*) = free;
static void* (*volatile make)(size_t) = operator new;
static void* (*volatile make_array)(size_t) = operator new[];
static void (*volatile unmake)(void*) = operator delete;
static void (*volatile unmake_sized)(void*, size_t) = operator delete;
static void (*volatile unmake_aligned)(void*, size_t, std::align_val_t) = operator delete;
static void (*volatile unmake_array)(void*) = operator delete[];

static void sound() {
  give(take(40)), unmake(make(40)), unmake_sized(make(40), 40), unmake_array(make_array(40));
  unmake_aligned(operator new(40, std::align_val_t{64}), 40, std::align_val_t{64});
  unmake(nullptr), unmake_array(nullptr);
}

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const auto is = [=](const char* name) { return strcmp(arguments[1], name) == 0; };
  if (is("new_free")) give(make(40));
  if (is("new_delete_array")) unmake_array(make(40));
  if (is("array_delete")) unmake(make_array(40));
  if (is("malloc_delete")) unmake(take(40));
  if (is("delete_wrong_size")) unmake_sized(make(40), 48);
  if (is("sound")) sound();
  puts("went through");
  return 0;
}

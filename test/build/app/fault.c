// A block is freed twice. Nothing of it may the compiler see.
#include <stdlib.h>

void* (*volatile take)(size_t) = malloc;
void (*volatile give)(void*) = free;

__attribute__((noinline)) static void* open_session(void) { return take(36); }
__attribute__((noinline)) static void close_session(void* session) { give(session); }

int main(void) {
  void* const session = open_session();
  close_session(session);
  close_session(session);
  return 0;
}

/* Runs the tests on a Cortex-M4F without an operating system (bench/arm/board.ld), and says what came of them through the
 * debugger. */
#include <stddef.h>
#include <stdint.h>

#include "pool.h"

static int semihosting(int operation, const void* argument) {
  register int r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static void print(const char* text) { semihosting(4, text); }

static void print_line(int line) {
  char digits[12];
  char* at = digits + sizeof digits;
  *--at = 0;
  do *--at = (char)('0' + line % 10);
  while (line /= 10);
  print(at);
}

extern unsigned char stack_end[], bss_start[], bss_end[], data_start[], data_end[], data_source[];

void reset(void) {
  for (unsigned char *to = data_start, *from = data_source; to != data_end;) *to++ = *from++;
  for (unsigned char* at = bss_start; at != bss_end;) *at++ = 0;
  int failures = 0, line = 0;
  const char *name, *what;
  for (unsigned index = 0; (name = pool_test(index, &what, &line)); index++) {
    if (!what) continue;
    failures++;
    print("pool.c:");
    print_line(line);
    print(": ");
    print(name);
    print("\n");
  }
  print("pool: ");
  print_line(failures);
  print(" failed\n");
  semihosting(0x18, (const void*)(uintptr_t)0x20026); /* the program has ended */
}

/* What compilers call of their own accord. */
void* memset(void* to, int value, size_t size) {
  for (unsigned char* at = to; size--;) *at++ = (unsigned char)value;
  return to;
}
void* memcpy(void* to, const void* from, size_t size) {
  const unsigned char* source = from;
  for (unsigned char* at = to; size--;) *at++ = *source++;
  return to;
}

__attribute__((section(".vectors"), used)) const void* const vectors[] = {stack_end, (const void*)reset};

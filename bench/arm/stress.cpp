// Random allocations on a Cortex-M4F, after rlsf's own stress test: sizes of one range at a time, alignments of
// 4 to 32 bytes, in a static pool. One program for each allocator; the one that does nothing gives what the test
// itself costs.
//
// The time is SysTick's. The emulator is told that every instruction takes a nanosecond, and the board's clock of
// 25 MHz ticks every 40 of them.
#include <stddef.h>
#include <stdint.h>

extern "C" {
void heap_start(void* pool, size_t bytes);
void* heap_allocate(size_t bytes, size_t alignment);
void heap_free(void* block, size_t alignment);
}

namespace {

constexpr unsigned tick = 40;  // instructions

alignas(4096) unsigned char pool[65536];

struct Slot {
  void* block;
  size_t alignment;
};
Slot slots[64];

uint32_t state;

uint32_t next() {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

uint32_t below(uint32_t count) { return static_cast<uint32_t>((uint64_t{next()} * count) >> 32); }

struct Range {
  uint32_t least, most;  // bytes
};
constexpr Range ranges[] = {{1, 8},   {1, 16},  {1, 32},   {8, 47},   {16, 63},
                            {16, 95}, {32, 95}, {32, 127}, {64, 191}, {128, 255}};

volatile uint32_t& systick_control = *reinterpret_cast<volatile uint32_t*>(0xe000e010);
volatile uint32_t& systick_reload = *reinterpret_cast<volatile uint32_t*>(0xe000e014);
volatile uint32_t& systick_value = *reinterpret_cast<volatile uint32_t*>(0xe000e018);

/// Talks to the host through the debugger: how a program on bare metal prints.
int semihosting(int operation, const void* argument) {
  register int r0 asm("r0") = operation;
  register const void* r1 asm("r1") = argument;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void print(const char* text) { semihosting(4, text); }

void print(uint32_t number) {
  char digits[12];
  char* at = digits + sizeof digits;
  *--at = 0;
  do *--at = static_cast<char>('0' + number % 10);
  while (number /= 10);
  print(at);
}

/// Allocates where a slot is empty, else frees, and in the end frees what is left. Returns how many blocks there were.
uint32_t stress(Range range, uint32_t operations) {
  uint32_t blocks = 0;
  for (uint32_t i = 0; i < operations; i++) {
    Slot& slot = slots[below(64)];
    if (slot.block) {
      heap_free(slot.block, slot.alignment);
      slot.block = nullptr;
    } else {
      const uint32_t size = range.least + below(range.most - range.least + 1);
      slot.alignment = size_t{4} << below(4);
      slot.block = heap_allocate(size, slot.alignment);
      if (!slot.block || reinterpret_cast<uintptr_t>(slot.block) % slot.alignment) {
        print("no memory, or not aligned\n");
        semihosting(0x18, nullptr);
      }
      blocks++;
    }
  }
  for (Slot& slot : slots) {
    if (slot.block) heap_free(slot.block, slot.alignment);
    slot.block = nullptr;
  }
  return blocks;
}

int run() {
  constexpr uint32_t operations = 20000;
  systick_reload = 0xffffff;
  heap_start(pool, sizeof pool);
  for (const Range range : ranges) {
    state = 1;
    stress(range, 1000);  // the heap has a past
    state = 12345;
    systick_value = 0;
    systick_control = 5;  // on, by the processor's clock
    const uint32_t before = systick_value;
    const uint32_t blocks = stress(range, operations);
    const uint32_t ticks = (before - systick_value) & 0xffffff;
    systick_control = 0;
    print(range.least);
    print(" ");
    print(range.most);
    print(" ");
    print(2 * blocks);
    print(" ");
    print(ticks * tick);
    print("\n");
  }
  semihosting(0x18, reinterpret_cast<const void*>(0x20026));  // the program has ended well
  return 0;
}

}  // namespace

// The stack's end and the first instruction: all that a Cortex-M needs to start.

extern "C" {
extern unsigned char stack_end[], bss_start[], bss_end[], data_start[], data_end[], data_source[];

void reset() {
  *reinterpret_cast<volatile uint32_t*>(0xe000ed88) |= 0xf << 20;  // the floating-point unit
  for (unsigned char *to = data_start, *from = data_source; to != data_end;) *to++ = *from++;
  for (unsigned char* at = bss_start; at != bss_end;) *at++ = 0;
  run();
}

// What compilers call for struct assignments and loops, where there is no libc.
void* memset(void* to, int value, size_t size) {
  for (unsigned char* at = static_cast<unsigned char*>(to); size--;)
    *at++ = static_cast<unsigned char>(value);
  return to;
}
void* memcpy(void* to, const void* from, size_t size) {
  const unsigned char* source = static_cast<const unsigned char*>(from);
  for (unsigned char* at = static_cast<unsigned char*>(to); size--;) *at++ = *source++;
  return to;
}
}

__attribute__((section(".vectors"), used))
const void* const vectors[] = {stack_end, reinterpret_cast<void*>(reset)};

// One mistake for each name: what `hardened` says of it stands in test/js/faults.mjs, and what others find in the table of
// checkers.mjs, for which OTHERS is defined: then there is no heaplet.h. Nothing of it may the compiler see, so all goes through
// pointers that it does not know.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef OTHERS
#include <malloc.h>

// C23 has them; who has none takes the block for what it is.
__attribute__((weak)) void free_sized(void*, size_t);
__attribute__((weak)) void free_aligned_sized(void*, size_t, size_t);
static void by_size(void* block, size_t size) { free_sized ? free_sized(block, size) : free(block); }
static void by_alignment(void* block, size_t alignment, size_t size) {
  free_aligned_sized ? free_aligned_sized(block, alignment, size) : free(block);
}
#define heaplet_malloc_usable_size malloc_usable_size
#define heaplet_free_sized by_size
#define heaplet_free_aligned_sized by_alignment
#else
#include <heaplet.h>
#endif

typedef unsigned char byte;

void* (*volatile take)(size_t) = malloc;
void* (*volatile resize)(void*, size_t) = realloc;
void (*volatile give)(void*) = free;
size_t (*volatile usable)(void*) = heaplet_malloc_usable_size;
void (*volatile give_sized)(void*, size_t) = heaplet_free_sized;
void (*volatile give_aligned)(void*, size_t, size_t) = heaplet_free_aligned_sized;
void* (*volatile take_aligned)(size_t, size_t) = aligned_alloc;
void* (*volatile fill)(void*, int, size_t) = memset;

static byte global[64];

/* What waits goes back to be used again: memory must grow. */
static void drain(void) { take((size_t)1 << 25); }

static void double_free(void) {
  byte* const a = take(40);
  give(a), give(a);
}
static void double_free_later(void) {
  byte *const a = take(40), *others[20];
  for (int i = 0; i < 20; ++i) others[i] = take(40);
  give(a);
  for (int i = 0; i < 20; ++i) give(others[i]);
  give(a);
}
static void double_free_merged(void) {
  byte* const a = take(20000);
  take(40);
  give(a), give(a);
}
static void double_free_reused(void) {
  byte* const a = take(40);
  give(a);
  for (int i = 0; i < 200; ++i) give(take(40));
  give(a);
}
static void free_interior(void) { give((byte*)take(40) + 16); }
static void free_unaligned(void) { give((byte*)take(40) + 1); }
static void free_global(void) { give(global + 16); }
static void free_stack(void) {
  byte here[64];
  fill(here, 1, sizeof here);
  give(here + 16);
}
static void free_integer(void) { give((void*)(uintptr_t)7); }
static void realloc_freed(void) {
  byte* const a = take(40);
  give(a);
  resize(a, 80);
}
static void realloc_interior(void) { resize((byte*)take(40) + 16, 80); }
static void usable_freed(void) {
  byte* const a = take(40);
  give(a);
  usable(a);
}
static void usable_interior(void) { usable((byte*)take(40) + 16); }

static void overflow(size_t size, size_t length, int value) {
  byte *const a = take(size), *const b = take(40);
  fill(a + size, value, length);
  give(a), give(b);
}
static void overflow_byte(void) { overflow(10, 1, 'x'); }
static void overflow_zero(void) { overflow(10, 1, 0); }
static void overflow_zero_full(void) { overflow(20, 1, 0); }
static void overflow_word(void) { overflow(40, 4, 'x'); }
static void overflow_64(void) { overflow(40, 64, 'x'); }
static void overflow_victim(void) {
  byte *const a = take(40), *const b = take(40);
  fill(a + 40, 'x', 64);
  give(b);
}
static void overflow_realloc(void) {
  byte* const a = take(10);
  fill(a + 10, 'x', 1);
  resize(a, 100);
}
static void underflow(size_t length) {
  take(26);
  byte* const a = take(40);
  fill(a - length, 'x', length);
  give(a);
}
static void underflow_byte(void) { underflow(1); }
static void underflow_word(void) { underflow(4); }
static void underflow_16(void) { underflow(16); }

static void write_after_free(size_t size, size_t at) {
  byte* const a = take(size);
  take(40);
  give(a);
  fill(a + at, 'x', 4);
  drain();
}
static void write_after_free_link(void) { write_after_free(40, 0); }
static void write_after_free_middle(void) { write_after_free(40, 20); }
static void write_after_free_large(void) { write_after_free(5000, 200); }
static void write_after_free_aimed(void) {
  give(take(1 << 20));  // so that memory need not grow, before which all that waits is merged
  byte* const a = take(40);
  give(a);
  for (int i = 0; i < 600; ++i) give(take(200));  // it leaves the quarantine: seven in eight stay, each time
  byte* const target = global;
  memcpy(a, &target, sizeof target);
  for (int i = 0; i < 600; ++i)
    if (take(40) == (void*)target) puts("the target was handed out");
}
/* The links of a free block, so that unlinking it writes to the target. */
static void unlink_forged(void) {
  byte* const a = take(20000);
  take(40);
  give(a);
  byte* const target[2] = {global, global + 16};
  memcpy(a, target, sizeof target);
  take(20000);
  drain();
  if (global[0] || global[16] || global[20]) puts("the target was written");
}
static void block_forged(void) {
  byte *const real = take(40), *const a = take(400);
  memcpy(a + 28, real - 4, 64);
  give(a + 32);
}
static void wrong_size(void) { give_sized(take(40), 48); }
static void wrong_alignment(void) {
  byte* const a = take_aligned(64, 64);
  const uintptr_t at = (uintptr_t)a;
  give_aligned(a, 2 * (at & -at), 64);
}

// What `hardened` does not see: a read; a write that meets nothing of the heap's; the program's own variables.

static volatile byte seen;
static volatile int at;

static void read_past_end(void) {
  byte* const a = take(40);
  seen = a[40 + at];
  give(a);
}
static void read_after_free(void) {
  byte* const a = take(40);
  give(a);
  seen = a[8 + at];
}
static void write_past_end_kept(void) {
  byte* const a = take(40);
  a[40 + at] = 'x';
}
static void write_far(void) {
  byte *const a = take(40), *const b = take(4000);
  const size_t far = (size_t)(b - a) + 2000;
  a[far] = 'x';
  give(a), give(b);
}
static void write_past_local(void) {
  byte here[64];
  fill(here, 1, sizeof here);
  here[64 + at] = 'x';
  seen = here[at];
}
static void write_past_global(void) { global[64 + at] = 'x'; }

/* No fault: neither freed nor new memory shows what was there. */
static void stale(void) {
  byte* const a = take(1000);
  fill(a, 'x', 1000);
  give(a);
  if (memchr(a, 'x', 1000)) puts("what was freed is there");
  byte* const b = resize(fill(take(1000), 'x', 1000), 2000);
  give(b);
  drain();
  byte* const c = take(3000);
  if (memchr(c, 'x', 3000)) puts("new memory shows what was freed");
  puts("stale: none");
}
static void sound(void) {
  for (int i = 0; i < 3000; ++i) {
    byte* const a = take(i % 700);
    fill(a, 'x', usable(a));
    give_sized(a, i % 700);
    give(resize(take(i % 300), i % 900));
  }
  puts("sound");
}

#define FAULT(name) \
  if (strcmp(arguments[1], #name) == 0) return name(), puts("went through"), 0;

int main(int count, char** arguments) {
  if (count < 2) return 2;
  FAULT(double_free)
  FAULT(double_free_later)
  FAULT(double_free_merged)
  FAULT(double_free_reused)
  FAULT(free_interior)
  FAULT(free_unaligned)
  FAULT(free_global)
  FAULT(free_stack)
  FAULT(free_integer)
  FAULT(realloc_freed)
  FAULT(realloc_interior)
  FAULT(usable_freed)
  FAULT(usable_interior)
  FAULT(overflow_byte)
  FAULT(overflow_zero)
  FAULT(overflow_zero_full)
  FAULT(overflow_word)
  FAULT(overflow_64)
  FAULT(overflow_victim)
  FAULT(overflow_realloc)
  FAULT(underflow_byte)
  FAULT(underflow_word)
  FAULT(underflow_16)
  FAULT(write_after_free_link)
  FAULT(write_after_free_middle)
  FAULT(write_after_free_large)
  FAULT(write_after_free_aimed)
  FAULT(unlink_forged)
  FAULT(block_forged)
  FAULT(wrong_size)
  FAULT(wrong_alignment)
  FAULT(read_past_end)
  FAULT(read_after_free)
  FAULT(write_past_end_kept)
  FAULT(write_far)
  FAULT(write_past_local)
  FAULT(write_past_global)
  FAULT(stale)
  FAULT(sound)
  return 3;
}

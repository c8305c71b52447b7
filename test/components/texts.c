/* A component on heaplet in C, by the canonical ABI's own names: what a generator of bindings would write. The host takes
 * memory for what it hands in by `cabi_realloc`, and calls `cabi_post_...` when it has read a result. */
#include <heaplet.h>
#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(name)))

EXPORT("cabi_realloc") void* cabi_realloc(void* block, size_t old, size_t alignment, size_t size) {
  (void)old;
  if (size == 0) return (void*)alignment; /* an empty list or string has no block, and nobody frees it */
  void* const place = heaplet_aligned_realloc(block, alignment, size);
  if (!place) __builtin_trap();
  return place;
}

typedef struct {
  char* bytes;
  size_t length;
} String;

typedef struct {
  uint32_t* numbers;
  size_t length;
} Numbers;

static void drop(void* block, size_t length) {
  if (length) heaplet_free(block);
}

static char* append(char* to, String from) {
  __builtin_memcpy(to, from.bytes, from.length);
  return to + from.length;
}

/* What is handed in is ours; what we return is the host's until it calls cabi_post_join. */
EXPORT("join") String* join(String* words, size_t count, char* bytes, size_t length) {
  const String between = {bytes, length};
  static String result;
  result.length = count ? (count - 1) * length : 0;
  for (size_t i = 0; i < count; i++) result.length += words[i].length;
  char* end = result.bytes = result.length ? cabi_realloc(0, 0, 1, result.length) : 0;
  for (size_t i = 0; i < count; i++) {
    if (i) end = append(end, between);
    end = append(end, words[i]);
    drop(words[i].bytes, words[i].length);
  }
  drop(words, count);
  drop(bytes, length);
  return &result;
}
EXPORT("cabi_post_join") void post_join(String* result) { drop(result->bytes, result->length); }

EXPORT("double") Numbers* twice(uint32_t* numbers, size_t length) {
  static Numbers result;
  for (size_t i = 0; i < length; i++) numbers[i] *= 2;
  result = (Numbers){numbers, length};
  return &result;
}
EXPORT("cabi_post_double") void post_double(Numbers* result) { drop(result->numbers, result->length); }

EXPORT("memory-bytes") uint32_t memory_bytes(void) { return __builtin_wasm_memory_size(0) * 65536; }

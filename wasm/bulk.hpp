// Many blocks by one call, as dlmalloc has it: by the family's own functions.
#pragma once

namespace {

/// Allocates `count` blocks, block i of sizes[i * step] bytes, and notes them in `blocks`, or in an array that is
/// allocated too. Until all are there each holds the address of the one before: if one is refused nothing has changed,
/// not even in `blocks`.
void** allocate_all(size_t count, const size_t* sizes, size_t step, void** blocks) {
  void** array = blocks;
  if (!array) {
    const Checked bytes = heaplet::checked_multiply(count, sizeof(void*));
    array = static_cast<void**>(bytes.overflow ? or_no_memory(nullptr) : heaplet_malloc(bytes.value));
    if (!array) return nullptr;
  }
  void** last = nullptr;
  for (size_t i = 0; i < count; ++i) {
    const size_t size = sizes[i * step];
    void** const block = static_cast<void**>(heaplet_malloc(size > sizeof(void*) ? size : sizeof(void*)));
    if (!block) {
      while (last) {
        void** const before = static_cast<void**>(*last);
        heaplet_free(last);
        last = before;
      }
      if (!blocks) heaplet_free(array);
      return nullptr;
    }
    *block = last;
    last = block;
  }
  for (size_t i = count; i > 0; --i) {
    array[i - 1] = last;
    last = static_cast<void**>(*last);
  }
  return array;
}

}  // namespace

extern "C" {

void** heaplet_independent_calloc(size_t count, size_t size, void** blocks) {
  void** const array = allocate_all(count, &size, 0, blocks);
  for (size_t i = 0; array && i < count; ++i) __builtin_memset(array[i], 0, size);
  return array;
}

void** heaplet_independent_comalloc(size_t count, size_t* sizes, void** blocks) {
  return allocate_all(count, sizes, 1, blocks);
}

size_t heaplet_bulk_free(void** blocks, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    heaplet_free(blocks[i]);
    blocks[i] = nullptr;
  }
  return 0;
}

}  // extern "C"

// The walker of the `small` heap: every invariant of wasm/small.hpp, over an emulated memory.
#pragma once

#include <map>
#include <string>

#include "wasm/small_view.hpp"

namespace heaplet::small {

struct Walk {
  std::string fault;              // empty: the heap is sound
  std::map<Address, Word> used;   // payload -> usable bytes
  std::map<Address, Word> free_;  // block -> bytes
};

/// Walks all pools: the first from `first_block`, the others from the first page of the heap's behind the one before.
inline Walk walk() {
  Walk result;
  auto fault = [&](const char* what, Address where) {
    result.fault = std::string(what) + " at " + std::to_string(where);
    return result;
  };
  linear::Memory& memory = *linear::memory;
  if (header(0) || word(0, 8)) return fault("the words below null's links are not 0", 0);
  if (!header(first_block)) return result;  // not yet begun
  [[maybe_unused]] Address last = 0;
  for (uint64_t start = first_block; start < memory.bytes();) {
    bool free_before = false;
    Address block = start;
    for (; !is_sentinel(block); block = end_of(block)) {
      const Address end = end_of(block);
      if (block % 16 || end <= block || uint64_t{end} + 16 > memory.bytes()) return fault("a header", block);
      for (uint64_t i = block / linear::page; i <= (uint64_t{end} + 15) / linear::page; ++i)
        if (!memory.owns(i)) return fault("somebody else's page in a pool", block);
      if (previous_is_free(block) != free_before) return fault("a flag", block);
      const bool free_now = is_free(block);
      if (free_now && free_before) return fault("two free neighbours", block);
      if (free_now && start_of_free(end) != block) return fault("a footer", block);
      if (free_now)
        result.free_[block] = end - block;
      else
        result.used[payload_of(block)] = end - block - 4;
      free_before = free_now;
    }
    if ((uint64_t{block} + 16) % linear::page) return fault("a sentinel inside a page", block);
    if (previous_is_free(block) != free_before) return fault("a sentinel's flag", block);
    last = block;
    start = uint64_t{block} + 16;
    while (start < memory.bytes() && !memory.owns(start / linear::page)) start += linear::page;
  }
#if HEAPLET_COALESCE_POOLS
  if (top() != last) return fault("top is not the last sentinel", top());
#endif
  size_t listed = 0;
  for (Address at = 1048; at < first_block + 12; at += 4) {
    const bool list = at >= first_list + 16 && at <= last_list + 16;
    if (!list && word(at, 0)) return fault("a word beside the lists is not 0", at);
  }
  for (unsigned i = 0; i < lists; ++i) {
    Address before = list_at(i);
    for (Address block = next(before); block; before = block, block = next(block)) {
      const auto found = result.free_.find(block);
      if (found == result.free_.end()) return fault("a block in a list is not free", block);
      if (list_of(found->second) != list_at(i)) return fault("a block is in the wrong list", block);
      if (previous(block) != before) return fault("a previous link", block);
      if (++listed > result.free_.size()) return fault("a list has a ring", block);
    }
  }
  if (listed != result.free_.size()) return fault("a free block is in no list", 0);
  return result;
}

}  // namespace heaplet::small

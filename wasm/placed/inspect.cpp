// How a host looks at a placed heap: the walker of src/check.hpp, and what lists pools and blocks. It changes nothing but
// the bytes below `env.__stack_pointer`. Its texts are not in memory: the build puts them beside the module, where a text's
// number is its distance from `env.__memory_base`.
//
// A heap may be broken: what leads nowhere traps, or ends, and nothing goes round in a circle, if `pools` is asked first.
#include "../../src/check.hpp"
#include "../../src/view.hpp"
#include "../page.hpp"
#include "heap.hpp"

using heaplet::Block;
using heaplet::Here;
using heaplet::page_shift;
using heaplet::Word;

namespace {

/// Whether a free block lies between two addresses, as three words say.
bool is_free(const Block* block, const Block* next) {
  return block->is_free() && next->previous_is_free() &&
         Here::heap().tlsf().free_lists().guard().hide(next->before) == block;
}

/// Bytes of a block that its guard has, and of a used one what its request has left over, as far as that can be true.
template <class Guard>
Word unusable(const Guard& guard, const Block* block, bool free) {
  if constexpr (requires { guard.slack_of(block); })
    return Guard::bytes + (free || !guard.is_used(block) ? 0 : guard.slack_of(block));
  return 0;
}

}  // namespace

extern "C" {

/// The host's: called with each thing that is found.
__attribute__((import_module("env"), import_name("found"))) void found(Word, Word, Word);

/// Finds each pool: where its first block and its sentinel are. Traps where their list has no end.
void pools() {
  const auto& heap = Here::heap();
  Word left = Word{1} << (32 - page_shift);  // for all but the first a memory has grown, by a page at least
  for (Block* first = heap.newest_pool(); first; first = heaplet::Pool::of(first).previous) {
    found(first->address(), first->address() + heap.bytes_of(first), 0);
    if (--left == 0) __builtin_trap();
  }
}

/// Finds each cached block: its payload, and its bytes with the header.
void cached() {
  const auto view = heaplet::view(Here::heap());
  Word left = Here::config.quick_blocks + heaplet::Quarantine<Here::config>::most;
  heaplet::each_cached(view, [&](unsigned list, Word payload) {
    const bool is_inside =
        payload % heaplet::granule == 0 && payload >> page_shift < __builtin_wasm_memory_size(0);
    if (!is_inside || left-- == 0) return false;
    found(payload, view.quick_size(list, payload), 0);
    return true;
  });
}

/// Finds each block by its header, pool by pool: its payload, its bytes with the header, and whether it is free, in the lowest bit
/// of the number of those bytes that nobody may use besides the header: what guards it, and what its request has left over.
void blocks() {
  const auto& heap = Here::heap();
  const Block* const wilderness = heap.tlsf().end();
  for (Block* first = heap.newest_pool(); first; first = heaplet::Pool::of(first).previous) {
    Word left = heap.bytes_of(first);
    for (Block* block = first; left != 0;) {
      const bool grows = wilderness >= first && block >= wilderness;
      const Word size = grows ? left : (block->header & ~Block::walked_flag) << Block::size_shift;
      if (size - 1 >= left || size % heaplet::granule != 0) __builtin_trap();  // 0, too
      Block* const next = block->after(size);
      const bool free = grows || is_free(block, next);
      found(block->address() + heaplet::granule, size, unusable(heap.guard(), block, free) << 1 | free);
      block = next;
      left -= size;
    }
  }
}

/// What is in use, in the order of heaplet_usage in heaplet.h. The footprint is 0: the host adds the pools up. O(1).
void usage() {
  const heaplet::UsageFigures usage = Here::heap().usage();
  found(usage.used_bytes, usage.used_blocks, usage.peak_bytes);
  found(usage.peak_blocks, 0, usage.growths);
  found(usage.refusals, usage.largest_request, 0);
}

/// The largest request that free memory of so many bytes in a row surely serves, in bytes.
Word certain(Word bytes) { return heaplet::view(Here::heap()).certain(0, bytes); }

/// Makes every block a used one: those that the host has marked as free it may give back then.
void take() { Here::heap().take_all(); }

/// Finds what is wrong, if anything is: the text's address, and where.
void check() {
  const auto view = heaplet::view(Here::heap());
  // What is counted the host holds against the blocks: it has them all.
  const heaplet::Fault fault = heaplet::Walker(view).check();
  if (fault) found(reinterpret_cast<Word>(fault.what), fault.where, 0);
}

}  // extern "C"

// How a host looks at a placed heap: the walker of src/check.hpp, and what lists pools and blocks. It changes nothing but
// the bytes below `env.__stack_pointer`. Its texts are not in memory: the build puts them beside the module, where a text's
// number is its distance from `env.__memory_base`.
//
// A heap may be broken: what leads nowhere traps, or ends, and nothing goes round in a circle.
#include "../../src/check.hpp"
#include "../../src/view.hpp"
#include "heap.hpp"

using heaplet::Block;
using heaplet::Here;
using heaplet::Word;

namespace {

/// Calls `visit` with the first block of each pool, and the bytes up to its sentinel.
template <class Visit>
void each_pool(Visit visit) {
  Word left = 65536;  // for all but the first a memory has grown, by a page at least
  heaplet::view(Here::heap()).each_pool([&](Word first, Word bytes) {
    if (left-- == 0) __builtin_trap();
    visit(first, bytes);
    return true;
  });
}

/// Whether a free block lies between two addresses, as three words say.
bool is_free(const Block* block, const Block* next) {
  return block->is_free() && next->previous_is_free() && next->before == block;
}

}  // namespace

extern "C" {

/// The host's: called with each thing that is found.
__attribute__((import_module("env"), import_name("found"))) void found(Word, Word, Word);

/// Finds each pool: where its first block and its sentinel are.
void pools() {
  each_pool([](Word first, Word bytes) { found(first, first + bytes, 0); });
}

/// Finds each cached block: its payload, and its bytes with the header.
void cached() {
  const auto view = heaplet::view(Here::heap());
  Word left = Here::config.quick_blocks;
  heaplet::each_cached(view, [&](unsigned list, Word payload) {
    const bool is_inside = payload % heaplet::granule == 0 && payload >> 16 < __builtin_wasm_memory_size(0);
    if (!is_inside || left-- == 0) return false;
    found(payload, view.quick_size(list), 0);
    return true;
  });
}

/// Finds each block by its header, pool by pool: its payload, its bytes with the header, and whether it is free.
void blocks() {
  const Word wilderness = reinterpret_cast<Word>(Here::heap().tlsf().end());
  each_pool([=](Word first, Word bytes) {
    for (Word at = first, left = bytes; left != 0;) {
      // Or past that point, where the block before was about to take of that memory.
      const bool grows = wilderness >= first && at >= wilderness;
      Block* const block = Block::at(at);
      const Word size = grows ? left : (block->header & ~Block::walked_flag) << Block::size_shift;
      if (size == 0 || size % heaplet::granule != 0 || size > left) __builtin_trap();
      found(at + heaplet::granule, size, grows || is_free(block, block->after(size)));
      at += size;
      left -= size;
    }
  });
}

/// The largest request that free memory of so many bytes in a row surely serves, in bytes.
Word certain(Word bytes) { return heaplet::view(Here::heap()).certain(0, bytes); }

/// Makes every block a used one: those that the host has marked as free it may give back then.
void take() { Here::heap().take_all(); }

/// Finds what is wrong, if anything is: the text's address, and where.
void check() {
  each_pool([](Word, Word) {});
  const auto view = heaplet::view(Here::heap());
  const heaplet::Fault fault = heaplet::check(view);
  if (fault) found(reinterpret_cast<Word>(fault.what), fault.where, 0);
}

}  // extern "C"

// The module that looks at a placed heap: the walker of src/check.hpp, in the memory of the heap that it walks. It
// changes nothing but the bytes below `env.__stack_pointer`. Its texts are not in memory: the build puts them beside
// the module, where a text's number is its distance from `env.__memory_base`.
#include "../src/stats.hpp"
#include "../src/view.hpp"
#include "placed.hpp"

using heaplet::Here;
using heaplet::Word;

extern "C" {

/// The host's: called with each thing that is found.
__attribute__((import_module("env"), import_name("found"))) void found(Word, Word, Word);

/// Finds each pool: its first block's payload, its bytes.
void pools() {
  heaplet::view(Here::heap()).each_pool([](Word first, Word bytes) {
    found(first + heaplet::granule, bytes, 0);
    return true;
  });
}

/// Finds each block: its payload, its bytes with the header, and 0 if it is used, 1 if cached, 2 if free.
void blocks() {
  const auto view = heaplet::view(Here::heap());
  heaplet::each_block(view, [](const heaplet::BlockInfo& block) {
    found(block.payload, block.size, static_cast<Word>(block.use));
  });
}

/// Finds the largest request that is certain to succeed, in bytes.
void largest() {
  const auto view = heaplet::view(Here::heap());
  found(heaplet::stats(view).largest_request, 0, 0);
}

/// Finds what is wrong, if anything is: the text's address, and where.
void check() {
  const auto view = heaplet::view(Here::heap());
  const heaplet::Fault fault = heaplet::check(view);
  if (fault) found(reinterpret_cast<Word>(fault.what), fault.where, 0);
}

}  // extern "C"

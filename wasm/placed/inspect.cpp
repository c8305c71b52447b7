// The module that looks at a placed heap: the walker of src/check.hpp, in the memory of the heap that it walks. It
// changes nothing but the bytes below `env.__stack_pointer`. Its texts are not in memory: the build puts them beside
// the module, where a text's number is its distance from `env.__memory_base`.
#include "../../src/check.hpp"
#include "../../src/view.hpp"
#include "heap.hpp"

using heaplet::Here;
using heaplet::Word;

extern "C" {

/// The host's: called with each thing that is found.
__attribute__((import_module("env"), import_name("found"))) void found(Word, Word, Word);

/// Finds each pool: its first block's payload, its bytes, and where the wilderness begins, in whichever pool that is.
void pools() {
  const Word wilderness = reinterpret_cast<Word>(Here::heap().tlsf().end());
  heaplet::view(Here::heap()).each_pool([&](Word first, Word bytes) {
    found(first + heaplet::granule, bytes, wilderness);
    return true;
  });
}

/// Finds each cached block: its payload, and its bytes with the header.
void cached() {
  const auto view = heaplet::view(Here::heap());
  heaplet::each_cached(view, [&](unsigned list, Word payload) {
    found(payload, view.quick_size(list), 0);
    return true;
  });
}

/// The largest request that free memory of so many bytes in a row surely serves, in bytes.
Word certain(Word bytes) { return heaplet::view(Here::heap()).certain(0, bytes); }

/// Makes every block a used one: those that the host has marked as free it may give back then.
void take() { Here::heap().take_all(); }

/// Finds what is wrong, if anything is: the text's address, and where.
void check() {
  const auto view = heaplet::view(Here::heap());
  const heaplet::Fault fault = heaplet::check(view);
  if (fault) found(reinterpret_cast<Word>(fault.what), fault.where, 0);
}

}  // extern "C"

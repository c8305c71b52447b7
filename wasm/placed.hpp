// A heap whose state lies where the host says: several in one memory, and more than one instance of the module on one
// heap (a thread each, say). The module has no data of its own, so that to instantiate it changes nothing.
//
//   env.__memory_base -> | Heap | Extent |  blocks ...  |      ... -> memory.grow, if the heap may grow
//                        ^ nothing here is initialised: heaplet_begin makes a heap, and who joins one does not call it
#pragma once

#include "../src/heap.hpp"

namespace heaplet {

/// What a placed heap may take. In memory, beside the heap, because every instance must see the same.
struct Extent {
  Word start;        ///< the first pool
  Word end;          ///< of the first pool; 0 where that ends with the address space
  Word grows;        ///< 0: the heap stays below `end`
  Word spare;        ///< memory that is the heap's and in no pool (after a restore): from here ...
  Word spare_bytes;  ///< ... so many bytes
};

/// The address that the host chose. The compiler may take two reads of it for one.
inline Word state_address() {
  Word address;
  asm(".globaltype __memory_base, i32, immutable\nglobal.get __memory_base\nlocal.set %0" : "=r"(address));
  return address;
}

/// Memory from the extent first, then from memory.grow.
template <class Place>
struct PlacedSource {
  static constexpr Word page() { return 65536; }

  Region initial() const {
    const Extent& extent = Place::extent();
    return {reinterpret_cast<void*>(extent.start), extent.end - extent.start};
  }

  Word end() const {
    const Extent& extent = Place::extent();
    return extent.spare_bytes ? extent.spare : memory_end();
  }

  Region grow(Word least, Word wanted) const {
    Extent& extent = Place::extent();
    if (!extent.grows) return {nullptr, 0};
    if (extent.spare_bytes) return take_spare(extent, least);
    const Region region = more(wanted);
    return region.start ? region : more(least);
  }

 private:
  static Word memory_end() { return __builtin_wasm_memory_size(0) * page(); }

  /// The spare memory and, where that is too little and lies at memory's end, so many pages more.
  static Region take_spare(Extent& extent, Word bytes) {
    const Region spare = {reinterpret_cast<void*>(extent.spare), extent.spare_bytes};
    if (spare.bytes >= bytes) {
      extent.spare_bytes = 0;
      return spare;
    }
    const bool at_end = extent.spare + extent.spare_bytes == memory_end();
    const Region rest = more(at_end ? bytes - spare.bytes : bytes);
    if (!rest.start || !at_end) return rest;
    extent.spare_bytes = 0;
    return {spare.start, spare.bytes + rest.bytes};
  }

  [[gnu::noinline]] static Region more(Word bytes) {
    const Word pages = bytes / page() + (bytes % page() != 0);
    const Word before = __builtin_wasm_memory_grow(0, pages);
    if (before == ~Word{0}) return {nullptr, 0};
    return {reinterpret_cast<void*>(before * page()), pages * page()};
  }
};

/// The heap at state_address().
template <Config config>
struct Place {
  using Heap = heaplet::Heap<config, PlacedSource<Place>>;

  static Heap& heap() { return *reinterpret_cast<Heap*>(state_address()); }
  static Extent& extent() { return *reinterpret_cast<Extent*>(state_address() + sizeof(Heap)); }
  static Word state_bytes() { return sizeof(Heap) + sizeof(Extent); }
  static Word first_pool() { return round_up(state_address() + state_bytes(), granule); }
};

/// The placed heap of the profile that the build names.
using Here = Place<profiles::HEAPLET_PROFILE>;

}  // namespace heaplet

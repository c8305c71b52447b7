// A heap whose state lies where the host says: several in one memory, and more than one instance of the module on one
// heap (a thread each, say). The module has no data of its own, so that to instantiate it changes nothing.
//
//   env.__memory_base -> | Heap | Extent |  blocks ...  |      ... -> memory.grow, if the heap may grow
//                        ^ nothing here is initialised: heaplet_begin makes a heap, and who joins one does not call it
#pragma once

#include "../../src/heap.hpp"
#include "../memory_grow.hpp"

namespace heaplet {

/// What a placed heap may take. In memory, beside the heap, because every instance must see the same. Hosts write to it
/// too: these are the last words of the state.
struct Extent {
  Word grows;  ///< 0: the heap has no more than its first pool
  Word spare;  ///< memory that is the heap's and in no pool: from here ...
  Word
      spare_bytes;  ///< ... so many bytes, of any contents. The first pool at first; later what a restore left over
};

/// The address that the host chose. The compiler may take two reads of it for one.
inline Word state_address() {
  Word address;
#ifdef __wasm64__
  asm(".globaltype __memory_base, i64, immutable\nglobal.get __memory_base\nlocal.set %0" : "=r"(address));
#else
  asm(".globaltype __memory_base, i32, immutable\nglobal.get __memory_base\nlocal.set %0" : "=r"(address));
#endif
  return address;
}

/// Ends all frames of the module's stack, which ends where the state begins: who calls this returns no more.
[[gnu::always_inline]] inline void empty_stack() {
#ifdef __wasm64__
  asm volatile(".globaltype __stack_pointer, i64\nlocal.get %0\nglobal.set __stack_pointer"
               :
               : "r"(state_address())
               : "memory");
#else
  asm volatile(".globaltype __stack_pointer, i32\nlocal.get %0\nglobal.set __stack_pointer"
               :
               : "r"(state_address())
               : "memory");
#endif
}

/// Memory from the extent first, then from memory.grow.
template <class Place>
struct PlacedSource {
  Region initial() const { return all_spare(0); }

  Word next(Word least) const {
    const Extent& extent = Place::extent();
    return extent.spare_bytes >= least || helps() ? extent.spare : MemoryGrow::end();
  }

  Region grow(Word least, Word more) const {
    Extent& extent = Place::extent();
    if (!extent.grows) return {nullptr, 0};
    const Word spare = extent.spare_bytes;
    if (spare >= least) return all_spare(0);
    if (!helps()) return MemoryGrow().grow(least, more);
    const Region rest = MemoryGrow().grow(least - spare, more);
    return rest.start ? all_spare(rest.bytes) : rest;
  }

 private:
  /// Whether too little spare memory is a part of what will do: not where it is followed by somebody else's.
  static bool helps() {
    const Extent& extent = Place::extent();
    return extent.spare_bytes && extent.spare + extent.spare_bytes == MemoryGrow::end();
  }

  /// The spare memory with so many bytes behind it.
  static Region all_spare(Word behind) {
    Extent& extent = Place::extent();
    const Word spare_bytes = extent.spare_bytes;
    extent.spare_bytes = 0;
    return {reinterpret_cast<void*>(extent.spare), spare_bytes + behind, extent.spare + spare_bytes};
  }
};

/// The heap at state_address().
template <Config chosen>
struct Place {
  static constexpr Config config = chosen;
  using Heap = heaplet::Heap<config, PlacedSource<Place>>;

  static Heap& heap() { return *reinterpret_cast<Heap*>(state_address()); }
  static Extent& extent() { return *reinterpret_cast<Extent*>(state_address() + sizeof(Heap)); }
  static Word state_bytes() { return sizeof(Heap) + sizeof(Extent); }
  static Word first_pool() { return round_up(state_address() + state_bytes(), granule); }
};

/// The placed heap of the profile that the build names.
using Here = Place<[] {
  Config config = profiles::HEAPLET_PROFILE;
  config.usage = true;
  return config;
}()>;

}  // namespace heaplet

// What `hardened` says of a mistake, and to whom.
#pragma once

#include "bits.hpp"

// The same stands in heaplet.h, for C.
#ifndef HEAPLET_FAULT_TYPES
#define HEAPLET_FAULT_TYPES

enum heaplet_fault_kind {
  heaplet_double_free = 1,
  heaplet_foreign_pointer,
  heaplet_write_past_end,
  heaplet_write_before_start,
  heaplet_write_after_free,
  heaplet_wrong_size,
  heaplet_wrong_alignment,
  heaplet_wrong_function
};

struct heaplet_fault_details {
  size_t number;
  const void* at;
  size_t bytes;
  const void* neighbour;
  unsigned char made_by;
  unsigned char found_by;
};

#endif

/// Called first, if it is defined, with the block, or with the pointer that is none: gives back what locks the caller has, so that
/// what the next one does may want them. Of the library's own code, which hides it, or nobody's. (Hidden here it would seem to be
/// defined in each side module of Emscripten's: the address of what is hidden is its own.)
extern "C" [[gnu::weak]] void heaplet_before_fault(const void* block);

/// Called before the trap, if the program defines it: libheaplet.a does, and prints the message.
extern "C" [[gnu::weak]] void heaplet_fault(int kind, const void* block, size_t size,
                                            const struct heaplet_fault_details* more);

// Each fault ends in a function of its own: where nothing can be printed its name, in the stack that the engine or the
// debugger shows, is the message.
#define HEAPLET_FAULT(name) \
  extern "C" [[noreturn, gnu::noinline, gnu::cold]] inline void name() { __builtin_trap(); }
HEAPLET_FAULT(heaplet_fault_double_free)
HEAPLET_FAULT(heaplet_fault_foreign_pointer)
HEAPLET_FAULT(heaplet_fault_write_past_end)
HEAPLET_FAULT(heaplet_fault_write_before_start)
HEAPLET_FAULT(heaplet_fault_write_after_free)
HEAPLET_FAULT(heaplet_fault_wrong_size)
HEAPLET_FAULT(heaplet_fault_wrong_alignment)
HEAPLET_FAULT(heaplet_fault_wrong_function)
#undef HEAPLET_FAULT

namespace heaplet {

/// How a block was made, and with what it must be given back: C's functions, `new`, `new[]`.
enum class Kind : unsigned char { plain, object, array };

/// The function that found a fault.
enum class By : unsigned char { free, malloc, realloc, usable_size, sized, aligned_sized, object, array };

/// A fault, as it is handed on.
struct Report {
  int kind;
  Word block;  ///< the payload; 0: none is known
  Word size;   ///< as it was asked for; if the number is 0, what the block has at most
  heaplet_fault_details more;
};

[[noreturn, gnu::noinline, gnu::cold]] inline void fail(const Report& report) {
  const void* const block = reinterpret_cast<const void*>(report.block);
  if (&heaplet_before_fault) heaplet_before_fault(block ? block : report.more.at);
  if (&heaplet_fault) heaplet_fault(report.kind, block, report.size, &report.more);
  switch (report.kind) {
    case heaplet_double_free:
      heaplet_fault_double_free();
    case heaplet_write_past_end:
      heaplet_fault_write_past_end();
    case heaplet_write_before_start:
      heaplet_fault_write_before_start();
    case heaplet_write_after_free:
      heaplet_fault_write_after_free();
    case heaplet_wrong_size:
      heaplet_fault_wrong_size();
    case heaplet_wrong_alignment:
      heaplet_fault_wrong_alignment();
    case heaplet_wrong_function:
      heaplet_fault_wrong_function();
    default:
      heaplet_fault_foreign_pointer();
  }
}

}  // namespace heaplet

// A fault as a line that a person can act on. Without printf: the heap may be in ruins.
#pragma once

#include "fault.hpp"

namespace heaplet {

/// The longest line, its zero included.
inline constexpr size_t fault_text_bytes = 256;

class FaultText {
 public:
  FaultText(int kind, const void* block, size_t size, const heaplet_fault_details& more)
      : block_(block), size_(size), more_(more) {
    switch (kind) {
      case heaplet_double_free:
        add("double free: ");
        if (more.number)
          the_block().add(" were freed before");
        else
          pointer(more.at).add(" lies in memory that was freed before");
        break;
      case heaplet_foreign_pointer:
        add("not a block of this heap: ").pointer(more.at);
        if (block)
          add(" lies ").decimal(distance()).add(distance() == 1 ? " byte into " : " bytes into ").the_block();
        break;
      case heaplet_write_past_end:
        add("write past the end of a block: ").the_block();
        if (more.number)
          add(", ")
              .decimal(more.bytes)
              .add(more.bytes == 1 ? " byte behind it was changed" : " bytes behind it were changed");
        else
          add(", what is noted behind it was overwritten");
        break;
      case heaplet_write_before_start:
        add("write before the start of a block: ").the_block().add(", the bytes before it were changed");
        break;
      case heaplet_write_after_free:
        add("write after free: ").the_block().add(" were changed at their byte ").decimal(distance());
        break;
      case heaplet_wrong_size:
        add("wrong size: ").the_block().add(" are given back as ").decimal(more.bytes);
        break;
      case heaplet_wrong_alignment:
        add("wrong alignment: ").the_block().add(" are no multiple of ").decimal(more.bytes);
        break;
      case heaplet_wrong_function:
        add("wrong function: ").the_block().add(" are given back by ").add(found_by());
        break;
    }
    if (kind != heaplet_wrong_function) add("; found by ").add(found_by());
    if (more.neighbour) add(" of ").pointer(more.neighbour);
  }

  const char* text() const { return text_; }

 private:
  FaultText& add(const char* text) {
    while (*text && length_ + 1 < sizeof text_) text_[length_++] = *text++;
    text_[length_] = 0;
    return *this;
  }

  FaultText& number(size_t value, unsigned base) {
    char digits[24];
    char* at = digits + sizeof digits - 1;
    *at = 0;
    do *--at = "0123456789abcdef"[value % base];
    while (value /= base);
    return add(at);
  }
  FaultText& decimal(size_t value) { return number(value, 10); }
  FaultText& pointer(const void* at) { return add("0x").number(reinterpret_cast<size_t>(at), 16); }

  /// `40 bytes at 0x12340 (malloc #17)`
  FaultText& the_block() {
    if (!more_.number) add("up to ");
    decimal(size_).add(" bytes at ").pointer(block_);
    if (!more_.number) return *this;
    return add(" (").add(made_by()).add(" #").decimal(more_.number).add(")");
  }

  size_t distance() const { return reinterpret_cast<size_t>(more_.at) - reinterpret_cast<size_t>(block_); }

  const char* made_by() const {
    constexpr const char* names[] = {"malloc", "new", "new[]"};
    return names[more_.made_by % 3];
  }
  const char* found_by() const {
    constexpr const char* names[] = {
        "free",   "malloc",  "realloc", "malloc_usable_size", "free_sized", "free_aligned_sized",
        "delete", "delete[]"};
    return names[more_.found_by % 8];
  }

  const void* block_;
  size_t size_;
  const heaplet_fault_details& more_;
  size_t length_ = 0;
  char text_[fault_text_bytes];
};

}  // namespace heaplet

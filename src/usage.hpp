// What is in use, and the most that has been: counted as it changes, and read in O(1).
#pragma once

#include "block.hpp"

namespace heaplet {

/// What a heap with Config::usage knows of itself.
struct UsageFigures {
  Word used_bytes = 0;  ///< of the blocks in use, headers included: what the walker counts, to the byte
  Word used_blocks = 0;
  Word peak_bytes = 0;   ///< the most that used_bytes has been; while a realloc moves a block both count
  Word peak_blocks = 0;  ///< how many blocks these were: of peaks with as many bytes, the most
  Word growths = 0;      ///< how often the source gave more memory
  Word refusals =
      0;  ///< how often it gave none: for that a request is null, or is served by a block that is too large
  /// Bytes of the largest request, served or not; what no heap serves, however large the memory, is not looked at. If no quick
  /// list could serve it: else it may have been larger, by less than a granule.
  Word largest_request = 0;
};

//     used_ | bytes in use | blocks in use |        peak_ | bytes | blocks |   the greatest that used_ has been
//
// Where a word has 4 bytes both are one number: a block that is taken or given changes it by what one shift makes of the
// header, flags and all, and one comparison, of the bytes first, tells a new peak.

template <unsigned word_bytes>
class Tally {
 public:
  /// Blocks, which have so many bytes together, as a header says it.
  void add(Word header, Word blocks) { value_ += number(header, blocks); }
  void subtract(Word header, Word blocks) {
    uint64_t less = number(header, blocks);
    asm("" : "+r"(less));  // else clang adds what it negates first, by more instructions
    value_ -= less;
  }
  bool operator>(const Tally& other) const { return value_ > other.value_; }
  Word bytes() const { return Word(value_ >> 32); }
  Word blocks() const { return Word(value_); }

 private:
  static constexpr uint64_t number(Word header, Word blocks) {
    return (uint64_t{header} << (32 + Block::size_shift)) + blocks;
  }
  uint64_t value_ = 0;
};

template <>
class Tally<8> {
 public:
  void add(Word header, Word blocks) {
    bytes_ += header << Block::size_shift;
    blocks_ += blocks;
  }
  void subtract(Word header, Word blocks) { add(-header, -blocks); }
  bool operator>(const Tally& other) const {
    return bytes_ > other.bytes_ || (bytes_ == other.bytes_ && blocks_ > other.blocks_);
  }
  Word bytes() const { return bytes_; }
  Word blocks() const { return blocks_; }

 private:
  Word bytes_ = 0;
  Word blocks_ = 0;
};

template <Config config>
class Usage {
 public:
  /// Blocks are handed out.
  void take(Word header, Word blocks) {
    used_.add(header, blocks);
    if (used_ > peak_) peak_ = used_;
  }

  /// Blocks are given back.
  void give(Word header, Word blocks) { used_.subtract(header, blocks); }

  /// One that is in use has another size.
  void resize(Word from, Word to) { take(to - from, 0); }

  /// For a repair, which has counted: what is in use. The peak stays unless that is more.
  void recount(Word header, Word blocks) {
    used_ = {};
    take(header, blocks);
  }

  /// Whether the heap serves so many bytes, of which `limit` are the most. That costs hardly more than it does without counts:
  /// requests are compared with the largest one that there has been.
  bool allows(Word bytes, Word limit) {
    if (bytes <= largest_) return true;
    if (bytes > limit) return false;
    largest_ = bytes;
    return true;
  }
  void grow(bool given) { ++answers_[given]; }

  UsageFigures figures() const {
    return {.used_bytes = used_.bytes(),
            .used_blocks = used_.blocks(),
            .peak_bytes = peak_.bytes(),
            .peak_blocks = peak_.blocks(),
            .growths = answers_[true],
            .refusals = answers_[false],
            .largest_request = largest_};
  }

 private:
  using Tally = heaplet::Tally<sizeof(Word)>;
  Tally used_;
  Tally peak_;
  Word answers_[2] = {};  ///< of the source: those without memory, those with some
  Word largest_ = 0;
};

/// A heap that counts nothing.
template <Config config>
  requires(!config.usage)
class Usage<config> {
 public:
  static void take(Word, Word) {}
  static void give(Word, Word) {}
  static void recount(Word, Word) {}
  static void resize(Word, Word) {}
  static void grow(bool) {}
};

}  // namespace heaplet

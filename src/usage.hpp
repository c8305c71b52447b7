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
  Word largest_request =
      0;  ///< bytes of the largest request, served or not. If no quick list could serve it: else it may
          ///< have been larger, by less than a granule
};

//     used_ | bytes in use | blocks in use |        peak_ | bytes | blocks |   the greatest that used_ has been
//
// Where a word has 4 bytes both are one number: a block that is taken or given changes it by one addition, in which no part
// reaches the other, and one comparison, of the bytes first, tells a new peak.

template <unsigned word_bytes>
class Tally {
 public:
  /// Either may wrap where it becomes less.
  void add(Word bytes, Word blocks) { value_ += number(bytes, blocks); }
  void subtract(Word bytes, Word blocks) {
    uint64_t less = number(bytes, blocks);
    asm("" : "+r"(less));  // else clang adds what it negates first, by five instructions more
    value_ -= less;
  }
  bool operator>(const Tally& other) const { return value_ > other.value_; }
  Word bytes() const { return Word(value_ >> 32); }
  Word blocks() const { return Word(value_); }

 private:
  static constexpr uint64_t number(Word bytes, Word blocks) { return uint64_t{bytes} << 32 | blocks; }
  uint64_t value_ = 0;
};

template <>
class Tally<8> {
 public:
  void add(Word bytes, Word blocks) {
    bytes_ += bytes;
    blocks_ += blocks;
  }
  void subtract(Word bytes, Word blocks) { add(-bytes, -blocks); }
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
  /// Blocks are handed out. Or, with no block, one in use becomes larger; or smaller, by what wraps.
  void take(Word bytes, Word blocks) {
    used_.add(bytes, blocks);
    if (used_ > peak_) peak_ = used_;
  }

  /// Blocks are given back.
  void give(Word bytes, Word blocks) { used_.subtract(bytes, blocks); }

  /// For a repair, which has counted: what is in use. The peak stays unless that is more.
  void recount(Word bytes, Word blocks) {
    used_ = {};
    take(bytes, blocks);
  }

  void ask(Word bytes) {
    if (bytes > largest_request_) largest_request_ = bytes;
  }
  void grow(bool given) { ++answers_[given]; }

  UsageFigures figures() const {
    return {.used_bytes = used_.bytes(),
            .used_blocks = used_.blocks(),
            .peak_bytes = peak_.bytes(),
            .peak_blocks = peak_.blocks(),
            .growths = answers_[true],
            .refusals = answers_[false],
            .largest_request = largest_request_};
  }

 private:
  using Tally = heaplet::Tally<sizeof(Word)>;
  Tally used_;
  Tally peak_;
  Word answers_[2] = {};  ///< of the source: those without memory, those with some
  Word largest_request_ = 0;
};

/// A heap that counts nothing.
template <Config config>
  requires(!config.usage)
class Usage<config> {
 public:
  static void take(Word, Word) {}
  static void give(Word, Word) {}
  static void recount(Word, Word) {}
  static void ask(Word) {}
  static void grow(bool) {}
};

}  // namespace heaplet

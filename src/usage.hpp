// What is in use, and the most that has been: counted as it changes, and read in O(1).
#pragma once

#include "block.hpp"

namespace heaplet {

/// What a heap with Config::usage knows of itself.
struct UsageFigures {
  Word used_bytes = 0;  ///< of the blocks in use, headers included: what the walker counts, to the byte
  Word used_blocks = 0;
  Word peak_bytes = 0;   ///< the most that used_bytes has been; while a realloc moves a block both count
  Word peak_blocks = 0;  ///< how many blocks these were
  Word growths = 0;      ///< how often the source gave more memory
  Word refusals =
      0;  ///< how often it gave none: for that a request is null, or is served by a block that is too large
  Word largest_request =
      0;  ///< bytes of the largest request, served or not. If no quick list could serve it: else it may
          ///< have been larger, by less than a granule
};

//     peak_   +-----------------+   the most that has been in use
//             |     below_      |   to take a block subtracts from it; what is less than 0 raises the peak
//             +-----------------+   what is in use: peak_ - below_
//             |                 |
//
// So a malloc that reuses a block, and the free of one, change one number and compare it with nothing else in memory. The
// blocks are counted in the same number, where a word has 4 bytes: one instruction changes both.
//
//     | below_, signed, in the unit of headers | blocks in use |

template <unsigned word_bytes>
class Counted {
 public:
  /// Blocks are taken, which have so many units together.
  void take(Word units, Word blocks) { value_ -= number(units, blocks); }
  void give(Word units, Word blocks) { value_ += number(units, blocks); }
  int32_t below() const { return int32_t(value_ >> 32); }
  bool is_negative() const { return int64_t(value_) < 0; }
  void end_below() { value_ = uint32_t(value_); }
  Word blocks() const { return Word(value_); }

 private:
  static constexpr uint64_t number(Word units, Word blocks) { return (uint64_t{units} << 32) - blocks; }
  uint64_t value_ = 0;
};

template <>
class Counted<8> {
 public:
  void take(Word units, Word blocks) {
    below_ -= int64_t(units);
    blocks_ += blocks;
  }
  void give(Word units, Word blocks) {
    below_ += int64_t(units);
    blocks_ -= blocks;
  }
  int64_t below() const { return below_; }
  bool is_negative() const { return below_ < 0; }
  void end_below() { below_ = 0; }
  Word blocks() const { return blocks_; }

 private:
  int64_t below_ = 0;
  Word blocks_ = 0;
};

template <Config config>
class Usage {
 public:
  /// Bytes as a header has them: those of all memory do not reach the sign.
  static constexpr Word units(Word bytes) { return Block::header_of(bytes); }

  /// Blocks are handed out. Or, with no block, one in use becomes larger; or smaller, by what wraps.
  void take(Word units, Word blocks) {
    counted_.take(units, blocks);
    if (!counted_.is_negative()) return;
    peak_ -= Word(counted_.below());
    counted_.end_below();
    peak_blocks_ = counted_.blocks();
  }

  /// Blocks are given back.
  void give(Word units, Word blocks) { counted_.give(units, blocks); }

  /// For a repair, which has counted: what is in use. The peak stays unless that is more.
  void recount(Word units, Word blocks) {
    give(peak_ - Word(counted_.below()), counted_.blocks());
    take(units, blocks);
  }

  void ask(Word bytes) {
    if (bytes > largest_request_) largest_request_ = bytes;
  }
  void grow(bool given) { ++answers_[given]; }

  UsageFigures figures() const {
    return {.used_bytes = (peak_ - Word(counted_.below())) << Block::size_shift,
            .used_blocks = counted_.blocks(),
            .peak_bytes = peak_ << Block::size_shift,
            .peak_blocks = peak_blocks_,
            .growths = answers_[true],
            .refusals = answers_[false],
            .largest_request = largest_request_};
  }

 private:
  Counted<sizeof(Word)> counted_;
  Word peak_ = 0;  ///< in units
  Word peak_blocks_ = 0;
  Word answers_[2] = {};  ///< of the source: those without memory, those with some
  Word largest_request_ = 0;
};

/// A heap that counts nothing.
template <Config config>
  requires(!config.usage)
class Usage<config> {
 public:
  static constexpr Word units(Word) { return 0; }
  static void take(Word, Word) {}
  static void give(Word, Word) {}
  static void recount(Word, Word) {}
  static void ask(Word) {}
  static void grow(bool) {}
};

}  // namespace heaplet

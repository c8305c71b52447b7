// Memory for tests: an array that is handed out page by page, with somebody else taking pages in between.
#pragma once

#include <string.h>

#include "src/source.hpp"

namespace heaplet {

/// The array that an ArraySource draws from. A plain value: saved and restored with the state of a test.
struct Array {
  unsigned char* start = nullptr;
  Word page = 0;         ///< bytes of a page
  Word initial = 0;      ///< bytes that are there before any growth
  Word end = 0;          ///< bytes in use so far, by the heap or by somebody else
  Word limit = 0;        ///< bytes there can be
  bool refuses = false;  ///< every growth, for now
  bool clears = false;   ///< what it gives is 0, and it says so
  Word growths = 0;      ///< granted ones
  Word refusals = 0;     ///< and others

  /// Somebody else takes a page. @returns its offset, or `limit` if there is none left.
  Word take_foreign() {
    if (limit - end < page) return limit;
    memset(start + end, foreign, page);
    end += page;
    return end - page;
  }

  static constexpr unsigned char foreign = 0xf0;
};

class ArraySource {
 public:
  explicit ArraySource(Array& array) : array_(&array) {}

  Region initial() { return {array_->start, array_->initial}; }
  Word next(Word) const { return reinterpret_cast<Word>(array_->start) + array_->end; }
  Region grow(Word least, Word more) {
    const Word step = round_down(more, array_->page);
    const Region region = step > ~least ? Region{} : grow(least + step);
    return region.start ? region : grow(least);
  }

 private:
  Region grow(Word bytes) {
    const Word pages = bytes / array_->page + (bytes % array_->page != 0);
    if (array_->refuses || pages > (array_->limit - array_->end) / array_->page) {
      ++array_->refusals;
      return {nullptr, 0};
    }
    Region region{array_->start + array_->end, pages * array_->page};
    if (array_->clears) {
      memset(region.start, 0, region.bytes);
      region.zero_from = reinterpret_cast<Word>(region.start);
    }
    array_->end += region.bytes;
    ++array_->growths;
    return region;
  }

  Array* array_;
};

}  // namespace heaplet

// The shadow map: what must be true of every live block, kept outside of the heap.
#pragma once

#include <map>
#include <string>

#include "test/support/expect.hpp"

namespace heaplet {

/// Knows each live block by its address and fills it with bytes that follow from its number.
class Shadow {
 public:
  struct Live {
    size_t bytes;     // that the user may touch
    unsigned number;  // of the allocation
  };

  /// A block was handed out: aligned, apart from all others, and `bytes` long.
  void add(unsigned char* block, size_t bytes, size_t alignment) {
    require(reinterpret_cast<size_t>(block) % alignment == 0, "a block is not aligned");
    const auto after = live_.lower_bound(block);
    if (after != live_.end()) require(block + bytes <= after->first, "a block overlaps the one after it");
    if (after != live_.begin()) {
      const auto before = std::prev(after);
      require(before->first + before->second.bytes <= block, "a block overlaps the one before it");
    }
    live_[block] = {bytes, ++numbers_};
    for (size_t i = 0; i < bytes; ++i) block[i] = pattern(numbers_, i);
  }

  /// A block is about to be freed or moved: its bytes are all there.
  void verify(const unsigned char* block) const {
    const Live& live = live_.at(const_cast<unsigned char*>(block));
    expect(block, live.number, live.bytes);
  }

  void remove(unsigned char* block) { live_.erase(block); }

  /// `bytes` bytes at `place` are those that a block of `number` begins with.
  void expect(const unsigned char* place, unsigned number, size_t bytes) const {
    for (size_t i = 0; i < bytes; ++i) require(place[i] == pattern(number, i), "a block's bytes changed");
  }

  void verify_all() const {
    for (const auto& entry : live_) verify(entry.first);
  }

  bool empty() const { return live_.empty(); }
  size_t count() const { return live_.size(); }
  const Live& at(unsigned char* block) const { return live_.at(block); }
  const std::map<unsigned char*, Live>& live() const { return live_; }

  /// The live block that a random number picks.
  unsigned char* pick(size_t random) const {
    auto at =
        live_.lower_bound(live_.begin()->first + random % (live_.rbegin()->first - live_.begin()->first + 1));
    return at->first;
  }

  /// Names the run that fails.
  std::string context;

 private:
  void require(bool condition, const char* what) const {
    if (!condition) expect::fail(__FILE__, __LINE__, context + ": " + what);
  }
  static unsigned char pattern(unsigned number, size_t i) {
    return static_cast<unsigned char>(number * 59 + i * 13);
  }

  std::map<unsigned char*, Live> live_;
  unsigned numbers_ = 0;
};

}  // namespace heaplet

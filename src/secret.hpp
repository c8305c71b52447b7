// What a heap of the profile `hardened` knows and a program does not: two numbers, from which its seals and links follow.
#pragma once

#include "poison.hpp"

namespace heaplet {

/// A key and a factor. It keeps apart who cannot read the heap's memory at large; it is no cryptography.
struct Secret {
  uint64_t key = 0;
  uint64_t factor = 0;  ///< odd; 0: there is no secret yet
  uint64_t filler = 0;  ///< eight times the byte that what a request leaves of its block is filled with

  explicit operator bool() const { return factor != 0; }

  /// Of 128 bits that somebody else has drawn. Who has drawn none, and gives zeros, gets a factor that mixes all the same: with
  /// one of 1 no seal would be of a block's place.
  static Secret of(uint64_t a, uint64_t b) {
    a ^= 0x6a09e667f3bcc908ull;
    b ^= 0xbb67ae8584caa73bull;
    return {a, b | 1, eight_of(static_cast<unsigned char>(a >> 24 | 1))};
  }

  /// The same in words of 32 bits, as a host hands them over.
  static Secret of(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    return of(uint64_t{a} << 32 | b, uint64_t{c} << 32 | d);
  }

  /// Where nobody gives one: known to all, but another one for each heap of a memory, so that they know each other's blocks.
  static Secret stated(Word base) {
    const uint64_t mixed = (base + 1) * 0x9e3779b97f4a7c15ull;
    return of(mixed, mixed >> 31 | mixed << 33);
  }

  /// A number that follows from a block's place and its header, but for the highest bit of that: in a product the upper half is
  /// of all bits.
  [[gnu::always_inline]] uint64_t mix(Word place, Word header) const {
    if constexpr (sizeof(Word) == 4) return ((uint64_t{header} << 33 | place) ^ key) * factor;
    const uint64_t mixed = (place ^ key) * factor;
    return (mixed ^ mixed >> 32 ^ uint64_t{header} << 1) * factor;
  }

  /// A word that follows from such a number and from what is noted of the block, so that one multiplication does for all that is
  /// ever noted of a block while it is what it is. A byte of 0 in its place is always another word.
  [[gnu::always_inline]] static Word seal(uint64_t mixed, Word record) {
    if constexpr (sizeof(Word) == 4) return (Word(mixed >> 32) ^ record) | 1;
    return (Word(mixed ^ mixed >> 32) ^ record) | 1;
  }

  /// What nobody can foresee who does not know it. The upper half is mixed in once more: a product alone goes round in even
  /// steps, by some of which almost the same is drawn each time.
  [[gnu::always_inline]] unsigned draw(Word number) const {
    const uint64_t mixed = (number ^ key) * factor;
    return unsigned((mixed ^ mixed >> 32) * 0x9e3779b97f4a7c15ull >> 56);
  }

  /// Hides a link, or shows it again; null stays null.
  Word hide(Word link) const { return link ? link ^ Word(key) : 0; }

  /// That byte: never 0, which ends a text.
  unsigned char fill() const { return static_cast<unsigned char>(filler); }
};

}  // namespace heaplet

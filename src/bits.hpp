// Bits and sizes: counting zeros, rounding, and the only arithmetic of heaplet that could overflow.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace heaplet {

/// An address or a size, in bytes: 4 bytes long on wasm32, 8 on wasm64 and on native 64-bit machines.
using Word = uintptr_t;
static_assert(sizeof(Word) == sizeof(size_t), "an address and a size are of one length");

constexpr bool is_power_of_two(Word x) { return x != 0 && (x & (x - 1)) == 0; }

/// The position of the lowest set bit of x, which is not 0.
template <class Bits>
constexpr unsigned lowest_bit(Bits x) {
  if constexpr (sizeof(Bits) <= sizeof(unsigned)) return unsigned(__builtin_ctz(x));
  return unsigned(__builtin_ctzll(x));
}

/// The position of the highest set bit of x, which is not 0: the whole part of its binary logarithm.
template <class Bits>
constexpr unsigned highest_bit(Bits x) {
  if constexpr (sizeof(Bits) <= sizeof(unsigned)) return 31u - unsigned(__builtin_clz(x));
  return 63u - unsigned(__builtin_clzll(x));
}

/// x rounded down, or up, to a multiple of `unit`, a power of two. Up wraps to 0 past the highest multiple.
constexpr Word round_down(Word x, Word unit) { return x & ~(unit - 1); }
constexpr Word round_up(Word x, Word unit) { return round_down(x + unit - 1, unit); }

/// A size that may not exist: what the checked functions below return.
struct Checked {
  Word value;
  bool overflow;
};

constexpr Checked checked_add(Word a, Word b) {
  Word sum = 0;
  const bool overflow = __builtin_add_overflow(a, b, &sum);
  return {sum, overflow};
}

constexpr Checked checked_multiply(Word a, Word b) {
#if defined(__wasm64__)
  // The builtin, and what the compiler takes for it, multiplies to 128 bits by a function of compiler-rt, which a module
  // that stands alone lacks. By halves: if both have a high one the product is too large.
  constexpr Word low_half = 0xffffffff;
  const Word low = (a & low_half) * (b & low_half);
  const Word middle = (a >> 32) * (b & low_half) + (b >> 32) * (a & low_half);
  const Word product = low + (middle << 32);
  return {product, ((a >> 32) && (b >> 32)) || middle >> 32 || product < low};
#else
  Word product = 0;
  const bool overflow = __builtin_mul_overflow(a, b, &product);
  return {product, overflow};
#endif
}

}  // namespace heaplet

// What a freed block is filled with: bytes that no program would use, and by which it shows whether somebody still does.
#pragma once

#include "config.hpp"

namespace heaplet {

/// Where it is taken for a pointer it leads above 3.4 GiB, for a text it never ends, for a number it is negative.
inline constexpr unsigned char poison_byte = 0xdf;

/// Eight times the same byte.
constexpr uint64_t eight_of(unsigned char byte) { return 0x0101010101010101ull * byte; }

inline constexpr Word poison_word = Word(eight_of(poison_byte));

/// A word, or eight bytes, at any address: a header that was overwritten leads anywhere.
/// @param offset a constant, which is part of wasm's instruction
template <class Value = Word>
[[gnu::always_inline]] inline Value load(Word at, Word offset = 0) {
  Value value;
  __builtin_memcpy(&value, reinterpret_cast<const char*>(at) + offset, sizeof value);
  return value;
}
template <class Value>
[[gnu::always_inline]] inline void store(Word at, Value value, Word offset = 0) {
  __builtin_memcpy(reinterpret_cast<char*>(at) + offset, &value, sizeof value);
}

/// Fills any bytes. An engine calls memory.fill as a function of another module: it is for many bytes, or for where that is no
/// matter.
inline void poison_any(Word at, Word bytes) {
  __builtin_memset(reinterpret_cast<void*>(at), poison_byte, bytes);
}

/// @param offset a constant
[[gnu::always_inline]] inline void poison_sixteen(Word at, Word offset) {
  store(at, eight_of(poison_byte), offset);
  store(at, eight_of(poison_byte), offset + 8);
}

/// Fills the bytes of a small block: a word, and a multiple of 16. Nobody can foresee which one is how large: those at both ends
/// are filled whether or not they meet, and only for more than 32 does anything depend on how many they are.
/// @param tail `granule` bytes before their end
[[gnu::always_inline]] inline void poison(Word at, Word size, Word tail) {
  store(at, poison_word);
  if (size == granule) return;
  poison_sixteen(at, sizeof(Word));
  poison_sixteen(tail, granule - 16);
  if (size <= granule + 32) return;
  const Word last = tail + granule - 16 - sizeof(Word);
  for (at += 16; at != last; at += 16) {
    poison_sixteen(at, sizeof(Word));
    asm("" : "+r"(at));  // else clang makes four steps of one
  }
}

/// What 16 bytes have that poison has not.
/// @param offset a constant
[[gnu::always_inline]] inline uint64_t unlike_poison(Word at, Word offset = 0) {
  return (load<uint64_t>(at, offset) ^ eight_of(poison_byte)) |
         (load<uint64_t>(at, offset + 8) ^ eight_of(poison_byte));
}

/// Whether so many bytes, a multiple of 16, are poison.
[[gnu::always_inline]] inline bool is_poison(Word at, Word bytes) {
  uint64_t unlike = bytes % 32 ? unlike_poison(at) : 0;
  for (Word step = bytes % 32; step < bytes; step += 32)
    unlike |= unlike_poison(at + step) | unlike_poison(at + step, 16);
  return unlike == 0;
}

}  // namespace heaplet

// What a freed block is filled with: bytes that no program would use, and by which it shows whether somebody still does.
#pragma once

#include "bits.hpp"

namespace heaplet {

/// Where it is taken for a pointer it leads above 3.4 GiB, for a text it never ends, for a number it is negative.
inline constexpr unsigned char poison_byte = 0xdf;

/// Eight times the same byte.
constexpr uint64_t eight_of(unsigned char byte) { return 0x0101010101010101ull * byte; }

inline constexpr Word poison_word = Word(eight_of(poison_byte));

/// A word, or eight bytes, at any address: a header that was overwritten leads anywhere.
template <class Value = Word>
[[gnu::always_inline]] inline Value load(Word at) {
  Value value;
  __builtin_memcpy(&value, reinterpret_cast<const void*>(at), sizeof value);
  return value;
}
template <class Value>
[[gnu::always_inline]] inline void store(Word at, Value value) {
  __builtin_memcpy(reinterpret_cast<void*>(at), &value, sizeof value);
}

/// How many bytes of a block are handled without a branch that depends on its size; each further 16 have one.
inline constexpr Word poisoned_at_once = 32;

/// Fills any bytes. An engine calls memory.fill as a function of another module: it is for many bytes, or for where that is no
/// matter.
inline void poison_any(Word at, Word bytes) {
  __builtin_memset(reinterpret_cast<void*>(at), poison_byte, bytes);
}

inline void poison_sixteen(Word at) {
  store(at, eight_of(poison_byte));
  store(at + 8, eight_of(poison_byte));
}

/// Fills what is left of a block to its end, before which 16 bytes are its own.
[[gnu::noinline]] inline void poison_rest(Word at, Word end) {
  if (end - at > 256) return poison_any(at, end - at);
  for (; at < end - 16; at += 16) poison_sixteen(at);
  poison_sixteen(end - 16);
}

/// Fills the bytes of a block: a word, or 16 at least. Each step writes 16; those that would go too far write the last ones.
/// @param most `poisoned_at_once` at least: of more bytes the rest is left
[[gnu::always_inline]] inline void poison(Word at, Word bytes, Word most) {
  if (bytes < 16) {
    *reinterpret_cast<Word*>(at) = poison_word;
    return;
  }
  const Word last = bytes - 16;
  for (Word step = 0; step < poisoned_at_once; step += 16) poison_sixteen(at + (step < last ? step : last));
  if (bytes > poisoned_at_once) poison_rest(at + poisoned_at_once, at + (bytes < most ? bytes : most));
}

/// What 16 bytes have that poison has not.
[[gnu::always_inline]] inline uint64_t unlike_poison(Word at) {
  return (load<uint64_t>(at) ^ eight_of(poison_byte)) | (load<uint64_t>(at + 8) ^ eight_of(poison_byte));
}

/// Whether so many bytes, a multiple of 16, are poison.
[[gnu::always_inline]] inline bool is_poison(Word at, Word bytes) {
  if (bytes == 0) return true;
  uint64_t unlike = 0;
  const Word last = bytes - 16;
  for (Word step = 0; step < poisoned_at_once; step += 16)
    unlike |= unlike_poison(at + (step < last ? step : last));
  for (Word step = poisoned_at_once; step < bytes; step += 16) unlike |= unlike_poison(at + step);
  return unlike == 0;
}

}  // namespace heaplet

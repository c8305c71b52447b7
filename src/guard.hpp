// What `hardened` writes around the bytes of a block, and how that shows who has written there too.
#pragma once

#include "block.hpp"
#include "fault.hpp"
#include "poison.hpp"
#include "secret.hpp"

namespace heaplet {

//        +--------+----------------------+-----------------+------+--------+--------
//  used  | header | what was asked for   | slack: `fill()` | seal | record | header of the next block
//        +--------+------+---------------+-----------------+------+--------+--------
//  waits | header | link | poison ...                      | seal | record |        freed, not merged yet
//        +--------+------+---------------------------------+------+--------+--------
//        '- the guard before: whoever writes there changes the size that the seal is of
//
//  record   | number of the allocation | kind | slack |      slack of more than the field holds: in the word before the seal
//  seal     of the place, the size and the record, and nobody can make one who has not the secret. Freed: what says so, of the
//           place, the record and the first word of the payload: it is looked for only where a block has waited
//
// What is not free and not used waits: in the quarantine or in a quick list. The flags of a header are not sealed: the
// neighbour before changes them.
template <Config config>
class Guard {
 public:
  /// Bytes that every block carries for it, beside the header.
  static constexpr Word bytes = 2 * sizeof(Word);

  // The secret, and the memory that blocks can lie in.

  const Secret& secret() const { return secret_; }
  void set_secret(const Secret& secret) { secret_ = secret; }
  /// No block has been handed out: a secret may come.
  bool is_new() const { return number_ == 0; }
  Word count() const { return number_; }
  /// The function that was called last, of those that look into lists.
  By by{};

  void note(Word low, Word high) {
    if (low_ == 0 || low < low_) low_ = low;
    if (high > high_) high_ = high;
    granules_ = (high_ - low_) / granule;
  }
  /// A block may begin there, as far as the address says: what is no multiple of a granule becomes a large number.
  [[gnu::always_inline]] bool is_inside(Word address) const {
    constexpr unsigned bits = highest_bit(granule);
    const Word distance = address - low_;
    return (distance >> bits | distance << (word_bits - bits)) < granules_;
  }
  Word low() const { return low_; }
  Word high() const { return high_; }

  // Blocks that are handed out and come back.

  /// Marks a block of `size` bytes as handed out for a request of `request` bytes, which are not written.
  [[gnu::always_inline]] void arm(Block* block, Word size, Word request) {
    const Word number = ++number_;
    const Word end = end_of(block->address(), size);
    const Word slack = end - payload_of(block) - request;
    if (slack >= far) return rearm(block, request, number);
    // No byte before the slack: who looks for the guilty takes those for its own. What goes beyond it is written over.
    const uint64_t filler = secret_.filler;
    for (Word at = granule; at > 8; at -= 8)
      if (slack > at - 8) store(end - (at < slack ? at : slack), filler);
    store(end - (slack < 8 ? slack : 8), filler);
    const Word record = record_of(number, Kind::plain, slack);
    store(end, secret_.seal(block->address(), Block::header_of(size) << 1, record));
    store(end + sizeof(Word), record);
  }

  /// The same block for another request, with the number that it has.
  [[gnu::noinline]] void rearm(Block* block, Word request, Word number) {
    const Word slack = end_of(block) - payload_of(block) - request;
    fill(end_of(block) - slack, slack < most_filled ? slack : most_filled);
    if (slack >= far) store(end_of(block) - sizeof(Word), slack);
    set(block, record_of(number, Kind::plain, slack));
  }

  void set_kind(Block* block, Kind kind) {
    set(block, (record(block) & ~(Word{3} << slack_bits)) | Word(kind) << slack_bits);
  }

  /// An intact block: its size, where the bytes end that a request may have, and the record behind them.
  struct Intact {
    Word size;
    Word end;
    Word record;
    Kind kind() const { return kind_in(record); }
  };

  /// Whether this is the start of a block that is handed out, and nothing around its bytes was written. Reads only what is
  /// inside. If it is not, it calls `fault`, which does not return.
  template <class Fault>
  [[gnu::always_inline]] Intact look_at(Word address, Fault fault) const {
    if (!is_inside(address)) fault();
    const Block* const block = Block::at(address);
    const Word header = block->header;
    const Word size = block->size();
    if (size > high_ - address) fault();
    const Word noted = record(block);
    if (noted & far) [[unlikely]] {
      if (!is_far_intact(block)) fault();
    } else {
      if (seal(block) != secret_.seal(address, header << 1, noted)) fault();
      if (!is_filled(block)) fault();
    }
    if (header & Block::previous_free_flag && !flags_agree(block)) fault();
    return {size, end_of(address, size), noted};
  }
  bool is_intact(Word address) const {
    if (!is_inside(address)) return false;
    const Block* const block = Block::at(address);
    if (block->size() > high_ - address || seal(block) != expected(block)) return false;
    if (block->header & Block::previous_free_flag && !flags_agree(block)) return false;
    return slack_of(block) < far ? is_filled(block) : is_far_filled(block);
  }

  /// Of an intact block: the bytes that were asked for.
  Word request_of(const Block* block) const { return end_of(block) - payload_of(block) - slack_of(block); }
  static Kind kind_of(const Block* block) { return kind_in(record(block)); }
  static Word number_of(const Block* block) { return record(block) >> (slack_bits + 2); }

  /// Marks an intact block as given back, and poisons it.
  [[gnu::always_inline]] void disarm(Block* block, const Intact& intact) {
    const Word sealed = secret_.seal_of_freed(block->address(), intact.record);
    const Word payload = payload_of(block), bytes = intact.end - payload;
    if constexpr (config.poison_bytes == 0) return store(intact.end, sealed ^ load(payload));
    if (intact.record & far) [[unlikely]] {
      const Word slack = load(intact.end - sizeof(Word));
      poison(payload, bytes, config.poison_bytes);
      store(intact.end - sizeof(Word), slack);
    } else {
      poison(payload, bytes, config.poison_bytes);
    }
    store(intact.end, sealed ^ poison_word);
  }

  /// Of a block that waits: nobody has written to it since it was given back. Its first word may be a link.
  bool is_untouched(const Block* block) const {
    return is_size(block) && waits(block) && is_poisoned(block, block->size(), config.poison_checked);
  }
  /// The same of one that has left the quick list of its size. Less of it is looked at: what is merged is seen no more.
  [[gnu::always_inline]] bool is_untouched(const Block* block, Word size) const {
    if ((block->header & ~Block::previous_free_flag) != Block::header_of(size)) return false;
    const Word end = end_of(block->address(), size);
    const Word sealed = secret_.seal_of_freed(block->address(), load(end + sizeof(Word)));
    return load(end) == (sealed ^ first_word(block)) && is_poisoned(block, size, reuse_checked);
  }

  /// A quick list is about to put its link into a block that waits.
  bool has_no_link(const Block* block) const {
    return config.poison_bytes == 0 || first_word(block) == poison_word;
  }
  /// It has: the seal is of the first word, too. @param before that word, before
  static void seal_link(Block* block, Word end, Word before) {
    store(end, load(end) ^ before ^ first_word(block));
  }
  static Word first_word(const Block* block) { return load(payload_of(block)); }

  /// Forgets what is written behind the bytes of a block that is about to be merged: the next one there must not see it.
  void forget(Block* block) {
    set_seal(block, poison_word);
    set_record(block, poison_word);
    store(payload_of(block), poison_word);
  }

  // The free lists.

  /// A link as it is written into a block, or back.
  Block* hide(const Block* link) const { return Block::at(secret_.hide(address_of(link))); }

  /// A free block is where its lists and its neighbours say; else what is written there would be written somewhere else.
  /// @param heads, bytes the heads of all lists
  bool is_linked(const Block* block, Word heads, Word bytes) const {
    if (!is_inside(block->address()) || !block->is_free() || !is_size(block)) return false;
    const Block* const behind = block->next();
    if (!behind->previous_is_free() || secret_.hide(address_of(behind->before)) != block->address())
      return false;
    const Word next = secret_.hide(address_of(block->next_free));
    const Word previous = secret_.hide(address_of(block->previous_free));
    if (next && (!is_inside(next) || address_of(Block::at(next)->previous_free) != hidden(block)))
      return false;
    const bool is_first = previous - (heads - offsetof(Block, next_free)) < bytes;
    if (!is_first && !is_inside(previous)) return false;
    return address_of(Block::at(previous)->next_free) == hidden(block);
  }

  // What stands in a block, for who looks into a broken heap.

  static Word payload_of(const Block* block) { return block->address() + granule; }
  /// Where the bytes end that a request may have.
  static Word end_of(const Block* block) { return end_of(block->address(), block->size()); }
  static Word end_of(Word address, Word size) { return address + size + granule - 3 * sizeof(Word); }
  bool is_size(const Block* block) const {
    const Word size = block->size();
    return size - 1 < high_ - block->address() && size % granule == 0;
  }
  bool is_used(const Block* block) const { return is_size(block) && seal(block) == expected(block); }
  bool waits(const Block* block) const {
    return seal(block) == (secret_.seal_of_freed(block->address(), record(block)) ^ first_word(block));
  }
  /// Of a used block: it is not called free, and the block before it only if that is.
  [[gnu::noinline]] bool flags_agree(const Block* block) const {
    if (block->is_free()) return false;
    if (!block->previous_is_free()) return true;
    const Word before = secret_.hide(address_of(block->before));
    return is_inside(before) && before < block->address() && Block::at(before)->is_free() &&
           Block::at(before)->next() == block;
  }
  /// What was noted of a block could be true.
  bool is_plausible(const Block* block) const {
    const Word slack = noted_slack(block);
    return number_of(block) - 1 < number_ && Word(kind_of(block)) < 3 && slack <= far &&
           slack_of(block) <= end_of(block) - payload_of(block);
  }
  Word slack_of(const Block* block) const {
    const Word slack = noted_slack(block);
    return slack < far ? slack : load(end_of(block) - sizeof(Word));
  }
  /// The first byte from one address to another that is not `byte`, or the end.
  static Word first_other(Word from, Word to, unsigned char byte) {
    while (from < to && *reinterpret_cast<const unsigned char*>(from) == byte) ++from;
    return from;
  }

  /// Of a freed block so much is looked at when it is used again as it is.
  static constexpr Word reuse_checked = config.poison_checked < 64 ? config.poison_checked : 64;
  /// Of a slack this much is filled and looked at.
  static constexpr Word most_filled = 64;

 private:
  static constexpr unsigned slack_bits = highest_bit(granule) + 1;
  static constexpr Word far = granule;  ///< so much, or more
  static Kind kind_in(Word record) { return Kind(record >> slack_bits & 3); }
  static Word noted_slack(const Block* block) { return record(block) & (2 * granule - 1); }

  static Word record_of(Word number, Kind kind, Word slack) {
    return number << (slack_bits + 2) | Word(kind) << slack_bits | (slack < far ? slack : far);
  }

  [[gnu::always_inline]] void set(Block* block, Word record) {
    set_record(block, record);
    set_seal(block, expected(block));
  }

  /// The seal that a used block has; of whatever flag, for the neighbour before changes it.
  [[gnu::always_inline]] Word expected(const Block* block) const {
    const Word noted = record(block);
    const Word sealed = secret_.seal(block->address(), block->header << 1, noted);
    if (noted & far) [[unlikely]]
      return sealed ^ far_seal(load(end_of(block) - sizeof(Word)));
    return sealed;
  }
  Word far_seal(Word slack) const { return Word(slack * secret_.factor) << 1; }

  void fill(Word at, Word bytes) const {
    __builtin_memset(reinterpret_cast<void*>(at), secret_.fill(), bytes);
  }

  /// Of a slack of less than a granule. Of the eight bytes at each place those count that it reaches: the last ones.
  [[gnu::always_inline]] bool is_filled(const Block* block) const {
    const Word slack = noted_slack(block), end = end_of(block);
    uint64_t differs = differing(end - 8, slack < 8 ? slack : 8);
    for (Word behind = 8; behind != granule; behind += 8)
      if (slack > behind) differs |= differing(end - behind - 8, slack - behind < 8 ? slack - behind : 8);
    return differs == 0;
  }
  /// What the last ones of eight bytes have that the filler has not.
  [[gnu::always_inline]] uint64_t differing(Word at, Word last) const {
    const Word half = 32 - 4 * last;  // twice, for to shift by all 64 is to shift by none
    return (load<uint64_t>(at) ^ secret_.filler) >> half >> half;
  }
  [[gnu::noinline]] bool is_far_intact(const Block* block) const {
    return seal(block) == expected(block) && is_far_filled(block);
  }
  [[gnu::noinline]] bool is_far_filled(const Block* block) const {
    const Word slack = slack_of(block);
    if (slack < far || slack > end_of(block) - payload_of(block)) return false;
    const Word at = end_of(block) - slack;
    const Word bytes = slack - sizeof(Word) < most_filled ? slack - sizeof(Word) : most_filled;
    // The last eight may be looked at twice: there are as many, for a long slack is a granule at least and a word is its own.
    const Word last = at + bytes - sizeof(uint64_t);
    uint64_t differs = load<uint64_t>(last) ^ secret_.filler;
    for (Word next = at; next < last; next += sizeof(uint64_t))
      differs |= load<uint64_t>(next) ^ secret_.filler;
    return differs == 0;
  }

  /// @param most bytes of it that are looked at
  [[gnu::always_inline]] bool is_poisoned(const Block* block, Word size, Word most) const {
    if constexpr (config.poison_bytes == 0) return true;
    const Word bytes = size - (load(end_of(block->address(), size) + sizeof(Word)) & far
                                   ? 2 * granule
                                   : granule);  // behind a long slack is its word
    return is_poison(payload_of(block) + sizeof(Word), bytes < most ? bytes : most);
  }

  Word hidden(const Block* block) const { return secret_.hide(block->address()); }

  static Word address_of(const void* pointer) { return reinterpret_cast<Word>(pointer); }
  static Word seal(const Block* block) { return load(end_of(block)); }
  static Word record(const Block* block) { return load(end_of(block) + sizeof(Word)); }
  static void set_seal(Block* block, Word value) { store(end_of(block), value); }
  static void set_record(Block* block, Word value) { store(end_of(block) + sizeof(Word), value); }

  Secret secret_;
  Word low_ = 0;
  Word high_ = 0;
  Word granules_ = 0;  ///< between them
  Word number_ = 0;    ///< of the allocation before: so many have been
};

/// A heap without guards: nothing of them is there.
template <Config config>
  requires(!config.hardened)
class Guard<config> {
 public:
  static constexpr Word bytes = 0;
  static Block* hide(Block* link) { return link; }
};

}  // namespace heaplet

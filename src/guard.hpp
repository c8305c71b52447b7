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
//  seal     of the place, the size and the record, odd, and nobody can make one who has not the secret. Freed: the same but for
//           one bit, and changed by what the first word of the payload has that poison has not: that may be a link
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
  void set_secret(const Secret& secret) {
    secret_ = secret;
    for (unsigned i = 0; i < granule; ++i) masks_[granule + i] = 0xff;
  }
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
    const Word slack = end_of(block->address(), size) - payload_of(block) - request;
    if (slack >= far) return rearm(block, request, number);
    arm(payload_of(block) + request, tail_of(block, size), slack, number,
        secret_.mix(block->address(), Block::header_of(size)));
  }

  /// The same for a block that has waited in the quick list of its size. If it is not as it was left, it calls `fault`, which
  /// does not return. Not all of its poison is looked at: what is merged is seen no more.
  template <class Fault>
  [[gnu::always_inline]] void rearm_waiting(Block* block, Word size, Word request, Fault fault) {
    const Word tail = tail_of(block, size);
    const uint64_t mixed = mix(block);
    if (load(tail, seal_at) != seal_of_freed(mixed, load(tail, record_at), first_word(block))) fault();
    if (!is_reusable(block->address(), size, tail)) fault();
    const Word slack = size - 3 * sizeof(Word) - request;
    arm(payload_of(block) + request, tail, slack, ++number_, mixed);
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

  /// A block that is handed out: its size, what is behind its bytes, and what its seal is made of.
  struct Intact {
    Word size;
    Word tail;
    Word record;
    uint64_t mixed;
  };

  /// Whether this is the start of a block that is handed out, and nothing around its bytes was written. Reads only what is
  /// inside. False also if the block is not as most are: made by no `malloc`, or with a long slack.
  [[gnu::always_inline]] bool look_at(Word address, Intact& found) const {
    if (!is_inside(address)) return false;
    const Block* const block = Block::at(address);
    const Word header = block->header;
    if (block->size() > high_ - address) return false;
    found = about(block);
    if (load(found.tail, seal_at) != Secret::seal(found.mixed, found.record))
      return false;  // a rare one has another
    if (!is_filled(found.tail, found.record)) return false;
    return !(header & Block::previous_free_flag) || flags_agree(block);
  }
  /// The same of any block.
  bool is_intact(Word address) const {
    if (!is_inside(address)) return false;
    const Block* const block = Block::at(address);
    if (block->size() > high_ - address || changes_of_seal(block) != 0) return false;
    if (block->header & Block::previous_free_flag && !flags_agree(block)) return false;
    return record(block) & far ? is_far_filled(block)
                               : is_filled(tail_of(block, block->size()), record(block));
  }
  [[gnu::always_inline]] Intact about(const Block* block) const {
    const Word size = block->size(), tail = tail_of(block, size);
    return {size, tail, load(tail, record_at), mix(block)};
  }

  /// Of an intact block: the bytes that were asked for.
  Word request_of(const Block* block) const { return end_of(block) - payload_of(block) - slack_of(block); }
  static Kind kind_of(const Block* block) { return kind_in(record(block)); }
  static Word number_of(const Block* block) { return record(block) >> (slack_bits + 2); }

  /// Marks an intact block as given back, and poisons it: a small one without a long slack.
  [[gnu::always_inline]] void disarm(Block* block, const Intact& intact) {
    seal_freed(block, intact);
    if constexpr (config.poison_bytes != 0) poison(payload_of(block), intact.size, intact.tail);
  }
  /// The same of any block. A long slack stays as long as the word behind it says.
  void disarm(Block* block) {
    const Intact intact = about(block);
    seal_freed(block, intact);
    const Word bytes = end_of(block) - payload_of(block) - (intact.record & far ? sizeof(Word) : 0);
    if constexpr (config.poison_bytes != 0)
      poison_any(payload_of(block), bytes < config.poison_bytes ? bytes : config.poison_bytes);
  }

  /// Of a block that waits: nobody has written to it since it was given back. Its first word may be a link.
  bool is_untouched(const Block* block) const {
    if (!is_size(block) || !waits(block)) return false;
    if constexpr (config.poison_bytes == 0) return true;
    const Word bytes = block->size() - (record(block) & far ? 2 * granule : granule);
    return is_poison(payload_of(block) + sizeof(Word),
                     bytes < config.poison_checked ? bytes : config.poison_checked);
  }

  /// Of a block that waits the first word becomes a link. The seal is of both words then: that the one before was poison is seen
  /// when the block leaves the list.
  [[gnu::always_inline]] static void seal_link(Block* block, Word size, Word before) {
    const Word tail = tail_of(block, size);
    store(tail, load(tail, seal_at) ^ before ^ first_word(block), seal_at);
  }
  static Word first_word(const Block* block) { return load(payload_of(block)); }

  /// Forgets what is written behind the bytes of a block that is about to be merged: the next one there must not see it.
  void forget(Block* block) {
    forget_end(block);
    store(payload_of(block), poison_word);
  }
  static void forget_end(Block* block) {
    set_seal(block, poison_word);
    set_record(block, poison_word);
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
  bool is_used(const Block* block) const { return is_size(block) && changes_of_seal(block) == 0; }
  /// Of a used block, of whose record all is true: what its seal has that it should not.
  [[gnu::noinline]] Word changes_of_seal(const Block* block) const { return seal(block) ^ expected(block); }
  bool waits(const Block* block) const { return changes_of_first(block) == 0; }
  /// Of a block that waits and has its seal: what its first word has that it should not.
  Word changes_of_first(const Block* block) const {
    return seal(block) ^ seal_of_freed(mix(block), record(block), first_word(block));
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

  [[gnu::always_inline]] uint64_t mix(const Block* block) const {
    return secret_.mix(block->address(), block->header);
  }
  [[gnu::always_inline]] static Word seal_of_freed(uint64_t mixed, Word record, Word first) {
    return Secret::seal(mixed, record) ^ 1 ^ (poison_word ^ first);
  }

  /// The seal of a block that is about to be poisoned. It comes first: where a call ends in between, a repair sees that the block is
  /// no used one any more, and makes a whole one of it.
  [[gnu::always_inline]] static void seal_freed(const Block* block, const Intact& intact) {
    const Word first = config.poison_bytes != 0 ? poison_word : first_word(block);
    store(intact.tail, seal_of_freed(intact.mixed, intact.record, first), seal_at);
  }

  /// What stands behind a block's bytes, by constant distances from one place: the last ones of them, the seal, the record.
  [[gnu::always_inline]] static Word tail_of(const Block* block, Word size) {
    Word tail = end_of(block->address(), size) - seal_at;
    asm("" : "+r"(tail));  // else clang counts each distance from somewhere else, by two instructions more
    return tail;
  }
  static constexpr Word seal_at = granule;
  static constexpr Word record_at = seal_at + sizeof(Word);

  /// Fills a slack of less than a granule, and seals the block.
  [[gnu::always_inline]] void arm(Word start, Word tail, Word slack, Word number, uint64_t mixed) {
    // No byte before the slack: who looks for the guilty takes those for its own. What goes beyond it is written over. And no
    // branch, for nobody can foresee how long it is: what is too short is filled again where it begins.
    store(start, secret_.filler);
    const Word most = slack & (granule - 8);
    for (Word at = 8; at < granule; at += 8) store(start + (at < most ? at : most), secret_.filler);
    const Word record = number << (slack_bits + 2) | slack;
    store(tail, Secret::seal(mixed, record), seal_at);
    store(tail, record, record_at);
  }

  [[gnu::always_inline]] void set(Block* block, Word record) {
    set_record(block, record);
    set_seal(block, expected(block));
  }

  /// The seal that a used block has; of whatever flag, for the neighbour before changes it.
  [[gnu::always_inline]] Word expected(const Block* block) const {
    const Word noted = record(block);
    const Word sealed = Secret::seal(mix(block), noted) ^ (kind_in(noted) == Kind::plain ? 0 : 2);
    return noted & far ? sealed ^ far_seal(load(end_of(block) - sizeof(Word))) : sealed;
  }
  Word far_seal(Word slack) const { return Word(slack * secret_.factor) << 1; }

  void fill(Word at, Word bytes) const {
    __builtin_memset(reinterpret_cast<void*>(at), secret_.fill(), bytes);
  }

  /// Of a slack of less than a granule, as the record has it. Of the bytes that it may have at most those count that it has: no
  /// branch, for nobody can foresee how many they are.
  [[gnu::always_inline]] bool is_filled(Word tail, Word record) const {
    const unsigned char* const masks = masks_ + record % granule;
    uint64_t differs = 0;
    for (Word at = 0; at < granule; at += 8) {
      uint64_t mask;
      __builtin_memcpy(&mask, masks + at, sizeof mask);
      differs |= (load<uint64_t>(tail, at) ^ secret_.filler) & mask;
    }
    return differs == 0;
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

  /// Whether a block that is used again as it is has poison behind its first word, where that is looked at: 16 bytes at either end,
  /// and of a larger one 32 more. Its slack is no long one, for its size is a quick list's.
  [[gnu::always_inline]] static bool is_reusable(Word address, Word size, Word tail) {
    if (config.poison_checked == 0 || size == granule) return true;
    constexpr Word first = granule + sizeof(Word);
    constexpr bool to_end = (config.quick_lists - 1) * granule <= config.poison_bytes;
    const Word last = to_end || size <= config.poison_bytes ? tail : address + sizeof(Word) + 16;
    uint64_t unlike = unlike_poison(address, first) | unlike_poison(last, granule - 16);
    if (size > granule + 32)
      unlike |= unlike_poison(address, first + 16) | unlike_poison(address, first + 32);
    return unlike == 0;
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
  /// As many bytes of 0 as of all ones: from the place on that a slack says, those of a granule that it has.
  unsigned char masks_[2 * granule] = {};
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

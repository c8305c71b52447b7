// Whose mistake it was: what the memory around a broken block says.
#pragma once

#include "guard.hpp"

namespace heaplet {

//   | sealed | ... | prev |  at  |       `prev` wrote past its end, or `at` before its start?
//            '- from the last block that is certainly one, header by header, to where it breaks
//
// A block with its seal is certain. So the last one before a place is looked for by going back from there, and from it headers
// lead on again. Linear, and right in the end: a program that comes here does not go on.
template <Config config>
class Verdict {
 public:
  /// @param floor the first block of the pool, before which nothing is looked at
  /// @param end the sentinel before the wilderness, or null
  Verdict(const Guard<config>& guard, By by, Word floor, const Block* end)
      : guard_(guard), by_(by), floor_(floor), end_(end) {}

  /// A pointer is no pool's: so it is no block's.
  [[noreturn]] void foreign(Word payload) const {
    fail({heaplet_foreign_pointer, 0, 0, details(payload, 0)});
  }

  /// What a caller believes to be a block, and is none that is intact.
  [[noreturn, gnu::noinline, gnu::cold]] void of_pointer(Word payload) const {
    const Word address = payload - granule;
    const Found found = find(round_down(address, granule));
    const Block* const at = found.at;
    if (at == end_ && at) freed(payload);
    if (!found.is_sound) border(found.before, at, payload);
    if (at->address() != address) {
      if (guard_.is_used(at)) inside(at, payload);
      if (is_listed(at)) freed(payload);
      if (guard_.waits(at)) inside(at, payload);
      border(found.before, at, payload);
    }
    if (is_listed(at)) freed(payload);
    if (guard_.is_used(at) && (!at->is_free() && guard_.flags_agree(at))) past_end(at, payload);
    if (guard_.waits(at)) fail({heaplet_double_free, payload, guard_.request_of(at), of(at, payload, 0)});
    border(found.before, at, payload);
  }

  /// A block that was given back, or the memory of several, is not as it was left.
  /// @param block whose header may be broken
  [[noreturn, gnu::noinline, gnu::cold]] void of_waiting(const Block* block) const {
    const Found found = find(block->address());
    if (found.at != block || (found.before && is_broken(found.before))) border(found.before, block, 0);
    // It has its seal, and a flag is wrong; or the seal of another size.
    if (is_sealed(block) ? !guard_.flags_agree(block) : size_of(block) != 0) before_start(block);
    const Word payload = Guards::payload_of(block);
    const bool known = guard_.is_size(block) && guard_.is_plausible(block) && !is_listed(block);
    const Word bytes = guard_.is_size(block) ? Guards::end_of(block) - payload : 0;
    Word changed = payload;
    if (known && config.poison_bytes != 0) {
      // Of the first word, which may be a link, the seal knows what has changed.
      const Word unlike = guard_.changes_of_first(block);
      changed =
          unlike && Guards::first_word(block) != poison_word
              ? payload + lowest_bit(unlike) / 8
              : Guards::first_other(payload + (unlike ? 0 : sizeof(Word)), payload + bytes, poison_byte);
    }
    // The one behind it has written before its start.
    if (guard_.is_size(block) && block->is_free() && is_sealed(block->next()) &&
        !block->next()->previous_is_free())
      before_start(block->next());
    heaplet_fault_details more = details(changed, 0);
    if (known) more = of(block, changed, 0);
    fail({heaplet_write_after_free, payload, known ? guard_.request_of(block) : bytes, more});
  }

  /// An intact block is given back as what it is not.
  [[noreturn, gnu::noinline, gnu::cold]] void of_wrong(int kind, const Block* block, Word bytes) const {
    const Word payload = Guards::payload_of(block);
    fail({kind, payload, guard_.request_of(block), of(block, payload, bytes)});
  }

 private:
  using Guards = Guard<config>;

  struct Found {
    const Block* at;      ///< the block that the address lies in, or where headers lead no further
    const Block* before;  ///< the block before that one; or null
    bool is_sound;
  };

  /// The block in which an address lies.
  Found find(Word address) const {
    Word certain = address;
    while (certain > floor_ && !is_certain(Block::at(certain), address)) certain -= granule;
    if (certain < floor_) return {Block::at(address), nullptr, false};
    Found found{Block::at(certain), nullptr, true};
    for (;;) {
      if (found.at == end_) return found;
      if (!guard_.is_size(found.at)) return {found.at, found.before, false};
      if (address - found.at->address() < found.at->size()) break;
      found = {found.at->next(), found.at, true};
    }
    if (!found.before && found.at->address() > floor_) found.before = before(found.at);
    return found;
  }

  /// Sealed: for the block at the address itself that is no help, if it is broken.
  bool is_certain(const Block* block, Word address) const {
    return block->address() != address && is_sealed(block);
  }

  /// The block that ends where this one begins, if one does.
  const Block* before(const Block* block) const {
    for (Word at = block->address() - granule; at >= floor_; at -= granule)
      if (Block::at(at)->size() == block->address() - at) return Block::at(at);
    return nullptr;
  }

  /// A used block that somebody has written behind. A free one is whole as long as the link at its end is: the flag that says so
  /// too is in the header behind it, which may be what was written.
  bool is_broken(const Block* block) const {
    if (block->is_free() && guard_.is_size(block) && guard_.hide(block->next()->before) == block)
      return false;
    return !guard_.is_size(block) || !(guard_.waits(block) || guard_.is_intact(block->address()));
  }

  /// A block of a plausible size is free, and the one behind it says so too.
  bool is_listed(const Block* block) const {
    return block->is_free() && guard_.is_size(block) && block->next()->previous_is_free() &&
           guard_.hide(block->next()->before) == block;
  }

  /// What stands between two blocks is broken: one of them was written past its end, or the other before its start.
  [[noreturn]] void border(const Block* prev, const Block* at, Word payload) const {
    if (prev && is_broken(prev) && !is_swept_from_behind(prev)) past_end(prev, payload);
    // A seal that fits to another size: so the header is what was changed, else what is behind the bytes.
    if (guard_.is_size(at) && !at->is_free() && size_of(at) == 0) past_end(at, payload);
    before_start(at, payload);
  }

  /// A block is used, or waits.
  bool is_sealed(const Block* block) const {
    return guard_.is_size(block) && (guard_.is_used(block) || guard_.waits(block));
  }

  /// The size that a block's seal is of, whatever its header says; 0 if there is none.
  Word size_of(const Block* block) const {
    Block* const tried = Block::at(block->address());
    const Word header = tried->header;
    Word found = 0;
    for (Word bytes = granule; bytes <= guard_.high() - block->address() && found == 0; bytes += granule) {
      tried->header = Block::header_of(bytes);
      if (is_sealed(tried)) found = bytes;
    }
    tried->header = header;
    return found;
  }

  /// A write that came from the block behind has left the first bytes of the slack.
  bool is_swept_from_behind(const Block* block) const {
    if (guard_.is_used(block)) return false;
    const Word end = Guards::end_of(block);
    const unsigned char filled = guard_.secret().fill();
    for (Word at = end - granule; at + 4 <= end; ++at)
      if (at >= Guards::payload_of(block) && Guards::first_other(at, at + 4, filled) == at + 4) return true;
    return false;
  }

  [[noreturn]] void past_end(const Block* block, Word payload) const {
    const Word neighbour = payload == Guards::payload_of(block) ? 0 : payload;
    const bool known = guard_.is_plausible(block);
    const Word end = Guards::end_of(block);
    heaplet_fault_details more = details(end, 0);
    Word size = end - Guards::payload_of(block);
    if (known) {
      size = guard_.request_of(block);
      const Word slack = guard_.slack_of(block);
      const Word from = Guards::payload_of(block) + size;
      const Word to = from + (slack < Guards::most_filled ? slack : Guards::most_filled - sizeof(Word));
      const Word first = Guards::first_other(from, to, guard_.secret().fill());
      Word last = to;
      while (last > first && Guards::first_other(last - 1, last, guard_.secret().fill()) == last) --last;
      // A record that was written, too, fits to no seal: then hardly a byte of that is right.
      if (const Word changes = guard_.changes_of_seal(block)) last = end + highest_bit(changes) / 8 + 1;
      more = of(block, first, last - from);
    }
    more.neighbour = reinterpret_cast<const void*>(neighbour);
    fail({heaplet_write_past_end, Guards::payload_of(block), size, more});
  }

  [[noreturn]] void before_start(const Block* block, Word payload = 0) const {
    const Word start = Guards::payload_of(block);
    heaplet_fault_details more = details(start, 0);
    Word size = 0;
    if (const Word bytes = size_of(block)) {
      Block* const mended = Block::at(block->address());
      const Word header = mended->header;
      mended->header = Block::header_of(bytes);
      more = of(mended, start, 0);
      size = guard_.request_of(mended);
      mended->header = header;
    }
    if (payload && payload != start) more.neighbour = reinterpret_cast<const void*>(payload);
    fail({heaplet_write_before_start, start, size, more});
  }

  [[noreturn]] void inside(const Block* block, Word payload) const {
    fail({heaplet_foreign_pointer, Guards::payload_of(block), guard_.request_of(block),
          of(block, payload, 0)});
  }

  [[noreturn]] void freed(Word payload) const {
    fail({heaplet_double_free, payload, 0, details(payload, 0)});
  }

  heaplet_fault_details details(Word at, Word bytes) const {
    return {0, reinterpret_cast<const void*>(at), bytes, nullptr, 0, static_cast<unsigned char>(by_)};
  }
  /// The same with what is noted of a block.
  heaplet_fault_details of(const Block* block, Word at, Word bytes) const {
    heaplet_fault_details more = details(at, bytes);
    more.number = Guards::number_of(block);
    more.made_by = static_cast<unsigned char>(Guards::kind_of(block));
    return more;
  }

  const Guard<config>& guard_;
  const By by_;
  const Word floor_;
  const Block* const end_;
};

}  // namespace heaplet

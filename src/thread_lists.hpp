// The lists of one thread: blocks that it takes and frees without a lock.
#pragma once

#include "depot.hpp"

namespace heaplet {

//   lists_[size / granule]   | head -> payload -> payload | room |      exact sizes, last in, first out
//
// Whoever frees a block keeps it, whoever has allocated it. Its header is all that is read of what threads share. Another
// thread, which has the lock, may set or clear the flag for the block before in it meanwhile, and nothing else of a block that
// is used changes: so the header is read in one piece, and a shift to the left drops the flags and leaves the distance of the
// list. (A block before which lies a free one is kept too.)
//
// `room` is what may still be added, counted as such distances, so that nothing is converted. In the lists of a thread that
// has not freed anything, or has ended, it is 0: what is rare is found by the same comparison as a full list.
template <Config config>
class ThreadLists {
 public:
  /// The distance of the list of blocks of `size` bytes.
  static constexpr Word distance_of(Word size) { return Block::header_of(size) << 1; }
  static constexpr Word size_of(Word distance) { return distance >> 1 << Block::size_shift; }

  /// The distance for any block; no list has it if the block is too large.
  static Word distance_of(const void* payload) { return Block::of_payload(payload)->shared_header() << 1; }
  static constexpr bool is_list(Word distance) { return distance < sizeof(Lists); }

  /// A block for a request of at most `largest` bytes; or null. O(1).
  [[gnu::always_inline]] void* pop(Word bytes) {
    const Word distance = distance_of(block_bytes(bytes).value);
    List& list = at(distance);
    Waiting* const waiting = list.head;
    if (!waiting) return nullptr;
    list.head = waiting->next;
    list.room += distance;
    return waiting;
  }

  /// Keeps a freed block, if it is small and there is room. O(1).
  [[gnu::always_inline]] bool push(void* payload) {
    const Word distance = distance_of(payload);
    if (!is_list(distance)) return false;
    List& list = at(distance);
    if (list.room < distance) return false;
    list.room -= distance;
    Waiting* const waiting = static_cast<Waiting*>(payload);
    waiting->next = list.head;
    list.head = waiting;
    return true;
  }

  /// Takes the older half out of a list that is full. Linear in config.thread_blocks.
  Chain split(Word distance) {
    List& list = at(distance);
    const Word blocks = blocks_of(list, distance), kept = blocks / 2;
    if (blocks < 2) return {};
    Waiting* last = list.head;
    for (Word i = 1; i < kept; ++i) last = last->next;
    const Chain rest{last->next, blocks - kept};
    last->next = nullptr;
    list.room += rest.blocks * distance;
    return rest;
  }

  /// An empty list gets a chain.
  void fill(Word distance, Chain chain) {
    List& list = at(distance);
    list.head = chain.first;
    list.room -= chain.blocks * distance;
  }

  /// How many blocks of `size` bytes are worth to be cut at once: the more the thread has asked for so far.
  Word batch(Word size) {
    const Word some = config.batch_granules * granule / size;
    const Word most = some < config.thread_blocks ? some : config.thread_blocks;
    const Word blocks = Word{1} << batch_;
    if (blocks >= most) return most;
    ++batch_;
    return blocks;
  }

  bool is_open() const { return state_ == State::open; }
  bool is_closed() const { return state_ == State::closed; }

  /// From now on it keeps blocks.
  void open() {
    state_ = State::open;
    for (Word distance = first; is_list(distance); distance = after(distance))
      at(distance).room = most(distance);
  }

  /// Gives all away. @param give called with a distance and a chain
  template <class Give>
  void drain(Give give) {
    for (Word distance = first; is_list(distance); distance = after(distance)) {
      List& list = at(distance);
      const Chain chain{list.head, blocks_of(list, distance)};
      list.head = nullptr;
      list.room += chain.blocks * distance;
      if (chain.first) give(distance, chain);
    }
  }

  /// From now on it keeps none; it is empty.
  void close() {
    state_ = State::closed;
    for (Word distance = first; is_list(distance); distance = after(distance)) at(distance).room = 0;
  }

  /// For the walker: the blocks in a list.
  Chain held(Word distance) const {
    const List& list = lists_.list[distance / first];
    return {list.head, blocks_of(list, distance)};
  }

  /// For the statistics: how many there are in a list of an open thread, which may go on meanwhile. One word is read, in one
  /// piece; but what is read of one list and the next was not so at the same time. (The owner writes it as any word: on wasm an
  /// atomic store would take longer than all else that a pop does.)
  [[gnu::noinline, gnu::no_sanitize("thread")]] Word kept(Word distance) const {
    const volatile Word& room = lists_.list[distance / first].room;
    return (most(distance) - room) / distance;
  }

  /// For the heap: what makes a list of all lists.
  ThreadLists* next = nullptr;
  ThreadLists* previous = nullptr;
  /// Which of the depots is this thread's.
  unsigned char depot = 0;

  static constexpr Word first = distance_of(granule);

 private:
  struct List {
    Waiting* head;
    Word room;
  };
  struct Lists {
    List list[config.quick_lists];
  };
  static_assert(distance_of(granule) == sizeof(List), "a header leads to the list");
  enum class State : unsigned char { fresh, open, closed };

  /// The next list's distance. Hidden from compilers: of a loop over all lists they would write the first rounds out, until it is
  /// known which of the two bounds counts, and each loop would be three times as long.
  static Word after(Word distance) {
    distance += first;
    asm("" : "+r"(distance));
    return distance;
  }

  static constexpr Word most(Word distance) {
    constexpr Word all = config.thread_granules * first;
    const Word some = config.thread_blocks * distance;
    return some < all ? some : all;
  }
  Word blocks_of(const List& list, Word distance) const {
    return is_open() ? (most(distance) - list.room) / distance : 0;
  }
  List& at(Word distance) { return *reinterpret_cast<List*>(reinterpret_cast<char*>(&lists_) + distance); }

  Lists lists_ = {};
  State state_ = State::fresh;
  unsigned char batch_ = 0;
};

}  // namespace heaplet

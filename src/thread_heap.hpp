// A heap that several threads use: lists for each of them, and one heap under a lock.
#pragma once

#include "heap.hpp"
#include "lock.hpp"
#include "thread_lists.hpp"

namespace heaplet {

/// What a ThreadHeap asks of its platform, besides what a lock does, of Platform::Wait.
template <class Platform, class Lists>
concept HasThreads = Waits<typename Platform::Wait> && requires {
  /// The lists of the calling thread. They begin as zeros.
  { Platform::lists() } -> Same<Lists&>;
  /// Sees to it that the heap's `close_thread` is called when this thread ends. It may allocate.
  /// @returns false where nobody hears of a thread's end; what the thread keeps then stays with it
  { Platform::tell_of_end() } -> Same<bool>;
};

/// Blocks that threads keep.
struct Kept {
  Word blocks = 0;
  Word bytes = 0;
};

//     thread 1   lists  <--\                          /--> free lists -> the wilderness -> the Source
//                           +--- chains --- depot ---+
//     thread 2   lists  <--/                          \--> one free block, cut into a chain
//
//     no lock               under the lock: O(1), but for a growth, a refusal and a depot that is full: all is merged
//
/// Every function may be called by any thread at any time. What differs from Heap: what is free in the lists of other threads,
/// at most Config::thread_granules a size for each of them, serves nobody else.
template <Config config, MemorySource Source, class Platform>
  requires HasThreads<Platform, ThreadLists<config>>
class ThreadHeap {
  using Heap = heaplet::Heap<config, Source>;

 public:
  using Lists = ThreadLists<config>;

  constexpr ThreadHeap() = default;
  explicit constexpr ThreadHeap(Source source) : heap_(source) {}

  void begin() {
    const Holding held(lock_);
    heap_.begin();
  }

  static constexpr Word largest_cached = Heap::largest_cached;

  [[gnu::always_inline]] void* allocate(Word bytes) {
    if (bytes <= largest_cached)
      if (void* const kept = Platform::lists().pop(bytes)) return kept;
    return allocate_slowly(bytes);
  }

  void* allocate(Word bytes, Word alignment) {
    if (!is_power_of_two(alignment)) return nullptr;
    if (alignment <= granule) return allocate(bytes);
    return allocate_locked(bytes, alignment);
  }

  /// As Heap's. Only what lies at the end of memory is known to be 0, and others may cut and free there meanwhile: the heap
  /// is asked once, under the lock, and knows what was ever written.
  void clear(void* payload, Word bytes) {
    if (bytes > largest_cached) {
      const Holding held(lock_);
      bytes = heap_.dirty_bytes(payload, bytes);
    }
    __builtin_memset(payload, 0, bytes);
  }

  /// What waits for all threads is merged; the caller has the lock.
  void trim() { heap_.trim(); }

  [[gnu::always_inline]] void deallocate(void* payload) {
    if (payload && !Platform::lists().push(payload)) deallocate_slowly(payload);
  }

  void* reallocate(void* payload, Word bytes, Word alignment = granule) {
    if (!payload) return allocate(bytes, alignment);
    if (keeps_size(payload, bytes)) return payload;
    void* moved = nullptr;
    // Small ones seldom have room behind them, and move without a lock.
    if (bytes > largest_cached || !Lists::is_list(Lists::distance_of(payload))) {
      const Holding held(lock_);
      if (heap_.resize_in_place(payload, bytes)) return payload;
      if (alignment <= granule && bytes > largest_cached) {
        moved = heap_.allocate_or_extend(payload, bytes);
        if (!moved && heap_.resize_in_place(payload, bytes)) return payload;
      }
    }
    if (!moved) moved = allocate(bytes, alignment);
    return move_block(*this, payload, bytes, moved, [this](void* old) { deallocate(old); });
  }

  bool resize_in_place(void* payload, Word bytes) {
    if (keeps_size(payload, bytes)) return true;
    const Holding held(lock_);
    return heap_.resize_in_place(payload, bytes);
  }

  Word usable_size(const void* payload) const {
    return payload ? usable_bytes(Lists::size_of(Lists::distance_of(payload))) : 0;
  }

  // The same for who makes threads and clears them away, by the lock alone: when a thread begins, and after it has ended, its
  // lists are not there yet, or not any more.
  void* allocate_apart(Word bytes, Word alignment = granule) {
    const Holding held(lock_);
    return heap_.allocate(bytes, alignment);
  }
  void deallocate_apart(void* payload) {
    const Holding held(lock_);
    heap_.deallocate(payload);
  }

  /// What the calling thread keeps goes to the others, and it keeps nothing from now on: it is about to end.
  [[gnu::cold]] void close_thread() {
    Lists& lists = Platform::lists();
    const Holding held(lock_);
    drain(lists);
    forget(lists);
    lists.close();
  }

  /// What the calling thread keeps goes to the others.
  void flush_thread() {
    const Holding held(lock_);
    drain(Platform::lists());
  }

  // A process that forks holds the lock meanwhile. In the child there is but one thread: what others kept is lost.
  void lock() { lock_.lock(); }
  void unlock() { lock_.unlock(); }
  void forget_others() {
    Lists& mine = Platform::lists();
    const bool known = mine.next || mine.previous || all_ == &mine;
    mine.next = mine.previous = nullptr;
    all_ = known ? &mine : nullptr;
  }

  /// For the walker and the statistics, with the lock held: the heap behind the lists, and the lists of all threads whose end
  /// is heard of, one after the other by Lists::next.
  const Heap& heap() const { return heap_; }
  const Lists* all_lists() const { return all_; }
  static const Lists& own_lists() { return Platform::lists(); }
  /// What all but the calling thread keep: as true as can be while they run.
  Kept kept_by_others() const {
    Kept kept;
    for (const Lists* lists = all_; lists; lists = lists->next) {
      if (lists == &own_lists()) continue;
      for (Word distance = Lists::first; Lists::is_list(distance); distance += Lists::first) {
        const Word blocks = lists->kept(distance);
        kept.blocks += blocks;
        kept.bytes += blocks * Lists::size_of(distance);
      }
    }
    return kept;
  }
  Word free_at_end() const { return heap_.free_at_end(); }

 private:
  /// The size of a block would stay as it is: nobody else is asked.
  bool keeps_size(const void* payload, Word bytes) const {
    const Word distance = Lists::distance_of(payload);
    const Word usable = usable_bytes(Lists::size_of(distance));
    return bytes <= usable && usable - bytes < granule;
  }

  [[gnu::noinline]] void* allocate_slowly(Word bytes) {
    if (bytes > largest_cached || !is_open()) return allocate_locked(bytes, granule);
    Lists& lists = Platform::lists();
    if (void* const kept = lists.pop(bytes)) return kept;  // of what telling of its end has freed
    const Word size = block_bytes(bytes).value;
    const Holding held(lock_);
    // More than one, if they are to be had without a growth.
    const Chain chain = heap_.take_chain(size, lists.batch(size), lists.depot);
    if (!chain.first) return allocate_from_heap(bytes, granule);
    lists.fill(Lists::distance_of(size), chain);
    return lists.pop(bytes);
  }

  [[gnu::noinline]] void* allocate_locked(Word bytes, Word alignment) {
    const Holding held(lock_);
    return allocate_from_heap(bytes, alignment);
  }

  /// From the heap; if that has none, again after all that this thread keeps has been merged. The caller has the lock.
  [[gnu::noinline]] void* allocate_from_heap(Word bytes, Word alignment) {
    for (;;) {
      void* const block = heap_.allocate(bytes, alignment);
      if (block || !drain(Platform::lists())) return block;
    }
  }

  [[gnu::noinline]] void deallocate_slowly(void* payload) {
    Lists& lists = Platform::lists();
    const Word distance = Lists::distance_of(payload);
    if (Lists::is_list(distance) && is_open()) {
      const Chain rest = lists.split(distance);
      lists.push(payload);
      if (!rest.first) return;
      const Holding held(lock_);
      return heap_.give_chain(Lists::size_of(distance), rest, lists.depot);
    }
    const Holding held(lock_);
    heap_.deallocate(payload);
  }

  /// Whether the calling thread may keep blocks.
  [[gnu::noinline, gnu::cold]] bool is_open() {
    Lists& lists = Platform::lists();
    if (lists.is_open()) return true;
    if (lists.is_closed()) return false;
    lists.open();  // first: to tell of an end may allocate
    const bool is_heard = Platform::tell_of_end();
    const Holding held(lock_);
    lists.depot = turn_++ % config.thread_depots;
    if (is_heard) {
      lists.next = all_;
      if (all_) all_->previous = &lists;
      all_ = &lists;
    }
    return true;
  }

  void forget(Lists& lists) {
    if (all_ != &lists && !lists.previous) return;
    (lists.previous ? lists.previous->next : all_) = lists.next;
    if (lists.next) lists.next->previous = lists.previous;
    lists.next = lists.previous = nullptr;  // it may be told of its end twice
  }

  /// @returns whether there was anything
  [[gnu::noinline, gnu::cold]] bool drain(Lists& lists) {
    bool any = false;
    lists.drain([&](Word distance, Chain chain) {
      any = true;
      heap_.give_chain(Lists::size_of(distance), chain, lists.depot);
    });
    return any;
  }

  Heap heap_;
  Lists* all_ = nullptr;
  unsigned char turn_ = 0;  ///< the depot of the next thread that begins
  Lock<typename Platform::Wait> lock_;
};

/// The same without lists: a heap under a lock, and nothing else.
template <class Heap, Waits Platform>
class LockedHeap {
 public:
  constexpr LockedHeap() = default;

  void begin() {
    const Holding held(lock_);
    heap_.begin();
  }

  static constexpr Word largest_cached = Heap::largest_cached;

  void trim() { heap_.trim(); }  // the caller has the lock

  void* allocate(Word bytes) {
    const Holding held(lock_);
    return heap_.allocate(bytes);
  }
  void* allocate(Word bytes, Word alignment) {
    const Holding held(lock_);
    return heap_.allocate(bytes, alignment);
  }
  void deallocate(void* payload) {
    const Holding held(lock_);
    heap_.deallocate(payload);
  }
  bool resize_in_place(void* payload, Word bytes) {
    const Holding held(lock_);
    return heap_.resize_in_place(payload, bytes);
  }
  Word usable_size(const void* payload) {
    const Holding held(lock_);
    return heap_.usable_size(payload);
  }
  void clear(void* payload, Word bytes) { __builtin_memset(payload, 0, bytes); }

  void* reallocate(void* payload, Word bytes) {
    if (!payload) return allocate(bytes);
    const Holding held(lock_);
    if (heap_.resize_in_place(payload, bytes)) return payload;
    void* const moved =
        bytes <= largest_cached ? heap_.allocate(bytes) : heap_.allocate_or_extend(payload, bytes);
    return move_block(heap_, payload, bytes, moved, [this](void* old) { heap_.deallocate(old); });
  }

  // Of `hardened`.
  bool set_secret(const Secret& secret) {
    const Holding held(lock_);
    return heap_.set_secret(secret);
  }
  void* made(void* payload, Kind kind) {
    const Holding held(lock_);
    return heap_.made(payload, kind);
  }
  void deallocate(void* payload, Kind kind, By by, Word bytes, Word alignment) {
    const Holding held(lock_);
    heap_.deallocate(payload, kind, by, bytes, alignment);
  }

  void* allocate_apart(Word bytes, Word alignment) { return allocate(bytes, alignment); }
  void deallocate_apart(void* payload) { deallocate(payload); }

  void close_thread() {}
  void flush_thread() {}
  void lock() { lock_.lock(); }
  void unlock() { lock_.unlock(); }
  void forget_others() {}
  static Kept kept_by_others() { return {}; }

  const Heap& heap() const { return heap_; }
  Word free_at_end() const { return heap_.free_at_end(); }

 private:
  Heap heap_;
  Lock<Platform> lock_;
};

}  // namespace heaplet

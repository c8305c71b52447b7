// The stacks of a program with threads. Each thread has JavaScript of its own, and what that knows ends with it: so what is kept
// lies in the program's memory, which all of them share.
//
//   buckets, one for each KiB of memory       what was heard of last at the end
//
//   | * |   |   | * | ...                     frames: 'at malloc (...)'   'at make (...)'   'at run (...)'
//     |                                                    ^                   ^                 ^
//     +-> 0x12340 | allocated by * | freed by * |          |                   |                 |
//              thread 2        |     thread 0   +-> stack: *                   *                 *
//                              +-> ...
//
// A stack is taken before the lock is, and each thread's JavaScript knows those that it has had: the others it says frame by frame.
// The lock is held from before a call of the heap until the table knows of it. So what the table says of a block is in the order
// in which it happened, whichever threads have allocated, freed and taken it again. Whoever has it may ask for the heap's lock;
// not the other way round. A fault is found with both held, and told of with none: what prints may be the program's own, and ask
// for a block. So what is known of its block is noted before.
//
// Room comes from the program break, not from the heap: for blocks at most an eighth of what memory may grow to, and half as much for
// the rest. Then, and beyond so many blocks as the program wants, the block that was heard of least recently goes.
#pragma once

#include "program_heap.hpp"

extern "C" {
size_t emscripten_get_heap_max(void);
size_t emscripten_get_heap_size(void);

// In stacks_threads.js, for the thread that calls it.
// The number of this thread: the main one's is 0. Another one gets `if_new`, if it has none; -1 if that is 0.
int32_t heaplet_stack_thread(uint32_t if_new);
// How many frames (0) or blocks (1) the program wants to be kept.
uint32_t heaplet_stack_wanted(uint32_t which);
// The stack of now, if this thread has learned it; else null, and its frames wait.
const void* heaplet_stack_here(uint32_t frames);
void heaplet_stack_learn(const void* stack);
// How many units the next frame that waits has, -1 behind the last one; and up to 16 of them.
int32_t heaplet_stack_frame(void);
void heaplet_stack_units(uint16_t* units);
// What is printed: its begin, up to 16 units of it, and all that was said.
void heaplet_stack_title(int which, uint32_t thread);
void heaplet_stack_say(const uint16_t* units, uint32_t count, int begins_line);
void heaplet_stack_print(void);
void heaplet_stack_print_here(uint32_t frames, uint32_t thread);
// Blocks in use, and then the stacks that have allocated them, each with its title: -1 behind the last one.
void heaplet_stack_sum(const void* stack, size_t bytes);
intptr_t heaplet_stack_next_sum(void);
}

namespace heaplet {

class Stacks {
 public:
  struct Stack;

  /// A call begins: @returns its stack, and nobody else calls until it leaves.
  [[gnu::noinline]] const Stack* enter() {
    const uint32_t me = thread();
    if (!frames_) begin(me);
    const auto* stack = static_cast<const Stack*>(heaplet_stack_here(frames_));
    take_lock(me);
    if (!stack) {
      stack = learn();
      heaplet_stack_learn(stack);
    }
    return stack;
  }

  /// The same where the stack is not kept.
  [[gnu::noinline]] void enter_quietly() { take_lock(thread()); }

  [[gnu::noinline]] void leave() {
    __atomic_store_n(&owner_, 0, __ATOMIC_RELAXED);
    lock_.unlock();
  }

  /// A block that a realloc has moved was before at `before`, else that is null.
  [[gnu::noinline]] void made(const void* block, const void* before, const Stack* stack) {
    if (before && before != block) freed(before, stack);
    if (Known* const known = heard_of(block)) {
      known->made = {stack, by()};
      known->freed = {};
    }
  }

  [[gnu::noinline]] void freed(const void* block, const Stack* stack) {
    if (Known* const known = heard_of(block)) known->freed = {stack, by()};
  }

  /// In the middle of a call a fault was found: the others may go on until it is told of.
  void found_fault(const void* block) {
    const uint32_t me = thread();
    if (!is_mine(me)) return;  // a heap of the program's own
    if (is_first(me)) fault_ = told_of(block);
    leave();
  }

  /// Says a fault's line, if this thread was the first one to find a fault, in whichever heap. What others find meanwhile may be the
  /// same: they end.
  [[gnu::noinline]] void say_fault(const char* line) {
    const bool is_told = is_first(thread());
    for (unsigned tries = 0; !is_told && tries < patience && !has_ended(); ++tries) {
    }
    if (!is_told) abort();
    print_line(line);
  }

  /// Who has found a fault ends the program. Who comes to the heap later does so too: the main thread hears of this one's end only
  /// once it comes to its events.
  [[gnu::noinline]] void print(const void* block) {
    const uint32_t me = thread();
    Told told = fault_;
    if (!is_finder(me) || told.block != block) {
      // Not kept waiting for ever: a thread that has been terminated may have the lock, and the program may be about to end.
      bool is_held = false;
      for (unsigned tries = 0; !is_held && tries < patience; ++tries) is_held = lock_.try_lock();
      told = is_held ? told_of(block) : Told{};
      if (is_held) lock_.unlock();
    }
    if (told.made.stack) print(title_made, told.made);
    if (told.freed.stack) print(title_freed, told.freed);
    heaplet_stack_print_here(frames_ ? frames_ : 16, me);
    if (is_finder(me)) __atomic_store_n(&has_ended_, true, __ATOMIC_RELAXED);
  }

  /// For who has the lock, as the next one is for who need not have it.
  void add_used(const void* block, size_t bytes) {
    const Known* const known = find(block);
    heaplet_stack_sum(known ? known->made.stack : nullptr, bytes);
  }

  void print_used() {
    for (intptr_t next; (next = heaplet_stack_next_sum()) != -1;) {
      say(reinterpret_cast<const Stack*>(next));
      heaplet_stack_print();
    }
  }

  /// A line of ASCII, by the JavaScript of this thread: to write to a file waits for the main thread, which may not come to it.
  [[gnu::noinline]] static void print_line(const char* text) {
    uint16_t units[piece];
    for (bool begins = true; *text; begins = false) {
      uint32_t count = 0;
      while (count < piece && *text) units[count++] = static_cast<unsigned char>(*text++);
      heaplet_stack_say(units, count, begins ? -1 : 0);
    }
    heaplet_stack_print();
  }

  struct Frame {
    const Frame* next;
    uint32_t hash, length;
    uint16_t text[];
  };

  struct Stack {
    const Stack* next;
    uint32_t hash, count;
    const Frame* frames[];
  };

 private:
  struct Event {
    const Stack* stack = nullptr;
    uint16_t thread = 0;
  };

  struct Known {
    Known *next, *older, *newer;
    const void* block;
    Event made, freed;
  };

  /// What is printed of a block. Stacks stay where they are.
  struct Told {
    const void* block = nullptr;
    Event made, freed;
  };

  static constexpr uint32_t piece = 16, most_frames = 128, most_stacks = 32767, patience = 10'000'000;
  static constexpr uint32_t hashed = 1024, buckets_each = 4096;
  static constexpr uint32_t chunk_least = page_bytes, chunk_most = 16 * page_bytes;
  static constexpr int title_made = 0, title_freed = 1;

  /// The calling thread's number. No thread_local: a thread allocates its own before it has any.
  static uint32_t thread() {
    const int32_t known = heaplet_stack_thread(0);
    if (known >= 0) return static_cast<uint32_t>(known);
    return static_cast<uint32_t>(heaplet_stack_thread(__atomic_add_fetch(&last_thread, 1, __ATOMIC_RELAXED)));
  }

  uint16_t by() const {
    const uint32_t me = owner_ - 1;
    return static_cast<uint16_t>(me < UINT16_MAX ? me : UINT16_MAX);
  }

  bool is_mine(uint32_t me) const { return __atomic_load_n(&owner_, __ATOMIC_RELAXED) == me + 1; }
  bool is_finder(uint32_t me) const { return __atomic_load_n(&finder_, __ATOMIC_RELAXED) == me + 1; }
  /// Whether nobody has found a fault before, but for this thread.
  bool is_first(uint32_t me) {
    uint32_t nobody = 0;
    __atomic_compare_exchange_n(&finder_, &nobody, me + 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return is_finder(me);
  }
  bool has_ended() const { return __atomic_load_n(&has_ended_, __ATOMIC_RELAXED); }

  void take_lock(uint32_t me) {
    lock_.lock();
    if (has_ended() && !is_finder(me)) {
      lock_.unlock();
      abort();
    }
    __atomic_store_n(&owner_, me + 1, __ATOMIC_RELAXED);
  }

  /// Not before the first call: by then the program has said what it wants.
  void begin(uint32_t me) {
    take_lock(me);
    const uint32_t frames = heaplet_stack_wanted(0);
    const uint32_t blocks = heaplet_stack_wanted(1);
    const auto fit = static_cast<uint32_t>(emscripten_get_heap_max() / 8 / sizeof(Known));
    most_ = blocks < fit ? blocks : fit;
    frames_ = frames < most_frames ? frames : most_frames;
    leave();
  }

  /// So many bytes. @returns null if there are none
  void* room(Word bytes) {
    bytes = round_up(bytes, 8);
    if (bytes > left_ && !more_room(bytes)) return nullptr;
    left_ -= bytes;
    return reinterpret_cast<void*>(at_ += bytes, at_ - bytes);
  }

  bool more_room(Word least) {
    const Word most = emscripten_get_heap_max();
    const Word left = round_down(most / 16 * 3, chunk_least) - taken_;
    Word bytes = round_up(taken_ / 2, chunk_least);
    bytes = bytes < chunk_least ? chunk_least : bytes > chunk_most ? chunk_most : bytes;
    if (bytes > left) bytes = left;
    if (bytes < least) return false;
    // Emscripten ends a program that may not grow when it asks for more.
    const uint64_t end = uint64_t{ProgramMemory::end()} + bytes + granule;
    if (end > emscripten_get_heap_size() && end > most) return false;
    const Region region = ProgramMemory::grow(bytes, 0);
    if (!region.start) return false;
    taken_ += bytes;
    at_ = reinterpret_cast<Word>(region.start);
    left_ = region.bytes;
    return true;
  }

  /// The frame that waits, once for all stacks that have it.
  const Frame* learn_frame(uint32_t length) {
    auto* const frame = static_cast<Frame*>(room(sizeof(Frame) + 2 * length));
    uint32_t hash = 2166136261;
    uint16_t units[piece];
    // All of it, even if there is no room: the next one comes behind it.
    for (uint32_t i = 0; i < length; ++i) {
      if (i % piece == 0) heaplet_stack_units(units);
      if (frame) frame->text[i] = units[i % piece];
      hash = (hash ^ units[i % piece]) * 16777619;
    }
    const Frame*& head = frames_by_hash_[hash % hashed];
    const Frame* known = head;
    const auto is_same = [&] {
      return known->hash == hash && known->length == length &&
             (!frame || __builtin_memcmp(known->text, frame->text, 2 * length) == 0);
    };
    while (known && !is_same()) known = known->next;
    if (!frame) return known;
    if (known) {
      give_back(frame);
      return known;
    }
    frame->next = head;
    frame->hash = hash;
    frame->length = length;
    return head = frame;
  }

  /// What was taken last is not needed after all.
  void give_back(const void* last) {
    left_ += at_ - reinterpret_cast<Word>(last);
    at_ = reinterpret_cast<Word>(last);
  }

  /// The stack whose frames wait, once for all threads that have it.
  const Stack* learn() {
    const Frame* frames[most_frames];
    uint32_t count = 0, hash = 0;
    bool is_whole = true;
    for (int32_t length; (length = heaplet_stack_frame()) >= 0;) {
      const Frame* const frame = learn_frame(static_cast<uint32_t>(length));
      if (count == most_frames) continue;
      is_whole &= frame != nullptr;
      hash = hash * 31 + static_cast<uint32_t>(reinterpret_cast<Word>(frame) >> 3);
      frames[count++] = frame;
    }
    if (!is_whole) return &too_many;
    const Stack*& head = stacks_by_hash_[hash % hashed];
    for (const Stack* known = head; known; known = known->next)
      if (known->hash == hash && known->count == count &&
          __builtin_memcmp(known->frames, frames, count * sizeof *frames) == 0)
        return known;
    auto* const stack =
        stacks_ == most_stacks ? nullptr : static_cast<Stack*>(room(sizeof(Stack) + count * sizeof *frames));
    if (!stack) return &too_many;
    ++stacks_;
    stack->next = head;
    stack->hash = hash;
    stack->count = count;
    __builtin_memcpy(stack->frames, frames, count * sizeof *frames);
    return head = stack;
  }

  struct Buckets {
    Known* heads[buckets_each];
  };

  static Word segment_of(const void* block) { return reinterpret_cast<Word>(block) / 1024 / buckets_each; }

  Known*& head_of(Buckets& buckets, const void* block) {
    return buckets.heads[reinterpret_cast<Word>(block) / 1024 % buckets_each];
  }

  Known* find(const void* block) {
    Buckets* const buckets = buckets_[segment_of(block)];
    Known* known = buckets ? head_of(*buckets, block) : nullptr;
    while (known && known->block != block) known = known->next;
    return known;
  }

  /// What there is to be said of a block.
  Told told_of(const void* block) {
    const Known* const known = find(block);
    Told told{block, {}, {}};
    if (known) told = {block, known->made, known->freed};
    if (!told.made.stack && (known || (block && count_ && is_full_))) told.made.stack = &too_many;
    return told;
  }

  /// What is known of a block, which is the one that was heard of last. @returns null if there is no room for it
  Known* heard_of(const void* block) {
    Known* known = find(block);
    if (known) {
      take_out(*known);
    } else {
      Buckets*& buckets = buckets_[segment_of(block)];
      if (!buckets) {
        buckets = static_cast<Buckets*>(room(sizeof(Buckets)));
        if (!buckets) return nullptr;
        __builtin_memset(buckets, 0, sizeof(Buckets));
      }
      known = count_ < most_ ? static_cast<Known*>(room(sizeof(Known))) : nullptr;
      if (known) {
        ++count_;
      } else {
        is_full_ = true;
        known = forget_oldest();
        if (!known) return nullptr;
      }
      Known*& head = head_of(*buckets, block);
      *known = {head, nullptr, nullptr, block, {}, {}};
      head = known;
    }
    known->older = newest_;
    known->newer = nullptr;
    (newest_ ? newest_->newer : oldest_) = known;
    newest_ = known;
    return known;
  }

  void take_out(const Known& known) {
    (known.older ? known.older->newer : oldest_) = known.newer;
    (known.newer ? known.newer->older : newest_) = known.older;
  }

  Known* forget_oldest() {
    Known* const known = oldest_;
    if (!known) return nullptr;
    take_out(*known);
    Known** link = &head_of(*buckets_[segment_of(known->block)], known->block);
    while (*link != known) link = &(*link)->next;
    *link = known->next;
    return known;
  }

  static void print(int title, const Event& event) {
    heaplet_stack_title(title, event.thread);
    say(event.stack);
    heaplet_stack_print();
  }

  static void say(const Stack* stack) {
    if (!stack || stack == &too_many) {
      static constexpr char16_t text[] = u" not kept: there were too many others";
      constexpr uint32_t length = sizeof text / sizeof *text - 1;
      say(reinterpret_cast<const uint16_t*>(text), length, false);
      return;
    }
    for (uint32_t i = 0; i < stack->count; ++i) say(stack->frames[i]->text, stack->frames[i]->length, true);
  }

  /// By way of the stack of this thread: where memory has grown meanwhile its JavaScript may not see the rest yet.
  static void say(const uint16_t* text, uint32_t length, bool begins_line) {
    uint16_t units[piece];
    for (uint32_t at = 0; at < length; at += piece) {
      const uint32_t count = length - at < piece ? length - at : piece;
      __builtin_memcpy(units, text + at, 2 * count);
      heaplet_stack_say(units, count, begins_line && at == 0);
    }
  }

  static const Stack too_many;
  static inline constinit uint32_t last_thread = 0;

  Lock<ProgramWait> lock_;
  uint32_t owner_ = 0;   // the number of the thread that has the lock, and 1
  uint32_t finder_ = 0;  // of the thread that has found a fault first
  Told fault_;           // its block
  uint32_t frames_ = 0, most_ = 0;
  uint32_t count_ = 0, stacks_ = 0;
  bool is_full_ = false, has_ended_ = false;
  Word at_ = 0, left_ = 0, taken_ = 0;
  Known *oldest_ = nullptr, *newest_ = nullptr;
  Buckets* buckets_[(uint64_t{1} << 32) / 1024 / buckets_each] = {};
  const Frame* frames_by_hash_[hashed] = {};
  const Stack* stacks_by_hash_[hashed] = {};
};

/// What is said where a stack is not kept.
inline constinit const Stacks::Stack Stacks::too_many = {};

inline constinit Stacks stacks;

}  // namespace heaplet

namespace traced {

/// A call of the family, from its begin to its end; see tracing.hpp.
class Call {
 public:
  Call() : stack_(heaplet::stacks.enter()) {}
  ~Call() { heaplet::stacks.leave(); }
  Call(const Call&) = delete;

  void* block(void* now, size_t, const void* old = nullptr) const {
    if (now) heaplet::stacks.made(now, old, stack_);
    return now;
  }

  template <class Free>
  void frees(void* block, Free free) const {
    free();
    if (block) heaplet::stacks.freed(block, stack_);
  }

 private:
  const heaplet::Stacks::Stack* const stack_;
};

/// One that changes nothing, and may find a fault.
class QuietCall {
 public:
  QuietCall() { heaplet::stacks.enter_quietly(); }
  ~QuietCall() { heaplet::stacks.leave(); }
  QuietCall(const QuietCall&) = delete;
};

inline void used(const void* block, size_t bytes) { heaplet::stacks.add_used(block, bytes); }
inline void print_used() { heaplet::stacks.print_used(); }

}  // namespace traced

extern "C" {

[[gnu::visibility("hidden")]] void heaplet_say_fault(const char* line) { heaplet::stacks.say_fault(line); }

void heaplet_print_stacks(const void* block) { heaplet::stacks.print(block); }

}  // extern "C"
